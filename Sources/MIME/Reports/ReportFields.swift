/// The blocks of fields of a machine-readable report (RFC 3464 §2.1, RFC 5965 §3), read leniently.
struct ReportFields {
    /// Blocks that hold at least one field.
    let blocks: [MIMEHeaders]

    /// - Parameter limits: of fields, over all blocks, and of octets; what is beyond is left out.
    init(_ octets: [UInt8], limits: MIMEParser.Limits = MIMEParser.Limits()) {
        var limits = limits
        limits.passesOverBadLines = true
        var blocks: [MIMEHeaders] = []
        var fields = 0
        var rest = octets.prefix(limits.headerBytes)
        while !rest.isEmpty, fields < limits.fields {
            let before = rest.startIndex
            guard let (headers, next) = try? MIMEHeaders.parse(rest, limits: limits), next.startIndex > before else { break }
            if !headers.fields.isEmpty { blocks.append(headers) }
            fields += headers.fields.count
            rest = next
        }
        self.blocks = blocks
    }

    /// A value without comments in parentheses.
    static func withoutComments(_ value: String) -> String {
        var depth = 0
        var text = ""
        for character in value {
            switch character {
            case "(": depth += 1
            case ")": depth = max(0, depth - 1)
            default: if depth == 0 { text.append(character) }
            }
        }
        return trimmed(text)
    }

    /// `type; value` as a pair; a value without a type has an empty one.
    static func typed(_ value: String) -> (type: String, value: String) {
        guard let semicolon = value.firstIndex(of: ";") else { return ("", trimmed(value)) }
        let type = ASCIIClass.lowercased(trimmed(String(value[..<semicolon])))
        return (type, trimmed(String(value[value.index(after: semicolon)...])))
    }

    /// The address of a recipient field; nil when it holds none.
    static func address(_ value: String?) -> String? {
        guard let value else { return nil }
        var (type, text) = typed(value)
        if text.hasPrefix("<"), text.hasSuffix(">") { text = String(text.dropFirst().dropLast()) }
        if type == "utf-8" { text = unescaped(text) }
        return text.contains("@") && text.utf8.count <= 320 ? text : nil
    }

    /// `\x{E4}` as the character (RFC 6533 §3).
    private static func unescaped(_ text: String) -> String {
        var output = ""
        var rest = text[...]
        while let mark = rest.firstRange(of: "\\x{") {
            output += rest[..<mark.lowerBound]
            let digits = rest[mark.upperBound...].prefix { $0 != "}" }
            guard digits.count <= 6, digits.endIndex < rest.endIndex, let code = UInt32(digits, radix: 16), let scalar = UnicodeScalar(code)
            else { return output + rest[mark.lowerBound...] }
            output.unicodeScalars.append(scalar)
            rest = rest[rest.index(after: digits.endIndex)...]
        }
        return output + rest
    }

    private static func trimmed(_ text: String) -> String {
        let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        var rest = text.drop(while: isBlank)
        while let last = rest.last, isBlank(last) { rest.removeLast() }
        return String(rest)
    }
}
