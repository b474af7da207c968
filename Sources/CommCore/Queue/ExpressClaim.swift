import FoundationEssentials

/// Messages of one class that were claimed one by one, of any tenants and origins.
package struct ExpressClaim: Sendable {
    /// Those of a claim that share their content.
    package struct Group: Sendable {
        package let key: Key
        package var messages: [QueuedMessage]
    }

    package struct Key: Sendable, Hashable {
        package let tenantID: UUID
        package let origin: MessageOrigin
        package let channel: Channel
        /// Of a test: what it is made of.
        package let artifactID: UUID?
        /// Whether they count nowhere.
        package let isTest: Bool
    }

    package let priority: Int16
    /// Fencing token: only the holder of the newest one may record.
    package let token: UUID
    package let groups: [Group]
    /// The last of the tenants that this claim looked at, when there may be some behind it.
    package let lastTenant: UUID?

    package var count: Int { groups.reduce(0) { $0 + $1.messages.count } }
}
