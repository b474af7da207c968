import FoundationEssentials

/// What a bulk operation is told beside its kind, as received or as stored.
package struct BulkParameters: Sendable, Equatable, Codable {
    package var listID: UUID?
    package var fromListID: UUID?
    package var toListID: UUID?
    package var tags: [String]?
    package var from: String?
    package var to: String?
    package var key: String?
    package var value: AttributeValue?
    package var reason: String?
    package var note: String?
    package var includeUnsubscribed: Bool?
    package var columns: [String]?

    enum CodingKeys: String, CodingKey {
        case listID = "list_id"
        case fromListID = "from_list_id"
        case toListID = "to_list_id"
        case tags, from, to, key, value, reason, note
        case includeUnsubscribed = "include_unsubscribed"
        case columns
    }

    package init() {}
}
