import FoundationEssentials
import Postgres

/// An event as it is stored, with the names of whom and what it is about.
package struct StoredEvent: Sendable, Equatable {
    package let id: UUID
    package let type: String
    package let occurredAt: Date
    package let source: String
    package let verdict: String?
    package let messageID: UUID?
    package let campaignID: UUID?
    package let campaignName: String?
    package let contactID: UUID?
    package let contactEmail: String?
    package let contactName: String?
    package let contactStatus: String?
    /// A JSON object.
    package let payload: String
    package let details: Details

    /// What is known of the payload's members.
    package struct Details: Sendable, Equatable {
        package let url: String?
        package let linkIndex: Int?
        package let userAgent: String?
        package let ip: String?
        package let bounceReason: String?
        package let smtpCode: String?
        /// Of a bounce: for now only, as everything is counted by.
        package let isSoftBounce: Bool
        /// Of an unsubscribe: `all`, `list` or `pause`.
        package let scope: String?
    }

    init(row: PostgresRow) throws {
        (id, type, occurredAt) = (try row.get("id"), try row.get("type"), try row.get("occurred_at"))
        (source, verdict, messageID) = (try row.get("source"), try row.get("verdict"), try row.get("message_id"))
        (campaignID, campaignName) = (try row.get("campaign_id"), try row.get("campaign_name"))
        (contactID, contactEmail) = (try row.get("contact_id"), try row.get("contact_email"))
        (contactName, contactStatus) = (try row.get("contact_name"), try row.get("contact_status"))
        payload = try row.get("payload")
        details = Details(
            url: try row.get("url"),
            linkIndex: (try row.get("link_index") as String?).flatMap { Int($0) },
            userAgent: try row.get("user_agent"),
            ip: try row.get("ip"),
            bounceReason: try row.get("bounce_reason"),
            smtpCode: try row.get("smtp_code"),
            isSoftBounce: try row.get("is_soft_bounce"),
            scope: try row.get("scope")
        )
    }

    /// The columns of a page `p` of email_events and of what it refers to.
    static let columns = """
        p.id, p.type, p.occurred_at, p.source, p.verdict, p.message_id, p.campaign_id, g.name AS campaign_name, p.contact_id,
        c.email AS contact_email, c.name AS contact_name, c.status AS contact_status, p.payload::text AS payload,
        p.payload ->> 'url' AS url, p.payload ->> 'linkIndex' AS link_index, p.payload ->> 'userAgent' AS user_agent,
        p.payload ->> 'ip' AS ip,
        coalesce(p.payload ->> 'bounce_reason', p.payload ->> 'reason', p.payload ->> 'error', p.payload ->> 'diagnostic') AS bounce_reason,
        p.payload ->> 'smtp_code' AS smtp_code, p.payload ->> 'scope' AS scope,
        p.type = 'bounced' AND comm_is_soft_bounce(p.payload) AS is_soft_bounce
        """
}
