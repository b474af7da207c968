import CommTesting
import Foundation
import Testing

@testable import CommCore

@Suite("The order of routes")
struct RoutePlanTests {
    private let now = Date(timeIntervalSince1970: 1_795_000_000)

    private func plan(
        _ routes: [GatewayRoute],
        for priority: Priority? = .transactional,
        spent: [String: Double] = [:],
        seed: UInt64 = 1
    ) -> RoutePlan? {
        var random = SeededGenerator(seed: seed)
        return RoutePlan.make(routes, for: priority, spent: spent, now: now, using: &random)
    }

    @Test("positions come in their order, and a route that is switched off is none")
    func positions() {
        let routes = [
            GatewayRoute(channel: .email, gateway: "ses", position: 2), GatewayRoute(channel: .email, gateway: "smtp", position: 0),
            GatewayRoute(channel: .email, gateway: "postal", position: 1, isEnabled: false),
        ]
        for seed in 0..<20 { #expect(plan(routes, seed: UInt64(seed))?.gateways == ["smtp", "ses"]) }
    }

    @Test("within one position messages are shared in proportion to the weights")
    func weights() {
        let routes = [GatewayRoute(channel: .email, gateway: "a", weight: 300), GatewayRoute(channel: .email, gateway: "b", weight: 100)]
        let first = (0..<4_000).count { plan(routes, seed: UInt64($0))?.gateways.first == "a" }
        #expect((2_850...3_150).contains(first))
    }

    @Test("routes of a class count in place of those for any")
    func classes() {
        let routes = [
            GatewayRoute(channel: .email, gateway: "any"), GatewayRoute(channel: .email, priority: .emergency, gateway: "urgent"),
        ]
        #expect(plan(routes, for: .emergency)?.gateways == ["urgent"])
        #expect(plan(routes, for: .campaign)?.gateways == ["any"])
        #expect(plan([routes[1]], for: .campaign) == nil)
    }

    @Test("a route whose budget is used up is passed over; when all are, messages wait for the next day")
    func budgets() {
        let routes = [
            GatewayRoute(channel: .sms, gateway: "cheap", position: 0, cost: 0.05, dailyBudget: 10),
            GatewayRoute(channel: .sms, gateway: "dear", position: 1, cost: 0.5, dailyBudget: 1),
        ]
        #expect(plan(routes, spent: ["cheap": 9.95])?.gateways == ["cheap", "dear"])
        #expect(plan(routes, spent: ["cheap": 9.96])?.gateways == ["dear"])
        let closed = plan(routes, spent: ["cheap": 10, "dear": 1])?.closed
        #expect(closed?.until == ISO8601.date(from: "2026-11-19T00:00:00Z") && closed?.reason.hasPrefix("budget") == true)
    }
}
