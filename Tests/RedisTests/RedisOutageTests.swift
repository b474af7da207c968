import Redis
import Testing

@Suite(.timeLimit(.minutes(1))) struct RedisOutageTests {
    @Test func `a command in flight when the server dies has an unknown outcome`() async throws {
        try await RedisServer.with { server in
            try await server.withClient { client in
                _ = try await client.send(["PING"])
                let reply = Task { try await client.send(["BLPOP", "never", "0"]) }
                try await server.waitForBlockedClient()
                server.kill()
                let error = await #expect(throws: RedisError.self) { _ = try await reply.value }
                #expect(error?.code == .connectionClosed)
                #expect(error?.isTransient == true)
            }
        }
    }

    @Test func `an absent server fails commands at once and its return is noticed`() async throws {
        try await RedisServer.with { server in
            try await server.withClient { client in
                _ = try await client.send(["PING"])
                server.kill()
                for _ in 0..<3 {
                    let error = try await #require(throws: RedisError.self) { _ = try await client.send(["PING"]) }
                    #expect(error.code == .connectionFailed)
                }
                try await server.start()
                #expect(try await untilAnswered { try await client.send(["PING"]) } == .status("PONG"))
            }
        }
    }

    @Test func `a restart while idle costs no command`() async throws {
        try await RedisServer.with { server in
            try await server.withClient { client in
                _ = try await client.send(["SET", "a", "1"])
                server.kill()
                try await server.start()
                #expect(try await client.send(["GET", "a"]) == .null)
            }
        }
    }

    @Test func `a late answer ends the connection and never reaches another command`() async throws {
        try await RedisServer.with { server in
            try await server.withClient({ $0.commandTimeout = .milliseconds(50) }) { client in
                _ = try await client.send(["SET", "a", "right"])
                let error = try await #require(throws: RedisError.self) { _ = try await client.send(["DEBUG", "SLEEP", "0.3"]) }
                #expect(error.code == .timeout)
                #expect(try await untilAnswered { try await client.send(["GET", "a"]) }.string == "right")
            }
        }
    }

    @Test func `a command that is cancelled before it is written is never sent`() async throws {
        try await RedisServer.with { server in
            try await server.withClient({ $0.commandTimeout = .seconds(60) }) { client in
                try await server.withClient({ $0.commandTimeout = .seconds(60) }) { other in
                    async let first = client.send(["BLPOP", "gate", "0"])
                    try await server.waitForBlockedClient()
                    let second = Task { try await client.send(["SET", "second", "sent"]) }
                    second.cancel()
                    await #expect(throws: CancellationError.self) { try await second.value }
                    _ = try await other.send(["LPUSH", "gate", "open"])
                    _ = try await first
                    #expect(try await other.send(["GET", "second"]) == .null)
                }
            }
        }
    }

    @Test func `closing the client ends a command in flight`() async throws {
        try await RedisServer.with { server in
            try await server.withClient { client in
                let reply = Task { try await client.send(["BLPOP", "never", "0"]) }
                try await server.waitForBlockedClient()
                await client.close()
                let error = await #expect(throws: RedisError.self) { _ = try await reply.value }
                #expect(error?.code == .connectionClosed)
            }
        }
    }
}

extension RedisServer {
    /// Waits until some client is blocked on a list.
    func waitForBlockedClient() async throws {
        try await withClient { observer in
            while try await observer.send(["INFO", "clients"]).string?.contains("blocked_clients:1") != true {
                await Task.yield()
            }
        }
    }
}
