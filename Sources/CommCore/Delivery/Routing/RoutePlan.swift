import Foundation

/// By which gateways a message may go now.
package struct RoutePlan: Sendable, Equatable {
    /// Names, the first choice first.
    package var gateways: [String]
    /// When none may be used for the moment: until when, and why.
    package var closed: Closed?

    package struct Closed: Sendable, Equatable {
        /// Of routes whose budgets are used up.
        static let budgetReason = "budget: the day's budget of every route is used up"

        package let until: Date
        package let reason: String
    }

    package init(_ gateways: [String], closed: Closed? = nil) {
        self.gateways = gateways
        self.closed = closed
    }

    /// The order of a tenant's routes: by position, and by chance within one, in proportion to the weights.
    ///
    /// - Parameters:
    ///   - routes: those of the channel.
    ///   - spent: what went by a gateway today, in the tenant's currency.
    /// - Returns: nil when the tenant has no routes for this class.
    static func make(
        _ routes: [GatewayRoute],
        for priority: Priority?,
        spent: [String: Double],
        now: Date,
        using random: inout some RandomNumberGenerator
    ) -> RoutePlan? {
        let own = routes.filter { $0.priority != nil && $0.priority == priority }
        let candidates = (own.isEmpty ? routes.filter { $0.priority == nil } : own).filter(\.isEnabled)
        guard !candidates.isEmpty else { return nil }
        let affordable = candidates.filter { route in
            route.dailyBudget.map { (spent[route.gateway] ?? 0) + route.cost <= $0 } ?? true
        }
        guard !affordable.isEmpty else {
            let day: TimeInterval = 86_400
            let tomorrow = Date(timeIntervalSince1970: ((now.timeIntervalSince1970 / day).rounded(.down) + 1) * day)
            return RoutePlan([], closed: Closed(until: tomorrow, reason: Closed.budgetReason))
        }
        // Exponential keys sort a weighted sample without replacement (Efraimidis and Spirakis, 2006).
        let keyed = affordable.map { route in
            (route, -log(Double.random(in: Double.leastNonzeroMagnitude...1, using: &random)) / Double(max(route.weight, 1)))
        }
        return RoutePlan(keyed.sorted { ($0.0.position, $0.1) < ($1.0.position, $1.1) }.map(\.0.gateway))
    }
}
