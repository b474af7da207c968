/// A file of `NAME=value` lines, as systemd's `EnvironmentFile=` and dotenv read it.
///
/// Blank lines and lines that start with `#` are skipped; `export ` before a name is; a value may stand in single or double quotes;
/// the last of several lines for a name counts. Within double quotes `\n`, `\"` and `\\` mean what they mean in a shell.
enum EnvironmentFile {
    /// The values by name, and what is wrong in it (by line number, never with the text of a line).
    static func parse(_ text: String, path: String) -> (values: [String: String], problems: [ConfigurationError.Problem]) {
        var values: [String: String] = [:]
        var problems: [ConfigurationError.Problem] = []
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let line = trim(line)
            if line.isEmpty || line.hasPrefix("#") { continue }
            guard let (name, value) = assignment(line) else {
                problems.append(.init(name: "\(path):\(index + 1)", reason: "is not NAME=value"))
                continue
            }
            values[name] = value
        }
        return (values, problems)
    }

    private static func assignment(_ line: Substring) -> (String, String)? {
        let line = line.hasPrefix("export ") ? trim(line.dropFirst("export ".count)) : line
        guard let equals = line.firstIndex(of: "=") else { return nil }
        let name = trim(line[..<equals])
        guard isName(name), let value = unquote(trim(line[line.index(after: equals)...])) else { return nil }
        return (String(name), value)
    }

    private static func isName(_ text: Substring) -> Bool {
        guard let first = text.first, !first.isNumber else { return false }
        return text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
    }

    private static func unquote(_ value: Substring) -> String? {
        guard let quote = value.first, quote == "\"" || quote == "'" else { return String(value) }
        guard value.count >= 2, value.last == quote else { return nil }
        let inner = value.dropFirst().dropLast()
        return quote == "'" ? String(inner) : unescape(inner)
    }

    private static func unescape(_ text: Substring) -> String {
        var result = ""
        var isEscaped = false
        for character in text {
            if isEscaped {
                result.append(character == "n" ? "\n" : character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else {
                result.append(character)
            }
        }
        return result
    }

    private static func trim(_ text: Substring) -> Substring {
        var text = text
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
