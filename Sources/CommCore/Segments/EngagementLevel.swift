import FoundationEssentials
import Postgres

/// How lately a contact has answered to mail.
package enum EngagementLevel: String, PostgresEnum, CaseIterable {
    /// A click within 30 days.
    case high
    /// A click within 90 days.
    case medium
    /// A delivery within 30 days, or a message handed over within 60.
    case low
    case none

    /// The rule as SQL; it is the function of migration 0006, for every projection and the rebuild.
    static func sql(clicked: SQL, delivered: SQL, sent: SQL, now: Date) -> SQL {
        "comm_engagement_level(\(sql: clicked), \(sql: delivered), \(sql: sent), \(now)::timestamptz)"
    }

    /// After how long which column no longer counts: where a level may change although nothing happens.
    static let limits: [(column: SQL, age: TimeInterval)] = [
        ("last_clicked_at", 30 * 86_400), ("last_clicked_at", 90 * 86_400), ("last_delivered_at", 30 * 86_400),
        ("last_sent_at", 60 * 86_400),
    ]
}
