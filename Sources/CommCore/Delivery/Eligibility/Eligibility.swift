import FoundationEssentials
import Postgres

/// The last-moment check: whether a message that is about to leave may still be sent to its recipient.
enum Eligibility {
    /// Columns that ``verdict(refusal:suppression:)`` reads; `q` is the message.
    static let columns: SQL = """
        CASE WHEN q.contact_id IS NULL THEN NULL
             WHEN contact.id IS NULL OR contact.deleted_at IS NOT NULL THEN 'contact_deleted'
             WHEN contact.status <> 'active' THEN contact.status END AS refusal,
        suppression.reason AS suppression
        """

    /// The joins that the columns read from.
    ///
    /// The suppression is looked up by the address as it is now, so a changed contact does not slip by.
    static func joins(now: Date) -> SQL {
        """
        LEFT JOIN contacts contact ON contact.tenant_id = q.tenant_id AND contact.id = q.contact_id
        LEFT JOIN suppressions suppression ON suppression.tenant_id = contact.tenant_id
             AND suppression.email_norm = contact.email_norm
             AND (suppression.expires_at IS NULL OR suppression.expires_at > \(now))
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
