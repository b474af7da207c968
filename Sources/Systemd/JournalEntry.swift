/// One record in the journal's native protocol: fields of any bytes, so that neither line breaks nor binary data can forge a field.
struct JournalEntry: Sendable {
    private(set) var bytes: [UInt8] = []

    /// Longest value that is kept of one field; longer ones are cut and end in an ellipsis.
    static let maximumValueBytes = 48 * 1_024

    /// Adds a field; `name` must be a valid name.
    mutating func append(_ name: String, _ value: String) {
        let value = Self.shorten(value)
        bytes.append(contentsOf: name.utf8)
        if value.contains(UInt8(ascii: "\n")) {
            bytes.append(UInt8(ascii: "\n"))
            withUnsafeBytes(of: UInt64(value.count).littleEndian) { bytes.append(contentsOf: $0) }
        } else {
            bytes.append(UInt8(ascii: "="))
        }
        bytes.append(contentsOf: value)
        bytes.append(UInt8(ascii: "\n"))
    }

    private static func shorten(_ value: String) -> [UInt8] {
        guard value.utf8.count > maximumValueBytes else { return Array(value.utf8) }
        return Array((String(decoding: value.utf8.prefix(maximumValueBytes), as: UTF8.self) + "…").utf8)
    }
}
