import FoundationEssentials
import Postgres

/// The last-moment check of a message that belongs to no contact: its address alone decides.
enum TestEligibility {
    /// Why the address of message `q` is suppressed, under the name `address_suppression`.
    static func column(now: Date) -> SQL {
        """
        (SELECT s.reason FROM suppressions s
          WHERE s.tenant_id = q.tenant_id AND s.email_norm = lower(q.recipient) AND q.contact_id IS NULL
            AND (s.expires_at IS NULL OR s.expires_at > \(now)) LIMIT 1) AS address_suppression
        """
    }
}
