import CommTesting
import Foundation
import Logging
import MIME
import SMTP
import Synchronization
import Testing

@testable import CommCore

@Suite("The SMTP gateway sends what is eligible and tells outcomes apart", .timeLimit(.minutes(1)))
struct SMTPGatewayTests {
    private let now = Date(timeIntervalSince1970: 1_795_224_198)
    private let tenant = UUID()
    private let campaign = UUID()

    /// A server whose recipients misbehave by the beginning of their address, with what it took.
    private final class Sink: Sendable {
        let taken = Mutex<[SMTPReceivedMessage]>([])

        static func start() async throws -> (sink: Sink, server: SMTPServer) {
            let sink = Sink()
            var policy = SMTPServerPolicy()
            policy.recipient = { recipient in
                if recipient.hasPrefix("bounce") { return .reply(SMTPReply(550, "5.1.1 No such user")) }
                return recipient.hasPrefix("defer") ? .reply(SMTPReply(451, "4.7.1 Later")) : .accept
            }
            policy.message = { message in
                if message.recipients.contains(where: { $0.hasPrefix("lost") }) { return .hangUp }
                sink.taken.withLock { $0.append(message) }
                return .accept
            }
            return (sink, try await SMTPServer.start(SMTPServerConfiguration(), policy: policy))
        }
    }

    private func gateway(port: Int, memory: HandoverMemory? = nil) -> SMTPGateway {
        SMTPGateway(
            settings: SMTPGatewaySettings(host: "127.0.0.1", port: port, security: .none),
            connections: 3,
            memory: memory,
            time: ManualTime(now),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    private func batch(_ recipients: [String], fromName: String = "Jörg \"Shop\"") throws -> HandoverBatch {
        let program = RenderProgram(
            fields: ["name"],
            subject: [.literal("Hallo "), .field(0, default: "you", .header)],
            html: [
                .literal("<p>Hi "), .field(0, default: "you", .html), .literal("</p><a href=\""), .unsubscribeURL(.html),
                .literal("\">x</a>"),
            ],
            text: [.literal("Hi "), .field(0, default: "you", .text)],
            links: []
        )
        let key = try LinkTokenKey(id: "k1", secret: Array(repeating: 7, count: 32))
        let bases = try LinkBases(tracking: "https://track.test", publicBase: "https://comm.test")
        return HandoverBatch(
            envelope: MessageEnvelope(
                tenantID: tenant,
                origin: .campaign(campaign),
                title: "Spring",
                motorBlockID: UUID(),
                artifactID: UUID(),
                fromAddress: "me@shop.test",
                fromName: fromName,
                unsubscribeMailto: "unsub@shop.test"
            ),
            renderer: try MessageRenderer(program: program, bases: bases, signer: LinkTokenSigner(key: key)),
            scope: HandoverScope(campaignID: campaign, chunk: 1),
            messages: recipients.map { OutgoingMessage(id: UUIDv7.make(at: now), contactID: UUID(), recipient: $0, mergeValues: ["Zoë"]) },
            isRepeat: false
        )
    }

    @Test func `a mail carries the headers of bulk mail and both bodies`() async throws {
        let (sink, server) = try await Sink.start()
        let gateway = gateway(port: server.port)
        let batch = try batch(["a@b.test"])
        #expect(try await gateway.handOver(batch) == [.sent])
        await gateway.close()
        await server.close()

        let mail = try MIMEParser().parse(try #require(sink.taken.withLock { $0.first }).content)
        let id = batch.messages[0].id.uuidString.lowercased()
        #expect(mail.headers["Subject"] == "Hallo Zoë")
        #expect(mail.headers["From"]?.hasSuffix("<me@shop.test>") == true)
        #expect(mail.headers["Message-ID"] == "<\(id)@shop.test>")
        #expect(mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click")
        #expect(mail.headers["List-Unsubscribe"]?.hasPrefix("<https://comm.test/t/u/") == true)
        #expect(mail.headers["Precedence"] == "bulk")
        #expect(mail.first("text", "plain")?.text == "Hi Zoë")
        #expect(mail.first("text", "html")?.text.hasPrefix("<p>Hi Zoë</p>") == true)
    }

    @Test func `each message gets the disposition that its answer means`() async throws {
        let (sink, server) = try await Sink.start()
        let gateway = gateway(port: server.port)
        let recipients = ["ok@x.test", "bounce@x.test", "defer@x.test", "lost@x.test"] + (0..<20).map { "ok\($0)@x.test" }
        let dispositions = try await gateway.handOver(try batch(recipients))
        await gateway.close()
        await server.close()

        #expect(dispositions[0] == .sent)
        #expect(dispositions[1] == .failed(reason: "550 5.1.1 No such user"))
        #expect(dispositions[2] == .deferred(until: now.addingTimeInterval(300), reason: "451 4.7.1 Later"))
        guard case .unknown = dispositions[3] else { return #expect(dispositions[3] == .unknown(reason: "")) }
        #expect(dispositions[4...].allSatisfy { $0 == .sent })
        #expect(sink.taken.withLock { $0.count } == 21)
    }

    @Test func `a server that is away uses no recipient up`() async throws {
        // Nobody listens on port 1; a port that was just closed could be somebody else's by now.
        let gateway = gateway(port: 1)
        let outage = await #expect(throws: GatewayOutage.self) { try await gateway.handOver(try batch(["a@b.test", "c@d.test"])) }
        #expect(outage?.kind == .away)
        await gateway.close()
    }

    @Test func `a server that refuses the sender uses no recipient up`() async throws {
        var policy = SMTPServerPolicy()
        policy.sender = { _ in .reply(SMTPReply(550, "5.7.1 Sender not allowed")) }
        let server = try await SMTPServer.start(SMTPServerConfiguration(), policy: policy)
        let gateway = gateway(port: server.port)
        let outage = await #expect(throws: GatewayOutage.self) { try await gateway.handOver(try batch(["a@b.test", "c@d.test"])) }
        #expect(outage?.reason.contains("sender") == true)
        await gateway.close()
        await server.close()
    }

    @Test func `a name that would break a header fails its messages only`() async throws {
        let (sink, server) = try await Sink.start()
        let gateway = gateway(port: server.port)
        let dispositions = try await gateway.handOver(try batch(["a@b.test"], fromName: "x\r\nBcc: evil@x.test"))
        await gateway.close()
        await server.close()
        #expect(dispositions == [.failed(reason: "forbiddenCharacter in display name")])
        #expect(sink.taken.withLock { $0.isEmpty })
    }

    @Test(.redis) func `accepted messages are found again after a crash, the others are not`() async throws {
        let redis = try TestRedis.current
        let (_, server) = try await Sink.start()
        let memory = HandoverMemory(redis: redis.client, gateway: "smtp", prefix: redis.key("comm"))
        let first = gateway(port: server.port, memory: memory)
        let batch = try batch(["ok@x.test", "bounce@x.test"])
        _ = try await first.handOver(batch)
        await first.close()
        let second = gateway(port: server.port, memory: memory)
        #expect(try await second.states(of: batch.messages.map(\.id), scope: batch.scope) == [batch.messages[0].id: .taken])
        let other = HandoverScope(campaignID: campaign, chunk: 2)
        #expect(try await second.states(of: batch.messages.map(\.id), scope: other).isEmpty)
        await second.close()
        await server.close()
    }
}
