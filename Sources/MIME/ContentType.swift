/// A `Content-Type` value: `text/html; charset=utf-8` (RFC 2045 §5).
package struct ContentType: Sendable, Equatable {
    /// In lower case.
    package let type: String
    /// In lower case.
    package let subtype: String
    /// Values by lower-case name; quotes are taken off.
    package let parameters: [String: String]

    /// Reads a value leniently; what cannot be read is `text/plain`, as RFC 2045 §5.2 has it.
    package init(_ value: String?) {
        let fields = Self.split(value ?? "")
        let names = (fields.first ?? "").split(separator: "/", omittingEmptySubsequences: false)
        let isKnown = names.count == 2 && names.allSatisfy { !$0.isEmpty }
        type = isKnown ? ASCIIClass.lowercased(String(names[0])) : "text"
        subtype = isKnown ? ASCIIClass.lowercased(String(names[1])) : "plain"
        var parameters: [String: String] = [:]
        for field in fields.dropFirst() {
            guard let equals = field.firstIndex(of: "=") else { continue }
            let name = ASCIIClass.lowercased(String(field[..<equals]))
            if parameters[name] == nil { parameters[name] = String(field[field.index(after: equals)...]) }
        }
        self.parameters = parameters
    }

    /// Cuts at semicolons outside quotes, drops quotes and the blanks outside them.
    private static func split(_ value: String) -> [String] {
        var fields = [""]
        var isQuoted = false
        var isEscaped = false
        for character in value {
            if isEscaped {
                fields[fields.count - 1].append(character)
                isEscaped = false
            } else if isQuoted, character == "\\" {
                isEscaped = true
            } else if character == "\"" {
                isQuoted.toggle()
            } else if !isQuoted, character == ";" {
                fields.append("")
            } else if isQuoted || character != " " && character != "\t" {
                fields[fields.count - 1].append(character)
            }
        }
        return fields
    }
}
