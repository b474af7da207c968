import FoundationEssentials
import Postgres

/// An operation that goes into the audit log as one entry.
package struct AuditNote: Sendable {
    package let eventType: String
    package let action: String
    package let resourceType: String
    package let resourceID: UUID?
    /// The client's address, where the contract wants it.
    package let userIdentifier: String?
    /// A JSON object.
    package let details: PostgresJSON

    package init(
        eventType: String,
        action: String,
        resourceType: String,
        resourceID: UUID? = nil,
        userIdentifier: String? = nil,
        details: PostgresJSON = PostgresJSON("{}")
    ) {
        self.eventType = eventType
        self.action = action
        self.resourceType = resourceType
        self.resourceID = resourceID
        self.userIdentifier = userIdentifier
        self.details = details
    }
}
