import CommTesting
import Logging
import Redis
import Testing

@Suite(.timeLimit(.minutes(1))) struct RedisClientTests {
    @Test func `every kind of reply is understood`() async throws {
        try await RedisServer.with { server in
            try await server.withClient { client in
                #expect(try await client.send(["PING"]) == .status("PONG"))
                #expect(try await client.send(["GET", "absent"]) == .null)
                #expect(try await client.send(["INCR", "n"]) == .integer(1))
                #expect(try await client.send(["GET", "n"]).int == 1)
                #expect(try await client.send(RedisCommand("RPUSH", ["l", "a", .bytes([0, 255]), 7])) == .integer(3))
                #expect(try await client.send(["LRANGE", "l", "0", "-1"]) == .array([.bulk([97]), .bulk([0, 255]), .bulk([55])]))
                let nested = try await client.send(["EVAL", "return {1,{2,'x'},{}}", "0"])
                #expect(nested == .array([.integer(1), .array([.integer(2), .bulk([120])]), .array([])]))
            }
        }
    }

    @Test func `a refusal by the server is thrown and the connection goes on`() async throws {
        try await RedisServer.with { server in
            try await server.withClient { client in
                _ = try await client.send(["SET", "text", "x"])
                let error = try await #require(throws: RedisError.self) { _ = try await client.send(["INCR", "text"]) }
                #expect(error.code == .server)
                #expect(error.serverCode == "ERR")
                #expect(!error.isTransient)
                #expect(try await client.send(["GET", "text"]).string == "x")
            }
        }
    }

    @Test func `a pipeline gives refusals in place`() async throws {
        try await RedisServer.with { server in
            try await server.withClient { client in
                let replies = try await client.pipeline([["SET", "a", "x"], ["INCR", "a"], ["GET", "a"]])
                #expect(replies.count == 3)
                #expect(replies.first == .status("OK"))
                guard case .error = replies[1] else {
                    Issue.record("expected a refusal, got \(replies[1])")
                    return
                }
                #expect(replies[2].string == "x")
                #expect(try await client.pipeline([]) == [])
            }
        }
    }

    @Test(arguments: [UInt64(1), 2, 3]) func `values of any bytes come back as they were`(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let values = (0..<200).map { _ in
            (0..<Int.random(in: 0...3_000, using: &generator)).map { _ in UInt8.random(in: 0...255, using: &generator) }
        }
        try await RedisServer.with { server in
            try await server.withClient { client in
                let stored = try await client.pipeline(
                    values.enumerated().map { RedisCommand("SET", [.string("k\($0.offset)"), .bytes($0.element)]) }
                )
                #expect(stored.allSatisfy { $0 == .status("OK") })
                let read = try await client.pipeline(values.indices.map { ["GET", "k\($0)"] })
                #expect(read.map(\.bytes) == values)
            }
        }
    }

    @Test func `a value of many megabytes passes`() async throws {
        try await RedisServer.with { server in
            try await server.withClient { client in
                let value = [UInt8](repeating: 7, count: 20 << 20)
                _ = try await client.send(RedisCommand("SET", ["big", .bytes(value)]))
                #expect(try await client.send(["GET", "big"]).bytes == value)
            }
        }
    }

    @Test(arguments: [1, 3]) func `ten thousand concurrent commands each get their own reply`(connections: Int) async throws {
        try await RedisServer.with { server in
            let client = RedisClient(configuration: server.configuration, connections: connections, logger: .init(label: "test"))
            let replies = try await withThrowingTaskGroup(of: Int64?.self) { group in
                for _ in 0..<10_000 {
                    group.addTask { try await client.send(["INCR", "counter"]).int }
                }
                return try await group.reduce(into: Set<Int64?>()) { $0.insert($1) }
            }
            #expect(replies == Set((1...10_000).map { Int64($0) }))
            await client.close()
        }
    }

    @Test func `a script runs by name and survives being forgotten`() async throws {
        try await RedisServer.with { server in
            try await server.withClient { client in
                let script = RedisScript("return {KEYS[1], ARGV[1]}")
                for _ in 0..<2 {
                    let reply = try await client.eval(script, keys: ["key"], arguments: [[0, 1, 255]])
                    #expect(reply == .array([.bulk(Array("key".utf8)), .bulk([0, 1, 255])]))
                    #expect(try await client.send(["SCRIPT", "EXISTS", script.sha1]) == .array([.integer(1)]))
                    _ = try await client.send(["SCRIPT", "FLUSH"])
                }
            }
        }
    }

    @Test func `an error inside a script is not taken for a forgotten script`() async throws {
        try await RedisServer.with { server in
            try await server.withClient { client in
                let error = try await #require(throws: RedisError.self) {
                    _ = try await client.eval(RedisScript("return redis.call('INCR', 'a', 'b')"), keys: [], arguments: [])
                }
                #expect(error.code == .server)
            }
        }
    }

    @Test func `a closed client refuses commands`() async throws {
        try await RedisServer.with { server in
            try await server.withClient { client in
                _ = try await client.send(["PING"])
                await client.close()
                let error = try await #require(throws: RedisError.self) { _ = try await client.send(["PING"]) }
                #expect(error.code == .connectionClosed)
            }
        }
    }

    @Test func `run closes the client when its task ends`() async throws {
        try await RedisServer.with { server in
            try await server.withClient { client in
                let service = Task { try await client.run() }
                service.cancel()
                try await service.value
                await #expect(throws: RedisError.self) { _ = try await client.send(["PING"]) }
            }
        }
    }
}
