/// The argument of MAIL or RCPT: `FROM:<address> NAME=value …`.
struct SMTPPath {
    let address: String
    private let parameters: [Substring]

    /// Nil when the argument does not begin with the keyword and a path in angle brackets.
    init?(_ argument: String, keyword: String) {
        guard argument.prefix(keyword.count).uppercased() == keyword else { return nil }
        let rest = argument.dropFirst(keyword.count).drop { $0 == " " }
        guard rest.first == "<", let end = Self.end(of: rest) else { return nil }
        address = String(rest[rest.index(after: rest.startIndex)..<end])
        guard address.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) || address.first == "\"" else { return nil }
        parameters = rest[rest.index(after: end)...].split(separator: " ")
    }

    /// The value of an ESMTP parameter.
    func parameter(_ name: String) -> Substring? {
        parameters.first { $0.uppercased().hasPrefix("\(name)=") }?.dropFirst(name.count + 1)
    }

    /// The closing bracket that is not inside a quoted local part.
    private static func end(of path: Substring) -> Substring.Index? {
        var isQuoted = false
        var isEscaped = false
        for index in path.indices.dropFirst() {
            let character = path[index]
            if isEscaped {
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else if character == "\"" {
                isQuoted.toggle()
            } else if character == ">", !isQuoted {
                return index
            }
        }
        return nil
    }
}
