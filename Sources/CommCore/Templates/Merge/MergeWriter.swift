/// Writes merge tags as authors do.
package enum MergeWriter {
    /// A tag for a value with its filters.
    package static func tag(_ key: String, filters: [MergeFilter]) -> String {
        "{{\(key)\(filters.map { "|" + call($0) }.joined())}}"
    }

    private static func call(_ filter: MergeFilter) -> String {
        let call = filter.call
        guard call.count > 1 else { return call[0] }
        let isNumber = Int(call[1]) != nil && call[0] != "default" && call[0] != "plural"
        return "\(call[0]):\(isNumber ? call[1] : call[1...].map(quoted).joined(separator: ","))"
    }

    /// A text in quotes.
    package static func quoted(_ text: String) -> String {
        "\"\(text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
    }
}

extension StringProtocol {
    /// Without the blanks around it.
    var trimmedOfBlanks: String {
        var text = Substring(self)
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text)
    }
}
