import FoundationEssentials
import Postgres

/// An order as SQL: its keys, and where a page begins.
///
/// The keys are chosen so that an index of migration 0006 or 0013 has them in their order. A contact's age is its id, which is a UUIDv7
/// of the time it was created. Where only the first can be missing and all go the
/// same way, the contacts with and without it are two ``Segment``s, one after the other, and a page's beginning is a range of an index.
struct RecipientOrder: Sendable {
    struct Key: Sendable {
        let expression: SQL
        /// The type that a value in a cursor is read as.
        let type: KeyType
        let isNullable: Bool
        let isDescending: Bool
    }

    enum KeyType: String, Sendable {
        case text, bigint, timestamptz, uuid
    }

    /// Which of the contacts of a two-part order are meant.
    enum Segment: Sendable, Equatable {
        case whole, present, missing
    }

    let keys: [Key]
    /// Whether an index delivers it.
    let isIndexed: Bool
    /// Whether it is the usual one, up or down, in which several indexes have the contacts of one value.
    let isByAge: Bool
    /// Whether its keys need more than the contact.
    let countsLists: Bool

    /// - Parameter reversed: for the pages before a cursor.
    init(_ sort: RecipientSort, reversed: Bool = false) {
        let flip = { (isDescending: Bool) in isDescending != reversed }
        let last = sort.terms[sort.terms.count - 1]
        var keys = sort.terms.filter { $0.column != .createdAt || $0 != last }.map { term in
            Key(
                expression: term.column == .listCount ? "coalesce(lc.lists, 0)" : "c.\(raw: Self.sortColumn(term.column))",
                type: Self.type(term.column),
                isNullable: Self.isNullable(term.column),
                isDescending: flip(term.isDescending)
            )
        }
        if last.column != .email {
            keys.append(Key(expression: "c.id", type: .uuid, isNullable: false, isDescending: flip(last.isDescending)))
        }
        self.keys = keys
        isByAge = sort.terms.map(\.column) == [.createdAt]
        countsLists = sort.terms.contains { $0.column == .listCount }
        isIndexed = sort.terms.count == 1 && Self.indexed.contains(last.column)
    }

    private static let indexed: Set<RecipientColumn> = [
        .email, .name, .computedStatus, .engagementLevel, .createdAt, .emailDomain, .language, .source, .lastSentAt, .lastDeliveredAt,
        .lastOpenedAt, .lastClickAt, .lastEngagementAt, .lastCampaignActivity,
    ]

    /// What the keys need beside the contact: the lists of all contacts are counted at once.
    func join(_ tenantID: UUID) -> SQL {
        guard countsLists else { return "" }
        return """
            LEFT JOIN (SELECT m.contact_id, count(*) AS lists FROM list_contacts m
                         JOIN lists l ON l.tenant_id = m.tenant_id AND l.id = m.list_id AND l.deleted_at IS NULL
                        WHERE m.tenant_id = \(tenantID) AND m.status = 'active' GROUP BY m.contact_id) lc ON lc.contact_id = c.id
            """
    }

    /// The parts of the order, in order.
    var segments: [Segment] {
        guard keys[0].isNullable, isUniform else { return [.whole] }
        return keys[0].isDescending ? [.present, .missing] : [.missing, .present]
    }

    /// The part in which a page after these values begins.
    func segment(of cursor: [String?]) -> Segment {
        guard segments.count > 1 else { return .whole }
        return cursor[0] == nil ? .missing : .present
    }

    /// Everything goes the same way, and only the first key can be missing.
    private var isUniform: Bool {
        keys.allSatisfy { $0.isDescending == keys[0].isDescending } && !keys.dropFirst().contains(where: \.isNullable)
    }

    /// The condition of a part and of what comes after the cursor in it.
    func condition(_ segment: Segment, after cursor: [String?]?) -> SQL {
        let range: SQL =
            switch segment {
            case .whole: "true"
            case .present: "\(sql: keys[0].expression) IS NOT NULL"
            case .missing: "\(sql: keys[0].expression) IS NULL"
            }
        guard let cursor else { return range }
        let first = segment == .missing ? 1 : 0
        let rest = Array(zip(keys, cursor).dropFirst(first))
        if isUniform, segment != .whole || !keys[0].isNullable {
            let names = SQL.joined(rest.map(\.0.expression), separator: ", ")
            let values = SQL.joined(rest.map { Self.value($0.0, $0.1) }, separator: ", ")
            return "\(sql: range) AND (\(sql: names)) \(raw: keys[0].isDescending ? "<" : ">") (\(sql: values))"
        }
        return "\(sql: range) AND \(sql: Self.lexicographic(rest))"
    }

    /// What stands behind `ORDER BY` in a part.
    func orderBy(_ segment: Segment) -> SQL {
        let rest = segment == .missing ? keys.dropFirst() : keys[...]
        return SQL.joined(
            rest.map { key in
                // Also where none is missing: an index serves only the order that it has.
                let nulls = key.isNullable ? (key.isDescending ? " NULLS LAST" : " NULLS FIRST") : ""
                return "\(sql: key.expression) \(raw: key.isDescending ? "DESC" : "ASC")\(raw: nulls)"
            },
            separator: ", "
        )
    }

    /// The keys as texts, to make cursors of.
    var cursorColumns: SQL {
        SQL.joined(keys.enumerated().map { "(\(sql: $1.expression))::text AS key_\(raw: String($0))" }, separator: ", ")
    }

    /// Key after key: equal in those before, beyond in this one; what is missing is smallest.
    private static func lexicographic(_ pairs: [(Key, String?)]) -> SQL {
        let cases = pairs.indices.map { index -> SQL in
            let equal = pairs[..<index].map { key, text -> SQL in
                text == nil ? "\(sql: key.expression) IS NULL" : "\(sql: key.expression) = \(sql: value(key, text))"
            }
            let (key, text) = pairs[index]
            let beyond: SQL =
                switch (text, key.isDescending) {
                case (nil, true): "false"
                case (nil, false): "\(sql: key.expression) IS NOT NULL"
                case (_, true): "(\(sql: key.expression) < \(sql: value(key, text)) OR \(sql: key.expression) IS NULL)"
                case (_, false): "\(sql: key.expression) > \(sql: value(key, text))"
                }
            return FilterSQL.group(equal + [beyond], " AND ", empty: "true")
        }
        return FilterSQL.group(cases, " OR ", empty: "false")
    }

    private static func value(_ key: Key, _ text: String?) -> SQL {
        "\(text)::text::\(raw: key.type.rawValue)"
    }

    // MARK: Columns

    private static func sortColumn(_ column: RecipientColumn) -> String {
        column == .email ? "email_norm" : column.columnName
    }

    private static func type(_ column: RecipientColumn) -> KeyType {
        switch column.kind {
        case .integer: .bigint
        case .date: .timestamptz
        case .id: .uuid
        case .text, .words, .json: .text
        }
    }

    private static func isNullable(_ column: RecipientColumn) -> Bool {
        switch column {
        case .name, .phone, .identityType, .identityName, .language, .lastSentAt, .lastDeliveredAt, .lastOpenedAt, .lastClickAt,
            .lastEngagementAt, .suppressionReason, .suppressedAt, .suppressedUntil, .lastCampaignActivity, .consentGivenAt, .consentSource:
            true
        default: false
        }
    }
}
