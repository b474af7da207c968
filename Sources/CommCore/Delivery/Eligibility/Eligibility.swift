import FoundationEssentials
import Postgres

/// The last-moment check: whether a message that is about to leave may still be sent to its recipient.
enum Eligibility {
    /// Columns that ``verdict(refusal:suppression:)`` reads; `q` is the message.
    static let columns: SQL = """
        CASE WHEN q.contact_id IS NULL THEN NULL
             WHEN contact.id IS NULL OR contact.deleted_at IS NOT NULL THEN 'contact_deleted'
             WHEN q.channel = 'email' AND contact.status <> 'active' THEN contact.status END AS refusal,
        suppression.reason AS suppression
        """

    /// The joins that the columns read from.
    ///
    /// The suppression of a mail is looked up by the address as it is now, so a changed contact does not slip by; a recipient that is no
    /// contact, a number and a push registration are looked up as they are written. A contact's status is about its mail address. Lists are
    /// those that were meant when the campaign was planned.
    ///
    /// Contacts are looked up one by one: a plan that does not know how many messages there will be may read all contacts instead.
    ///
    /// - Parameter isMarketing: whether the message is a campaign or newsletter; by its lane where it has one.
    static func joins(now: Date, isMarketing: SQL = "q.priority IN (2, 3)") -> SQL {
        let subject = SuppressionCheck.Subject(
            tenantID: "q.tenant_id",
            contactID: "q.contact_id",
            address: """
                CASE WHEN q.channel = 'email' AND q.contact_id IS NOT NULL THEN contact.email_norm
                     ELSE comm_suppression_key(q.channel, q.recipient) END
                """,
            isMarketing: isMarketing,
            lists: """
                (SELECT n.included_lists FROM campaigns g
                   JOIN comm_audience_snapshots n ON n.tenant_id = g.tenant_id AND n.id = g.snapshot_id
                  WHERE g.tenant_id = q.tenant_id AND g.id = q.campaign_id)
                """
        )
        return """
            LEFT JOIN LATERAL (SELECT c.id, c.status, c.deleted_at, c.email_norm FROM contacts c
                               WHERE c.tenant_id = q.tenant_id AND c.id = q.contact_id LIMIT 1) contact ON true
            \(sql: SuppressionCheck.join(subject, now: now))
            """
    }

    /// - Returns: why the message must not be sent; nil when it may.
    static func verdict(refusal: String?, suppression: String?) -> Disposition? {
        if refusal == "contact_deleted" { return .skipped(reason: "contact_deleted") }
        if let suppression { return .suppressed(reason: suppression) }
        switch refusal {
        case "unsubscribed": return .suppressed(reason: "unsubscribe")
        case "bounced": return .suppressed(reason: "bounce")
        case "complained": return .suppressed(reason: "complaint")
        default: return nil
        }
    }
}
