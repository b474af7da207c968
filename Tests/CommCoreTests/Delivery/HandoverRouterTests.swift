import CommTesting
import Foundation
import Synchronization
import Testing

@testable import CommCore

@Suite("Routes and failover")
struct HandoverRouterTests {
    /// A gateway that answers as it is told.
    private final class ScriptedGateway: Gateway {
        let name: String
        let needsConfirmation = false
        private let answer: @Sendable ([OutgoingMessage]) throws -> [Disposition]
        private let asked = Mutex<[UUID]>([])
        private let known: [UUID: HandoverState]

        init(
            _ name: String,
            knows known: [UUID: HandoverState] = [:],
            _ answer: @escaping @Sendable ([OutgoingMessage]) throws -> [Disposition] = { $0.map { _ in .sent } }
        ) {
            self.name = name
            self.known = known
            self.answer = answer
        }

        var messages: [UUID] { asked.withLock { $0 } }
        func hasRoom() async throws -> Bool { true }
        func states(of ids: [UUID], scope: HandoverScope) async throws -> [UUID: HandoverState] { known.filter { ids.contains($0.key) } }
        func hasLostMemory(now: Date) async throws -> Bool { false }

        func handOver(_ batch: HandoverBatch) async throws -> [Disposition] {
            asked.withLock { $0 += batch.messages.map(\.id) }
            return try answer(batch.messages)
        }
    }

    private let fixture = GatewayFixture()
    private let outage = GatewayOutage(kind: .away, reason: "no route to host")

    private func router(
        _ gateways: [any Gateway],
        throttle: any MessageThrottle = UnlimitedThrottle(),
        health: GatewayHealth = GatewayHealth()
    ) -> HandoverRouter {
        HandoverRouter(
            gateways: gateways,
            routes: FixedRoutes([.email: gateways.map(\.name)]),
            throttle: throttle,
            health: health,
            time: fixture.time
        )
    }

    /// Lets everything go, and notes what it is told.
    private final class ListeningThrottle: MessageThrottle {
        private let told = Mutex<[String]>([])

        var heard: [String] { told.withLock { $0 } }

        func admit(_ recipients: [String], of subject: ThrottleSubject, now: Date) async -> [ThrottleRefusal?] {
            recipients.map { _ in nil }
        }

        func observe(_ replies: [GatewayReply], of gateway: String, channel: Channel, now: Date) async {
            told.withLock { $0 += replies.map { "\(gateway) \($0.kind) \($0.recipient): \($0.text)" } }
        }
    }

    @Test("what the first gateway takes goes no further")
    func first() async throws {
        let (first, second) = (ScriptedGateway("first"), ScriptedGateway("second"))
        let outcomes = try await router([first, second]).handOver(try fixture.batch(["a@x.test", "b@x.test"]))
        #expect(outcomes == [HandoverOutcome(.sent, gateway: "first"), HandoverOutcome(.sent, gateway: "first")])
        #expect(second.messages.isEmpty)
    }

    @Test("what a gateway certainly did not take goes on to the next one; what it may have taken never does")
    func failover() async throws {
        let until = fixture.time.now.addingTimeInterval(60)
        let first = ScriptedGateway("first") { _ in
            [
                .sent, .unknown(reason: "lost"), .declined(until: until, reason: "down"), .failed(reason: "refused"),
                .deferred(until: until, reason: "grey"),
            ]
        }
        let second = ScriptedGateway("second")
        let batch = try fixture.batch((0..<5).map { "p\($0)@x.test" })
        let outcomes = try await router([first, second]).handOver(batch)
        #expect(outcomes.map(\.gateway) == ["first", "first", "second", "first", "first"])
        #expect(outcomes[1].disposition == .unknown(reason: "lost") && outcomes[2].disposition == .sent)
        #expect(second.messages == [batch.messages[2].id])
    }

    @Test("a gateway that is away is passed over; when all are, the batch comes again")
    func away() async throws {
        let outage = outage
        let dead = ScriptedGateway("dead") { _ in throw outage }
        let alive = ScriptedGateway("alive")
        let outcomes = try await router([dead, alive]).handOver(try fixture.batch(["a@x.test"]))
        #expect(outcomes == [HandoverOutcome(.sent, gateway: "alive")])
        let batch = try fixture.batch(["a@x.test"])
        await #expect(throws: GatewayOutage.self) { try await router([dead]).handOver(batch) }
    }

    @Test("the throttle hears every answer: to a message in its recipient's name, to all of them once and in nobody's, told again never")
    func heard() async throws {
        let throttle = ListeningThrottle()
        let (outage, fixture) = (outage, fixture)
        let calls = Mutex(0)
        let dead = ScriptedGateway("dead") { _ in
            throw calls.withLock { calls in
                calls += 1
                return calls == 1 ? outage : outage.recalled
            }
        }
        let health = GatewayHealth()
        let dying = router([dead, ScriptedGateway("alive")], throttle: throttle, health: health)
        for _ in 0..<2 { _ = try await dying.handOver(try fixture.batch(["a@x.test", "b@x.test"])) }
        #expect(throttle.heard.filter { $0.hasPrefix("dead") } == ["dead deferred : away: no route to host"])
        let report = try #require(health.reports(now: fixture.time.now).first { $0.gateway == "dead" })
        #expect(report.state == .open)
        let until = fixture.time.now.addingTimeInterval(60)
        let mixed = ScriptedGateway("mixed") { _ in
            [.deferred(until: until, reason: "grey"), .declined(until: until, reason: "down"), .declined(until: until, reason: "down")]
        }
        _ = try await router([mixed], throttle: throttle).handOver(try fixture.batch(["a@x.test", "b@x.test", "c@x.test"]))
        #expect(throttle.heard.filter { $0.hasPrefix("mixed") } == ["mixed deferred a@x.test: grey", "mixed deferred : down"])
    }

    @Test("an error that says nothing about what was taken stops the batch")
    func uncertain() async throws {
        struct StoreAway: Error {}
        let first = ScriptedGateway("first") { _ in throw StoreAway() }
        let second = ScriptedGateway("second")
        let batch = try fixture.batch(["a@x.test"])
        await #expect(throws: StoreAway.self) { try await router([first, second]).handOver(batch) }
        #expect(second.messages.isEmpty)
    }

    @Test("a message that every gateway declined waits")
    func declined() async throws {
        let until = fixture.time.now.addingTimeInterval(60)
        let only = ScriptedGateway("only") { $0.map { _ in .declined(until: until, reason: "paused") } }
        let outcomes = try await router([only]).handOver(try fixture.batch(["a@x.test"]))
        #expect(outcomes == [HandoverOutcome(.deferred(until: until, reason: "paused"), gateway: "only")])
    }

    @Test("a message asks for its gateway; one that is not there fails with the reason")
    func wanted() async throws {
        let (first, second) = (ScriptedGateway("first"), ScriptedGateway("second"))
        func send(_ gateway: String) async throws -> HandoverOutcome? {
            let batch = try fixture.batch(["a@x.test"])
            var envelope = batch.envelope
            envelope.gateway = gateway
            let asked = HandoverBatch(
                envelope: envelope,
                renderer: batch.renderer,
                scope: batch.scope,
                messages: batch.messages,
                isRepeat: false
            )
            return try await router([first, second]).handOver(asked).first
        }
        #expect(try await send("second") == HandoverOutcome(.sent, gateway: "second"))
        #expect(try await send("third")?.disposition == .failed(reason: "configuration: no gateway for email"))
    }

    @Test("what any gateway has taken is known, whichever is asked next")
    func states() async throws {
        let id = UUID()
        let first = ScriptedGateway("first", knows: [id: .interrupted])
        let second = ScriptedGateway("second", knows: [id: .taken])
        let found = try await router([first, second]).states(of: [id], scope: HandoverScope(campaignID: id, chunk: nil), channel: .email)
        #expect(found[id]?.state == .taken && found[id]?.gateway == "second")
    }

    /// Whether a gateway is away; changed while it is used.
    private final class Absence: Sendable {
        let isAway = Mutex(true)
    }

    private func taker(_ router: HandoverRouter) async throws -> String? {
        try await router.handOver(try fixture.batch(["a@x.test"])).first?.gateway
    }

    @Test("an ill gateway goes behind the others, is felt for by one batch, and comes back when it is well")
    func health() async throws {
        let (absence, outage) = (Absence(), outage)
        let first = ScriptedGateway("first") { messages in
            if absence.isAway.withLock({ $0 }) { throw outage }
            return messages.map { _ in .sent }
        }
        let health = GatewayHealth()
        let routing = router([first, ScriptedGateway("second")], health: health)
        #expect(try await taker(routing) == "second" && first.messages.count == 1)
        #expect(try await taker(routing) == "second" && first.messages.count == 1, "passed over")
        #expect(health.reports(now: fixture.time.now).first?.state == .open)
        fixture.time.advance(by: 16)
        #expect(try await taker(routing) == "second" && first.messages.count == 2, "felt for")
        fixture.time.advance(by: 16)
        #expect(try await taker(routing) == "second" && first.messages.count == 2, "the pause has grown")
        absence.isAway.withLock { $0 = false }
        fixture.time.advance(by: 16)
        #expect(try await taker(routing) == "first")
        #expect(try await taker(routing) == "first")
        #expect(health.reports(now: fixture.time.now).first?.state == .closed)
    }
}
