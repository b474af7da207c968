import SMTP
import Testing

@Suite("Each recipient gets the outcome that is true", .timeLimit(.minutes(1)))
struct SMTPOutcomeTests {
    private static let unknownUser = SMTPReply(550, "5.1.1 No such user")
    private static let later = SMTPReply(451, "4.7.1 Try again later")

    private static func policy() -> SMTPServerPolicy {
        var policy = SMTPServerPolicy()
        policy.recipient = { recipient in
            if recipient.hasPrefix("bounce") { return .reply(unknownUser) }
            return recipient.hasPrefix("defer") ? .reply(later) : .accept
        }
        return policy
    }

    private func configuration(pipelining: Bool) -> SMTPServerConfiguration {
        var configuration = SMTPServerConfiguration()
        configuration.offersPipelining = pipelining
        return configuration
    }

    @Test(arguments: [true, false])
    func `recipients of one message can differ`(pipelining: Bool) async throws {
        try await Sink.run(configuration(pipelining: pipelining), policy: Self.policy()) { sink, port in
            let connection = try await SMTPConnection.connect(Sink.client(port: port))
            let outcomes = await connection.send(try Sink.message(["bounce@x.test", "ok@x.test", "defer@x.test"]))
            #expect(outcomes == [.rejected(Self.unknownUser), .accepted(SMTPReply(250, "2.0.0 Ok: queued")), .deferred(Self.later)])
            #expect(sink.messages.map(\.recipients) == [["ok@x.test"]])
            await connection.close()
        }
    }

    @Test(arguments: [true, false])
    func `a connection goes on after a message that nobody got`(pipelining: Bool) async throws {
        try await Sink.run(configuration(pipelining: pipelining), policy: Self.policy()) { sink, port in
            let connection = try await SMTPConnection.connect(Sink.client(port: port))
            #expect(await connection.send(try Sink.message(["bounce@x.test"])) == [.rejected(Self.unknownUser)])
            #expect(await connection.send(try Sink.message(["defer@x.test"])) == [.deferred(Self.later)])
            #expect(await connection.send(try Sink.message(["ok@x.test"])) == [.accepted(SMTPReply(250, "2.0.0 Ok: queued"))])
            #expect(sink.connections == 1)
            await connection.close()
        }
    }

    @Test(arguments: [true, false])
    func `a refused sender is no recipient's fault`(pipelining: Bool) async throws {
        var policy = SMTPServerPolicy()
        policy.sender = { _ in .reply(SMTPReply(553, "5.7.1 Not you")) }
        try await Sink.run(configuration(pipelining: pipelining), policy: policy) { _, port in
            let connection = try await SMTPConnection.connect(Sink.client(port: port))
            let outcomes = await connection.send(try Sink.message(["a@x.test", "b@x.test"]))
            let refused = SMTPError(.senderRefused, "the server refuses the sender", reply: SMTPReply(553, "5.7.1 Not you"))
            #expect(outcomes == [.notSent(refused), .notSent(refused)])
            await connection.close()
        }
    }

    @Test(arguments: [SMTPReply(552, "Too much"), SMTPReply(554, "5.3.4 Message too big")])
    func `a size that the server refuses concerns the message`(reply: SMTPReply) async throws {
        var policy = SMTPServerPolicy()
        policy.sender = { _ in .reply(reply) }
        try await Sink.run(policy: policy) { _, port in
            let connection = try await SMTPConnection.connect(Sink.client(port: port))
            let outcome = await connection.send(try Sink.message())[0]
            guard case .notSent(let error) = outcome else { Issue.record("\(outcome)"); return }
            #expect(error.code == .messageTooLarge && error.reply == reply)
            await connection.close()
        }
    }

    @Test func `a sender refused for now defers its recipients`() async throws {
        var policy = SMTPServerPolicy()
        policy.sender = { _ in .reply(SMTPReply(450, "4.7.1 Slow down")) }
        try await Sink.run(policy: policy) { _, port in
            let connection = try await SMTPConnection.connect(Sink.client(port: port))
            #expect(await connection.send(try Sink.message()) == [.deferred(SMTPReply(450, "4.7.1 Slow down"))])
            await connection.close()
        }
    }

    @Test func `refusals of DATA and of the content are outcomes`() async throws {
        var policy = SMTPServerPolicy()
        policy.data = { .reply(SMTPReply(451, "4.3.0 Full")) }
        try await Sink.run(policy: policy) { _, port in
            let connection = try await SMTPConnection.connect(Sink.client(port: port))
            #expect(await connection.send(try Sink.message()) == [.deferred(SMTPReply(451, "4.3.0 Full"))])
            await connection.close()
        }
        policy = SMTPServerPolicy()
        policy.message = { _ in .reply(SMTPReply(554, lines: ["5.7.1 Spam", "5.7.1 Go away"])) }
        try await Sink.run(policy: policy) { _, port in
            let connection = try await SMTPConnection.connect(Sink.client(port: port))
            #expect(await connection.send(try Sink.message()) == [.rejected(SMTPReply(554, lines: ["5.7.1 Spam", "5.7.1 Go away"]))])
            await connection.close()
        }
    }

    @Test func `a connection lost before the content means not sent, after it unknown`() async throws {
        var policy = SMTPServerPolicy()
        policy.recipient = { $0.hasPrefix("early") ? .hangUp : .accept }
        policy.message = { _ in .hangUp }
        try await Sink.run(policy: policy) { _, port in
            let first = try await SMTPConnection.connect(Sink.client(port: port))
            #expect(code(of: await first.send(try Sink.message(["early@x.test"]))) == "notSent connectionClosed")
            #expect(!first.isOpen)
            let second = try await SMTPConnection.connect(Sink.client(port: port))
            #expect(code(of: await second.send(try Sink.message(["late@x.test"]))) == "unknown connectionClosed")
            #expect(code(of: await second.send(try Sink.message(["late@x.test"]))) == "notSent connectionClosed")
        }
    }

    @Test func `a silent server is given up after the time of its phase`() async throws {
        var policy = SMTPServerPolicy()
        policy.recipient = { $0.hasPrefix("early") ? .stall : .accept }
        policy.message = { _ in .stall }
        try await Sink.run(policy: policy) { _, port in
            var configuration = Sink.client(port: port)
            configuration.timeouts.command = .milliseconds(50)
            let first = try await SMTPConnection.connect(configuration)
            #expect(code(of: await first.send(try Sink.message(["early@x.test"]))) == "notSent timedOut")
            configuration.timeouts = SMTPTimeouts()
            configuration.timeouts.content = .milliseconds(50)
            let second = try await SMTPConnection.connect(configuration)
            #expect(code(of: await second.send(try Sink.message(["late@x.test"]))) == "unknown timedOut")
        }
    }

    @Test func `421 defers and ends the connection`() async throws {
        var policy = SMTPServerPolicy()
        policy.sender = { _ in .reply(SMTPReply(421, "4.3.2 Going down")) }
        try await Sink.run(policy: policy) { _, port in
            let connection = try await SMTPConnection.connect(Sink.client(port: port))
            #expect(await connection.send(try Sink.message()) == [.deferred(SMTPReply(421, "4.3.2 Going down"))])
            await connection.close()
            #expect(!connection.isOpen)
        }
    }

    @Test func `a message over the server's size is not sent at all`() async throws {
        var configuration = SMTPServerConfiguration()
        configuration.maximumSize = 100
        try await Sink.run(configuration) { sink, port in
            let connection = try await SMTPConnection.connect(Sink.client(port: port))
            let outcomes = await connection.send(try Sink.message(content: String(repeating: "0123456789\r\n", count: 10)))
            #expect(code(of: outcomes) == "notSent messageTooLarge")
            #expect(await connection.send(try Sink.message()) == [.accepted(SMTPReply(250, "2.0.0 Ok: queued"))])
            #expect(sink.messages.count == 1)
            await connection.close()
        }
    }

    private func code(of outcomes: [SMTPOutcome]) -> String {
        outcomes.map { outcome in
            switch outcome {
            case .accepted: "accepted"
            case .rejected: "rejected"
            case .deferred: "deferred"
            case .notSent(let error): "notSent \(error.code.rawValue)"
            case .unknown(let error): "unknown \(error.code.rawValue)"
            }
        }.joined(separator: ", ")
    }
}
