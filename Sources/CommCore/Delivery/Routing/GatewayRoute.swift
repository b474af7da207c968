import FoundationEssentials

/// A way by which a tenant's messages of a channel may go.
package struct GatewayRoute: Sendable, Equatable {
    package let channel: Channel
    /// Nil: all classes that have no routes of their own.
    package let priority: Priority?
    package let gateway: String
    /// The lowest is tried first.
    package let position: Int
    /// Share among the routes of one position.
    package let weight: Int
    /// Of one message, in the tenant's currency.
    package let cost: Double
    /// Cost of a day (UTC) that is not exceeded; nil: none.
    package let dailyBudget: Double?
    package let isEnabled: Bool

    package init(
        channel: Channel,
        priority: Priority? = nil,
        gateway: String,
        position: Int = 0,
        weight: Int = 100,
        cost: Double = 0,
        dailyBudget: Double? = nil,
        isEnabled: Bool = true
    ) {
        self.channel = channel
        self.priority = priority
        self.gateway = gateway
        self.position = position
        self.weight = weight
        self.cost = cost
        self.dailyBudget = dailyBudget
        self.isEnabled = isEnabled
    }

    /// The gateways that a channel has, by name.
    package static func gateways(of channel: Channel) -> [String] {
        switch channel {
        case .email: ["motorical", "smtp", "postal", "ses", "mailgun", "log"]
        case .sms: ["twilio", "log_sms"]
        case .push: ["fcm", "log_push"]
        }
    }
}
