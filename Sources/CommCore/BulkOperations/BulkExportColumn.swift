import FoundationEssentials
import Postgres

/// A column of an exported file: one of the contact's own, or `attributes.` with a key.
enum BulkExportColumn {
    static let standard = ["email", "name", "phone", "identity_type", "identity_name", "language", "status", "tags", "created_at"]
    private static let most = 100
    private static let texts: [String: SQL] = [
        "id": "c.id::text", "email": "c.email", "name": "c.name", "phone": "c.phone", "identity_type": "c.identity_type",
        "identity_name": "c.identity_name", "language": "c.language", "source": "c.source", "status": "c.status",
        "quality_index": "c.quality_index::text", "tags": "array_to_string(c.tags, ', ')",
        "sent_count": "c.sent_count::text", "delivered_count": "c.delivered_count::text", "opened_count": "c.opened_count::text",
        "clicked_count": "c.clicked_count::text", "last_sent_at": time("c.last_sent_at"), "last_delivered_at": time("c.last_delivered_at"),
        "last_opened_at": time("c.last_opened_at"), "last_clicked_at": time("c.last_clicked_at"),
        "last_engagement_at": time("c.last_engagement_at"), "consent_given_at": time("c.consent_given_at"),
        "consent_source": "c.consent_source", "created_at": time("c.created_at"), "updated_at": time("c.updated_at"),
    ]
    private static let attributePrefix = "attributes."

    /// The columns that were asked for, or the usual ones.
    static func check(_ columns: [String]?, _ check: inout FieldCheck) -> [String] {
        guard let columns, !columns.isEmpty else { return standard }
        if columns.count > most { check.add("columns", "too_many", "at most \(most) columns") }
        for (index, column) in columns.prefix(most).enumerated() where texts[column] == nil && attribute(column) == nil {
            let names = (texts.keys.sorted() + [attributePrefix + "…"]).joined(separator: ", ")
            check.add("columns[\(index)]", "unknown", "columns[\(index)] is not one of \(names)")
        }
        return columns
    }

    /// The value as text.
    static func text(_ column: String) -> SQL {
        if let text = texts[column] { return text }
        guard let key = attribute(column) else { return "NULL::text" }
        return "c.attributes->>\(key)::text"
    }

    private static func attribute(_ column: String) -> String? {
        guard column.hasPrefix(attributePrefix) else { return nil }
        let key = String(column.dropFirst(attributePrefix.count))
        return AttributeKey.isValid(key) ? key : nil
    }

    private static func time(_ column: SQL) -> SQL {
        "to_char(\(sql: column) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"
    }
}
