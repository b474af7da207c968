/// A server's answer to one command: `250-first` … `250 last` (RFC 5321 §4.2).
package struct SMTPReply: Sendable, Equatable, CustomStringConvertible {
    /// The three digits; a reply that was read has 200 to 599.
    package let code: Int
    /// The text behind the code of each line; at least one.
    package let lines: [String]

    package init(_ code: Int, _ text: String) {
        self.init(code, lines: [text])
    }

    package init(_ code: Int, lines: [String]) {
        self.code = code
        self.lines = lines.isEmpty ? [""] : lines
    }

    /// Whether the command was done (2xx) or may go on (3xx).
    package var isPositive: Bool { code < 400 }
    /// Whether the same command may succeed later (4xx).
    package var isTransient: Bool { (400..<500).contains(code) }
    /// Whether the same command will never succeed (5xx).
    package var isPermanent: Bool { code >= 500 }

    /// The enhanced status code at the start of the text, such as `5.1.1` (RFC 2034, RFC 3463).
    package var enhancedCode: String? {
        guard let word = lines[0].split(separator: " ").first else { return nil }
        let numbers = word.split(separator: ".", omittingEmptySubsequences: false)
        let isCode = numbers.count == 3 && numbers.allSatisfy { (1...3).contains($0.utf8.count) && $0.utf8.allSatisfy(isDigit) }
        guard isCode, let kind = numbers.first, ["2", "4", "5"].contains(kind) else { return nil }
        return String(word)
    }

    /// All lines, joined by blanks.
    package var text: String { lines.joined(separator: " ") }

    package var description: String { "\(code) \(text)" }

    /// The octets of the reply; what could end a line early is dropped.
    var encoded: [UInt8] {
        lines.enumerated().flatMap { index, line in
            let mark = index == lines.count - 1 ? " " : "-"
            return Array("\(code)\(mark)".utf8) + line.utf8.filter { $0 >= 0x20 && $0 != 0x7F } + Array("\r\n".utf8)
        }
    }
}

private func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
