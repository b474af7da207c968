import CommTesting
import Foundation
import Redis
import Testing

@testable import CommCore

@Suite("Delivery services over HTTP that answer, refuse, hang, talk nonsense or die", .timeLimit(.minutes(1)))
struct HTTPGatewayTests {
    private static let names = ["postal", "ses", "mailgun", "twilio", "fcm"]
    private static let token = StubServer.Reaction.answer(200, #"{"access_token":"ya29.test","expires_in":3599,"token_type":"Bearer"}"#)
    private let fixture = GatewayFixture()

    /// Runs a gateway against a server and closes both.
    private func with(
        _ name: String,
        timeout: Duration = .seconds(20),
        memory: HandoverMemory? = nil,
        faults: FaultPoints = .none,
        react: @escaping @Sendable (StubServer.Request) -> StubServer.Reaction,
        _ body: (HTTPGateway, StubServer) async throws -> Void
    ) async throws {
        let server = try await StubServer.start { $0.path == "/token" ? Self.token : react($0) }
        let gateway = try fixture.gateway(name, base: server.base, timeout: timeout, memory: memory, faults: faults)
        do {
            try await body(gateway, server)
            await gateway.close()
            try await server.close()
        } catch {
            await gateway.close()
            try? await server.close()
            throw error
        }
    }

    @Test("everybody is sent to once, a few at a time", arguments: names)
    func accepted(name: String) async throws {
        let batch = try fixture.batch(GatewayFixture.recipients(25, of: name))
        try await with(name, react: { _ in .answer(200, GatewayFixture.acceptance(name)) }) { gateway, server async throws in
            #expect(try await gateway.handOver(batch) == Array(repeating: .sent, count: 25))
            #expect(server.messages.count == 25)
            #expect(try await gateway.hasRoom())
        }
    }

    @Test("a server that is away uses up nobody", arguments: names)
    func refusing(name: String) async throws {
        // Nobody listens on port 1.
        let gateway = try fixture.gateway(name, base: "http://127.0.0.1:1")
        let outage = await #expect(throws: GatewayOutage.self) {
            try await gateway.handOver(try fixture.batch(GatewayFixture.recipients(2, of: name)))
        }
        #expect(outage?.kind == .away)
        #expect(try await gateway.hasRoom() == false)
        await gateway.close()
    }

    @Test("a wrong key pauses the lane and uses up nobody", arguments: ["ses", "mailgun"], [401, 403])
    func wrongKey(name: String, status: Int) async throws {
        try await with(name, react: { _ in .answer(status, "Forbidden") }) { gateway, server async throws in
            let outage = await #expect(throws: GatewayOutage.self) {
                try await gateway.handOver(try fixture.batch((0..<20).map { "p\($0)@x.test" }))
            }
            #expect(outage?.kind == .configuration)
            #expect(server.messages.count <= 3)
            await #expect(throws: GatewayOutage.self) { try await gateway.handOver(try fixture.batch(["a@b.test"])) }
            #expect(server.messages.count <= 3)
        }
    }

    @Test(
        "an answer that is none leaves the outcome unknown and stops the rest",
        arguments: [StubServer.Reaction.hangUp, .garbage, .answer(500, "oops"), .answer(503, ""), .answer(200, "<html>")],
        names
    )
    func broken(reaction: StubServer.Reaction, name: String) async throws {
        try await with(name, react: { _ in reaction }) { gateway, server async throws in
            let dispositions = try await gateway.handOver(try fixture.batch(GatewayFixture.recipients(30, of: name)))
            let unknown = dispositions.count { if case .unknown = $0 { true } else { false } }
            let waiting = dispositions.count { if case .declined(let until, _) = $0 { until > fixture.time.now } else { false } }
            // As many as were on their way at once, and each was asked once.
            #expect((1...3).contains(unknown) && unknown == server.messages.count)
            #expect(unknown + waiting == 30)
            #expect(try await gateway.hasRoom() == false)
        }
    }

    @Test("who does not answer in time has an unknown outcome", arguments: names)
    func hanging(name: String) async throws {
        try await with(name, timeout: .seconds(2), react: { _ in .hang }) { gateway, server async throws in
            let dispositions = try await gateway.handOver(try fixture.batch(GatewayFixture.recipients(1, of: name)))
            guard case .unknown = dispositions[0] else { return #expect(Bool(false), "\(dispositions)") }
            #expect(server.messages.count == 1)
        }
    }

    @Test("after an outage one message feels the way, and only its success lets the others follow")
    func probing() async throws {
        let isWell = Flag()
        try await with("ses", react: { _ in isWell.value ? .answer(200, GatewayFixture.acceptance("ses")) : .answer(503, "") }) {
            gateway,
            server async throws in
            _ = try await gateway.handOver(try fixture.batch((0..<10).map { "p\($0)@x.test" }))
            let asked = server.messages.count
            fixture.time.advance(by: 10)
            #expect(try await gateway.hasRoom())
            let again = try await gateway.handOver(try fixture.batch((0..<10).map { "q\($0)@x.test" }))
            #expect(server.messages.count == asked + 1)
            #expect(again.count { if case .unknown = $0 { true } else { false } } == 1)
            fixture.time.advance(by: 300)
            isWell.set()
            let healed = try await gateway.handOver(try fixture.batch((0..<10).map { "r\($0)@x.test" }))
            #expect(healed == Array(repeating: .sent, count: 10))
        }
    }

    @Test("a throttle is waited for as long as the provider says")
    func throttled() async throws {
        try await with("mailgun", react: { _ in .answer(429, [("Retry-After", "120")], #"{"message":"request limit exceeded"}"#) }) {
            gateway,
            _ async throws in
            let outage = await #expect(throws: GatewayOutage.self) { try await gateway.handOver(try fixture.batch(["a@b.test"])) }
            #expect(outage?.kind == .throttled)
            fixture.time.advance(by: 119)
            #expect(try await gateway.hasRoom() == false)
            fixture.time.advance(by: 2)
            #expect(try await gateway.hasRoom())
        }
    }

    @Test("a throttle in the midst of a batch keeps what was sent, and the rest waits")
    func throttledMidway() async throws {
        let count = Tally()
        try await with(
            "ses",
            react: { _ in
                count.next() <= 5
                    ? .answer(200, GatewayFixture.acceptance("ses"))
                    : .answer(429, [("x-amzn-errortype", "TooManyRequestsException")], #"{"message":"Maximum sending rate exceeded."}"#)
            }
        ) { gateway, _ async throws in
            let dispositions = try await gateway.handOver(try fixture.batch((0..<20).map { "p\($0)@x.test" }))
            #expect(dispositions.count { $0 == .sent } == 5)
            #expect(dispositions.count { if case .declined = $0 { true } else { false } } == 15)
        }
    }

    @Test("a sender that the provider does not know puts its batch off and nobody else's")
    func unknownSender() async throws {
        let refusal = #"{"status":"error","data":{"code":"UnauthenticatedFromAddress","message":"not verified"}}"#
        try await with("postal", react: { _ in .answer(200, refusal) }) { gateway, server async throws in
            let dispositions = try await gateway.handOver(try fixture.batch((0..<20).map { "p\($0)@x.test" }))
            let until = fixture.time.now.addingTimeInterval(HandoverRound.senderPause)
            #expect(dispositions.allSatisfy { $0 == .declined(until: until, reason: "sender: UnauthenticatedFromAddress: not verified") })
            #expect(server.messages.count <= 3)
            #expect(try await gateway.hasRoom())
        }
    }

    @Test("what was accepted and what may have been is found again after a crash; the rest is not", .redis)
    func memory() async throws {
        let redis = try TestRedis.current
        let memory = HandoverMemory(redis: redis.client, gateway: "postal", prefix: redis.key("comm"))
        let batch = try fixture.batch(["ok@x.test", "bad@x.test", "lost@x.test"])
        let refusal = #"{"status":"parameter-error","data":{"message":"no"}}"#
        try await with(
            "postal",
            memory: memory,
            react: { request in
                let recipient = (try? JSONDecoder().decode(Raw.self, from: Data(request.body)))?.recipients.first
                return switch recipient {
                case "ok@x.test": .answer(200, GatewayFixture.acceptance("postal"))
                case "bad@x.test": .answer(200, refusal)
                default: .hangUp
                }
            }
        ) { gateway, _ async throws in
            _ = try await gateway.handOver(batch)
            let states = try await gateway.states(of: batch.messages.map(\.id), scope: batch.scope)
            #expect(states == [batch.messages[0].id: .taken, batch.messages[2].id: .interrupted])
            let other = HandoverScope(campaignID: fixture.campaign, chunk: 2)
            #expect(try await gateway.states(of: batch.messages.map(\.id), scope: other).isEmpty)
        }
    }

    @Test("a sender that dies between the answer and the record leaves nothing to be sent twice", .redis)
    func crash() async throws {
        let redis = try TestRedis.current
        let memory = HandoverMemory(redis: redis.client, gateway: "ses", prefix: redis.key("comm"))
        let batch = try fixture.batch(["a@x.test"])
        let faults = try FaultPoints(parsing: "gateway.after:1:error")
        try await with("ses", memory: memory, faults: faults, react: { _ in .answer(200, GatewayFixture.acceptance("ses")) }) {
            gateway,
            server async throws in
            await #expect(throws: FaultInjected.self) { try await gateway.handOver(batch) }
            #expect(server.messages.count == 1)
            #expect(try await gateway.states(of: [batch.messages[0].id], scope: batch.scope) == [batch.messages[0].id: .interrupted])
        }
    }

    @Test("a message that cannot be written fails alone")
    func unwritable() async throws {
        try await with("ses", react: { _ in .answer(200, GatewayFixture.acceptance("ses")) }) { gateway, server async throws in
            let dispositions = try await gateway.handOver(try fixture.batch(["a@b.test", "bad\r\n@x.test"]))
            #expect(dispositions[0] == .sent)
            guard case .failed = dispositions[1] else { return #expect(Bool(false), "\(dispositions)") }
            #expect(server.messages.count == 1)
        }
    }

    private struct Raw: Decodable {
        let recipients: [String]

        enum CodingKeys: String, CodingKey {
            case recipients = "rcpt_to"
        }
    }
}
