import FoundationEssentials
import Postgres

/// Projection: the engagement levels of the contacts that events were about, after their times have been moved.
///
/// Only a level that changes is written: most deliveries change none.
struct EngagementLevels {
    private struct Key: Hashable {
        let tenantID: UUID
        let contactID: UUID
    }

    private var contacts: Set<Key> = []

    init(events: [Event]) {
        for event in events where [.delivered, .opened, .clicked].contains(event.type) {
            add(tenantID: event.tenantID, contactID: event.contactID)
        }
    }

    /// Adds a contact whose times have moved for another reason.
    mutating func add(tenantID: UUID, contactID: UUID?) {
        if let contactID { contacts.insert(Key(tenantID: tenantID, contactID: contactID)) }
    }

    func apply(on connection: PostgresConnection, now: Date) async throws {
        guard !contacts.isEmpty else { return }
        let entries = contacts.sorted { $0.contactID.uuidString < $1.contactID.uuidString }
        let level = EngagementLevel.sql(clicked: "c.last_clicked_at", delivered: "c.last_delivered_at", sent: "c.last_sent_at", now: now)
        try await connection.execute(
            """
            UPDATE contacts AS c SET engagement_level = \(sql: level)
              FROM (SELECT unnest(\(entries.map(\.tenantID))::uuid[]) AS tenant_id, unnest(\(entries.map(\.contactID))::uuid[]) AS contact_id) e
             WHERE c.tenant_id = e.tenant_id AND c.id = e.contact_id AND c.engagement_level <> \(sql: level)
            """
        )
    }
}
