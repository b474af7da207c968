import SMTP
import Synchronization
import Testing

@Suite("A pool bounds and reuses connections", .timeLimit(.minutes(1)))
struct SMTPConnectionPoolTests {
    private func pool(port: Int, _ change: (inout SMTPConnectionPool.Limits) -> Void = { _ in }) -> SMTPConnectionPool {
        var limits = SMTPConnectionPool.Limits()
        change(&limits)
        return SMTPConnectionPool(Sink.client(port: port), limits: limits, logger: Sink.logger)
    }

    @Test func `many messages share few connections`() async throws {
        try await Sink.run { sink, port in
            let pool = pool(port: port) { $0.connections = 3 }
            let message = try Sink.message()
            let accepted = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<200 { group.addTask { await pool.send(message) == [.accepted(SMTPReply(250, "2.0.0 Ok: queued"))] } }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            await pool.close()
            #expect(accepted == 200)
            #expect(sink.messages.count == 200)
            #expect(sink.connections <= 3)
        }
    }

    @Test func `a connection is closed after its number of messages`() async throws {
        try await Sink.run { sink, port in
            let pool = pool(port: port) { limits in
                limits.connections = 1
                limits.messagesPerConnection = 3
            }
            for _ in 0..<7 { _ = await pool.send(try Sink.message()) }
            await pool.close()
            #expect(sink.messages.count == 7)
            #expect(sink.connections == 3)
        }
    }

    @Test func `a connection that the server closed meanwhile is replaced without harm`() async throws {
        let drop = Mutex(false)
        var policy = SMTPServerPolicy()
        policy.sender = { _ in
            drop.withLock { isDue in
                defer { isDue = false }; return isDue
            } ? .hangUp : .accept
        }
        try await Sink.run(policy: policy) { sink, port in
            let pool = pool(port: port)
            let message = try Sink.message()
            #expect(await pool.send(message) == [.accepted(SMTPReply(250, "2.0.0 Ok: queued"))])
            drop.withLock { $0 = true }
            #expect(await pool.send(message) == [.accepted(SMTPReply(250, "2.0.0 Ok: queued"))])
            await pool.close()
            #expect(sink.messages.count == 2)
            #expect(sink.connections == 2)
        }
    }

    @Test func `an unknown outcome is never tried again`() async throws {
        let contents = Mutex(0)
        var policy = SMTPServerPolicy()
        policy.message = { _ in
            contents.withLock { count in
                count += 1
                return count == 2 ? .hangUp : .accept
            }
        }
        try await Sink.run(policy: policy) { sink, port in
            let pool = pool(port: port)
            _ = await pool.send(try Sink.message())
            let outcomes = await pool.send(try Sink.message())
            await pool.close()
            guard case .unknown(let error) = outcomes.first else {
                Issue.record("expected unknown, got \(outcomes)")
                return
            }
            #expect(error.code == .connectionClosed)
            #expect(contents.withLock { $0 } == 2)
        }
    }

    @Test func `a closed pool and a server that is away give outcomes, not errors`() async throws {
        // Nobody listens on port 1; a port that was just closed could be another test's by now.
        let pool = pool(port: 1)
        let message = try Sink.message(["a@x.test", "b@x.test"])
        #expect(await pool.send(message).map(Self.code) == [.connectFailed, .connectFailed])
        await pool.close()
        #expect(await pool.send(message).map(Self.code) == [.shutDown, .shutDown])
    }

    @Test func `a task that is cancelled while it waits lets the others go on`() async throws {
        var policy = SMTPServerPolicy()
        policy.message = { _ in .stall }
        try await Sink.run(policy: policy) { _, port in
            var configuration = Sink.client(port: port)
            configuration.timeouts.content = .milliseconds(300)
            var limits = SMTPConnectionPool.Limits()
            limits.connections = 1
            let pool = SMTPConnectionPool(configuration, limits: limits, logger: Sink.logger)
            let message = try Sink.message()
            let codes = await withTaskGroup(of: SMTPError.Code?.self) { group in
                group.addTask { await pool.send(message).compactMap(Self.code).first }
                group.addTask {
                    await withTaskGroup(of: SMTPError.Code?.self) { inner in
                        inner.addTask { await pool.send(message).compactMap(Self.code).first }
                        inner.cancelAll()
                        return await inner.next() ?? nil
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            await pool.close()
            #expect(codes.contains(.shutDown))
            #expect(codes.contains(.timedOut))
        }
    }

    private static func code(_ outcome: SMTPOutcome) -> SMTPError.Code? {
        switch outcome {
        case .notSent(let error), .unknown(let error): error.code
        default: nil
        }
    }
}
