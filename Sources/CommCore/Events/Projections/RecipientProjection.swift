/// The columns of contacts that follow from events and suppressions.
enum RecipientProjection {
    static let columns = [
        "sent_count", "last_sent_at", "last_campaign_id", "delivered_count", "last_delivered_at", "opened_count", "last_opened_at",
        "clicked_count", "last_clicked_at", "last_engagement_at", "engagement_level", "suppression_reason", "suppressed_at",
        "suppressed_until",
    ]

    /// Them under an alias.
    static func list(_ alias: String) -> String {
        columns.map { "\(alias).\($0)" }.joined(separator: ", ")
    }
}
