import FoundationEssentials

/// Where a page begins or ends: the keys of a row, the order they belong to, and the way to go on.
///
/// Clients pass it back as they got it. It is no secret and no proof: it is checked like any input, and leads to rows of the caller's
/// own tenant only.
package struct RecipientCursor: Sendable, Equatable {
    /// The order (``RecipientSort/signature``).
    let sort: String
    /// A value for each key of the order; nil where it is missing.
    let values: [String?]
    /// To the pages before.
    let isBackward: Bool
    /// The total that the first page told, so that no page counts again.
    let total: RecipientTotal

    private struct Wire: Codable {
        let s: String
        let v: [String?]
        let b: Bool?
        let t: Int64
        let e: Bool?
    }

    init(sort: String, values: [String?], isBackward: Bool, total: RecipientTotal) {
        self.sort = sort
        self.values = values
        self.isBackward = isBackward
        self.total = total
    }

    /// Reads a cursor; nil when it is none.
    package init?(_ text: String) {
        guard text.utf8.count <= 4_000, let data = Self.data(text),
            let wire = try? JSONDecoder().decode(Wire.self, from: data), wire.t >= 0
        else { return nil }
        self.init(
            sort: wire.s,
            values: wire.v,
            isBackward: wire.b ?? false,
            total: RecipientTotal(count: wire.t, isEstimate: wire.e ?? false)
        )
    }

    /// The text for clients.
    package var text: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let wire = Wire(s: sort, v: values, b: isBackward ? true : nil, t: total.count, e: total.isEstimate ? true : nil)
        guard let data = try? encoder.encode(wire) else { return "" }
        return data.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    private static func data(_ text: String) -> Data? {
        let padding = String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        return Data(base64Encoded: text.replacing("-", with: "+").replacing("_", with: "/") + padding)
    }

    /// Whether it belongs to this order and its values can be read as its keys.
    func fits(_ sort: RecipientSort, _ order: RecipientOrder) -> Bool {
        guard self.sort == sort.signature, values.count == order.keys.count else { return false }
        return zip(values, order.keys).allSatisfy { value, key in
            guard let value else { return key.isNullable }
            return switch key.type {
            case .text: !value.utf8.contains(0)
            case .bigint: Int64(value) != nil
            case .uuid: UUID(uuidString: value) != nil
            case .timestamptz: Self.isTime(value)
            }
        }
    }

    /// `2026-11-27 04:05:06.123456+00`, as PostgreSQL writes it.
    private static func isTime(_ text: String) -> Bool {
        guard let match = text.wholeMatch(of: /([0-9]{4})-([0-9]{2})-([0-9]{2}) ([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.[0-9]{1,6})?\+00/)
        else { return false }
        return ISO8601.date(from: "\(match.1)-\(match.2)-\(match.3)T\(match.4)Z") != nil
    }
}

/// How many match.
package struct RecipientTotal: Sendable, Equatable {
    package let count: Int64
    /// Counting would take longer than the page: what the planner thinks.
    package let isEstimate: Bool

    package init(count: Int64, isEstimate: Bool) {
        self.count = count
        self.isEstimate = isEstimate
    }
}
