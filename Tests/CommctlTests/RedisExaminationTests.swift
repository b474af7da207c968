import Testing

@testable import commctl

@Suite("What the doctor thinks of Redis")
struct RedisExaminationTests {
    @Test("an INFO answer becomes its fields")
    func fields() {
        let fields = RedisExamination.fields(of: "# Server\r\nredis_version:7.0.15\r\nconfig_file:/a:b\r\n\r\nempty:\r\n")
        #expect(fields == ["redis_version": "7.0.15", "config_file": "/a:b", "empty": ""])
    }

    @Test("without an append-only file it gives advice, with a broken one it objects")
    func durability() {
        #expect(RedisExamination.durability(["aof_enabled": "0"]).grade == .advice)
        #expect(RedisExamination.durability(["aof_enabled": "1", "aof_last_write_status": "ok"]).grade == .good)
        #expect(RedisExamination.durability(["aof_enabled": "1", "aof_last_write_status": "err"]).grade == .broken)
    }

    @Test("a policy that throws keys away gets advice")
    func eviction() {
        #expect(RedisExamination.eviction("noeviction").grade == .good)
        #expect(RedisExamination.eviction(nil).grade == .good)
        #expect(RedisExamination.eviction("allkeys-lru").grade == .advice)
    }
}
