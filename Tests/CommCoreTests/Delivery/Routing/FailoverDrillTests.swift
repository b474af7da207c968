import CommTesting
import Foundation
import Testing

@testable import CommCore

/// A provider in trouble of every kind, with another one behind it.
@Suite("Failover drills", .timeLimit(.minutes(4)))
struct FailoverDrillTests {
    private static let recipients = 20
    private let fixture = GatewayFixture()

    /// What became of a batch that went to Postal first and to Mailgun after it.
    private func drill(_ reaction: StubServer.Reaction) async throws -> (outcomes: [HandoverOutcome], second: StubServer) {
        let first = try await StubServer.start { _ in reaction }
        let second = try await StubServer.start { _ in .answer(200, GatewayFixture.acceptance("mailgun")) }
        let gateways = [
            try fixture.gateway("postal", base: first.base, timeout: .seconds(1)), try fixture.gateway("mailgun", base: second.base),
        ]
        let router = HandoverRouter(
            gateways: gateways,
            routes: FixedRoutes([.email: ["postal", "mailgun"]]),
            time: fixture.time
        )
        let outcomes = try await router.handOver(try fixture.batch(GatewayFixture.recipients(Self.recipients, of: "postal")))
        for gateway in gateways { await gateway.close() }
        try await first.close()
        try await second.close()
        return (outcomes, second)
    }

    @Test(
        "what may have been taken stays unknown, all the rest goes by the other one, and nothing by both",
        arguments: [StubServer.Reaction.hang, .hangUp, .garbage, .answer(503, ""), .answer(200, "<html>")]
    )
    func uncertain(reaction: StubServer.Reaction) async throws {
        let (outcomes, second) = try await drill(reaction)
        let unknown = outcomes.count { if case .unknown = $0.disposition { $0.gateway == "postal" } else { false } }
        #expect((1...3).contains(unknown), "as many as were on their way at once")
        #expect(outcomes.count { $0 == HandoverOutcome(.sent, gateway: "mailgun") } == Self.recipients - unknown)
        #expect(second.requests.count == Self.recipients - unknown)
    }

    @Test("what a throttled provider refuses goes by the other one as a whole", arguments: [429])
    func throttled(status: Int) async throws {
        let (outcomes, second) = try await drill(.answer(status, ""))
        #expect(outcomes.allSatisfy { $0 == HandoverOutcome(.sent, gateway: "mailgun") } && second.requests.count == Self.recipients)
    }

    @Test("a provider that cannot be reached costs nothing")
    func unreachable() async throws {
        let second = try await StubServer.start { _ in .answer(200, GatewayFixture.acceptance("mailgun")) }
        let gateways = [try fixture.gateway("postal", base: "http://127.0.0.1:1"), try fixture.gateway("mailgun", base: second.base)]
        let router = HandoverRouter(
            gateways: gateways,
            routes: FixedRoutes([.email: ["postal", "mailgun"]]),
            time: fixture.time
        )
        let outcomes = try await router.handOver(try fixture.batch(GatewayFixture.recipients(Self.recipients, of: "postal")))
        #expect(outcomes.allSatisfy { $0 == HandoverOutcome(.sent, gateway: "mailgun") })
        for gateway in gateways { await gateway.close() }
        try await second.close()
    }
}
