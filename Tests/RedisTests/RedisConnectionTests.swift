import Redis
import Testing

@Suite(.timeLimit(.minutes(1))) struct RedisConnectionTests {
    @Test func `a blocking pop waits on its own connection while others go on`() async throws {
        try await RedisServer.with { server in
            try await server.withClient { client in
                async let popped = client.withDedicatedConnection { try await $0.send(["BRPOP", "list", "30"], timeout: .seconds(31)) }
                try await server.waitForBlockedClient()
                _ = try await client.send(["LPUSH", "list", "job"])
                #expect(try await popped == .array([.bulk(Array("list".utf8)), .bulk(Array("job".utf8))]))
            }
        }
    }

    @Test func `a blocking pop whose time runs out gives null`() async throws {
        try await RedisServer.with { server in
            try await server.withClient { client in
                let reply = try await client.withDedicatedConnection { try await $0.send(["BRPOP", "list", "0.01"]) }
                #expect(reply == .null)
            }
        }
    }

    @Test func `cancelling ends a blocking pop at once`() async throws {
        try await RedisServer.with { server in
            try await server.withClient { client in
                let pop = Task {
                    try await client.withDedicatedConnection { try await $0.send(["BRPOP", "list", "0"], timeout: .seconds(3_600)) }
                }
                try await server.waitForBlockedClient()
                pop.cancel()
                await #expect(throws: CancellationError.self) { try await pop.value }
            }
        }
    }

    @Test func `a connection that has failed stays closed`() async throws {
        try await RedisServer.with { server in
            try await server.withClient { client in
                try await client.withDedicatedConnection { connection in
                    let first = try await #require(throws: RedisError.self) {
                        _ = try await connection.send(["BRPOP", "list", "0"], timeout: .milliseconds(20))
                    }
                    #expect(first.code == .timeout)
                    let second = try await #require(throws: RedisError.self) { _ = try await connection.send(["PING"]) }
                    #expect(second.code == .connectionClosed)
                }
            }
        }
    }

    @Test func `user, password and database are used on every connection`() async throws {
        try await RedisServer.with(options: ["--user", "worker", "on", ">s3cret", "~*", "+@all", "--requirepass", "main"]) { server in
            let asWorker = { (configuration: inout RedisConfiguration) in
                configuration.username = "worker"
                configuration.password = "s3cret"
                configuration.database = 3
            }
            try await server.withClient(asWorker) { client in
                #expect(try await client.send(["ACL", "WHOAMI"]).string == "worker")
                _ = try await client.send(["SET", "where", "three"])
            }
            try await server.withClient({ $0.password = "main" }) { client in
                #expect(try await client.send(["ACL", "WHOAMI"]).string == "default")
                #expect(try await client.send(["GET", "where"]) == .null)
                _ = try await client.send(["SELECT", "3"])
                #expect(try await client.send(["GET", "where"]).string == "three")
            }
        }
    }

    @Test func `a wrong password is told without repeating it`() async throws {
        try await RedisServer.with(options: ["--requirepass", "main"]) { server in
            try await server.withClient({ $0.password = "guessed-wrong" }) { client in
                let error = try await #require(throws: RedisError.self) { _ = try await client.send(["PING"]) }
                #expect(error.serverCode == "WRONGPASS")
                #expect(!"\(error)".contains("guessed-wrong"))
            }
        }
    }
}
