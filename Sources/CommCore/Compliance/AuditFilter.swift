import FoundationEssentials
import Postgres

/// Which entries of the audit log are asked for.
package struct AuditFilter: Sendable, Equatable {
    package var eventType: String?
    package var action: String?
    package var resourceType: String?
    package var resourceID: UUID?
    package var actor: String?
    package var from: Date?
    package var to: Date?

    package init(
        eventType: String? = nil,
        action: String? = nil,
        resourceType: String? = nil,
        resourceID: UUID? = nil,
        actor: String? = nil,
        from: Date? = nil,
        to: Date? = nil
    ) {
        self.eventType = eventType
        self.action = action
        self.resourceType = resourceType
        self.resourceID = resourceID
        self.actor = actor
        self.from = from
        self.to = to
    }

    /// The condition on the alias `a`.
    func condition(tenantID: UUID) -> SQL {
        var condition: SQL = "a.tenant_id = \(tenantID)"
        if let eventType { condition += " AND a.event_type = \(eventType)" }
        if let action { condition += " AND a.action = \(action)" }
        if let resourceType { condition += " AND a.resource_type = \(resourceType)" }
        if let resourceID { condition += " AND a.resource_id = \(resourceID)" }
        if let actor { condition += " AND a.actor = \(actor)" }
        if let from { condition += " AND a.created_at >= \(from)" }
        if let to { condition += " AND a.created_at < \(to)" }
        return condition
    }
}
