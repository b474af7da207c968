import FoundationEssentials

/// Which answers slow down a gateway, or stop it.
package struct ReplyRule: Sendable, Equatable {
    package enum Action: String, Sendable, CaseIterable {
        case slowDown = "slow_down"
        case pause
    }

    /// What is slowed down.
    package enum Scope: String, Sendable, CaseIterable {
        /// The gateway for the domains of the group.
        case group
        /// The gateway altogether.
        case gateway
    }

    package let id: UUID
    package let name: String
    package let pattern: ReplyPattern
    /// nil: any.
    package let gateway: String?
    /// nil: any.
    package let group: String?
    package let scope: Scope
    /// So many answers within the window.
    package let threshold: Int
    /// Seconds.
    package let window: Int
    package let action: Action
    package let factor: Double
    /// Seconds of the pause, and of each step of the recovery.
    package let duration: Int
    package let isEnabled: Bool
    /// The first that fits counts.
    package let position: Int

    /// Whether it is about an answer.
    func fits(_ text: String, gateway: String, group: String) -> Bool {
        (self.gateway ?? gateway) == gateway && (self.group ?? group) == group && pattern.matches(text)
    }
}
