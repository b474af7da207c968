import FoundationEssentials
import Postgres

/// Everything that is stored of a contact, with the version by which an edit says what it has seen.
package struct ContactRecord: Sendable, Equatable {
    /// One list that the contact is in.
    package struct Membership: Sendable, Equatable, Codable {
        package let listID: UUID
        package let name: String
        package let status: String
        package let addedAt: Date

        enum CodingKeys: String, CodingKey {
            case listID = "list_id"
            case name, status
            case addedAt = "added_at"
        }
    }

    package let contact: Contact
    package let version: Int
    package let tags: [String]
    package let consentGivenAt: Date?
    package let consentSource: String?
    package let sentCount: Int
    package let deliveredCount: Int
    package let openedCount: Int
    package let clickedCount: Int
    package let lastSentAt: Date?
    package let lastDeliveredAt: Date?
    package let lastOpenedAt: Date?
    package let lastClickedAt: Date?
    package let lastEngagementAt: Date?
    package let suppressionReason: String?
    package let suppressedAt: Date?
    package let lists: [Membership]
}

extension ContactRecord {
    /// The query of one contact that is not deleted.
    static func query(tenantID: UUID, id: UUID, now: Date) -> SQL {
        """
        SELECT \(sql: Contact.columns), c.version, c.tags, c.consent_given_at, c.consent_source, c.sent_count, c.delivered_count,
               c.opened_count, c.clicked_count, c.last_sent_at, c.last_delivered_at, c.last_opened_at, c.last_clicked_at,
               c.last_engagement_at, s.reason AS suppressed_for, s.created_at AS suppressed_since, m.lists
          FROM contacts c
          LEFT JOIN LATERAL (SELECT s.reason, s.created_at FROM suppressions s
                              WHERE s.tenant_id = \(tenantID) AND s.email_norm = c.email_norm
                                AND (s.expires_at IS NULL OR s.expires_at > \(now))
                                AND s.scope IN ('all', 'marketing')
                              ORDER BY s.created_at LIMIT 1) AS s ON true
         CROSS JOIN LATERAL (SELECT coalesce(jsonb_agg(jsonb_build_object(
                                        'list_id', l.id, 'name', l.name, 'status', m.status,
                                        'added_at', to_char(m.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
                                        ORDER BY m.created_at, l.id), '[]') AS lists
                               FROM list_contacts m JOIN lists l ON l.tenant_id = \(tenantID) AND l.id = m.list_id AND l.deleted_at IS NULL
                              WHERE m.tenant_id = \(tenantID) AND m.contact_id = c.id) AS m
         WHERE c.tenant_id = \(tenantID) AND c.id = \(id) AND c.deleted_at IS NULL
        """
    }

    init(row: PostgresRow) throws {
        contact = try Contact(row: row)
        version = try row.get("version")
        tags = try row.get("tags")
        consentGivenAt = try row.get("consent_given_at")
        consentSource = try row.get("consent_source")
        sentCount = try row.get("sent_count")
        deliveredCount = try row.get("delivered_count")
        openedCount = try row.get("opened_count")
        clickedCount = try row.get("clicked_count")
        lastSentAt = try row.get("last_sent_at")
        lastDeliveredAt = try row.get("last_delivered_at")
        lastOpenedAt = try row.get("last_opened_at")
        lastClickedAt = try row.get("last_clicked_at")
        lastEngagementAt = try row.get("last_engagement_at")
        suppressionReason = try row.get("suppressed_for")
        suppressedAt = try row.get("suppressed_since")
        lists = try row.get("lists", as: PostgresJSON.self).decode()
    }
}
