import CommTesting
import Redis
import Testing

@Suite struct RedisConfigurationTests {
    @Test(arguments: [
        ("redis://localhost", RedisConfiguration(host: "localhost")),
        ("redis://", RedisConfiguration()),
        ("redis://:p%40ss@cache.example:6380/2", RedisConfiguration(host: "cache.example", port: 6380, password: "p@ss", database: 2)),
        ("redis://user:pass@[::1]:7000", RedisConfiguration(host: "::1", port: 7000, username: "user", password: "pass")),
        ("redis://host?db=4", RedisConfiguration(host: "host", database: 4)),
        ("unix:///run/redis.sock?db=5", RedisConfiguration(endpoint: .unixSocket(path: "/run/redis.sock"), database: 5)),
        ("unix://:pw@/run/redis.sock", RedisConfiguration(endpoint: .unixSocket(path: "/run/redis.sock"), password: "pw")),
    ])
    func `a URL names the server`(url: String, expected: RedisConfiguration) throws {
        #expect(try RedisConfiguration(url: url) == expected)
    }

    @Test(arguments: [
        "http://localhost", "localhost:6379", "", "redis://host/zero", "redis://host/-1", "redis://onlyuser@host", "unix://relative/path",
        "redis://host?db=x",
    ])
    func `a URL of another kind is refused`(url: String) {
        let error = #expect(throws: RedisError.self) { try RedisConfiguration(url: url) }
        #expect(error?.code == .unsupported)
    }

    @Test func `TLS is refused with a way out`() {
        let error = #expect(throws: RedisError.self) { try RedisConfiguration(url: "rediss://:hidden@host") }
        #expect(error?.code == .unsupported)
        #expect(error?.message.contains("tunnel") == true)
        #expect(error?.message.contains("hidden") == false)
    }

    @Test func `a password is never printed`() throws {
        let configuration = try RedisConfiguration(url: "redis://user:hidden-word@host:1/2")
        var dumped = ""
        dump(configuration, to: &dumped)
        #expect("\(configuration)" == "redis://host:1/2")
        #expect(!dumped.contains("hidden-word"))
        #expect(!String(reflecting: configuration).contains("hidden-word"))
    }

    @Test(arguments: 0..<50) func `pauses grow, stay within bounds and are spread`(seed: UInt64) {
        let backoff = ReconnectBackoff(initial: .milliseconds(50), maximum: .seconds(2))
        var generator = SeededGenerator(seed: seed)
        for failures in 1...40 {
            let delay = backoff.delay(afterFailures: failures, using: &generator)
            let ceiling = min(Duration.milliseconds(50) * (1 << min(failures - 1, 20)), .seconds(2))
            #expect(delay <= ceiling)
            #expect(delay >= ceiling / 2.001)
        }
    }

    @Test(arguments: [
        ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
        ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        ("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "84983e441c3bd26ebaae4aa1f95129e5e54670f1"),
        (String(repeating: "a", count: 1_000), "291e9a6c66994949b57ba5e650361e98fc36b1ba"),
    ])
    func `a script is named by the SHA-1 of its source`(source: String, digest: String) {
        #expect(RedisScript(source).sha1 == digest)
    }
}
