import HTML

/// Block tags in the text that is made from HTML: marks that take no room, put in and found again.
enum TextBlocks {
    /// What the mark of a block tag begins with: whether it opens, closes or divides.
    static func sign(of block: BlockTag) -> Character {
        switch block {
        case .when, .each: "{"
        case .end: "}"
        case .otherwise: "|"
        }
    }

    /// The mark of a block tag, by its number.
    static func mark(_ number: Int, _ block: BlockTag) -> String {
        "\(PlainText.opening)\(sign(of: block))\(number)\(PlainText.closing)"
    }

    /// The number of a mark's block tag.
    static func number(_ name: Substring) -> Int? {
        guard let first = name.first, "{}|".contains(first) else { return nil }
        return Int(name.dropFirst())
    }

    /// The text with lines that hold nothing but marks joined to what follows.
    ///
    /// Where such a line stands between two blank ones, one of these goes with it: a branch that is left out leaves no gap.
    static func withoutLinesOfMarks(_ text: String) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        var output = ""
        var isAfterBlank = true
        var index = 0
        while index < lines.count {
            let line = lines[index]
            let isLast = index == lines.count - 1
            index += 1
            guard let marks = marks(of: line) else {
                output += isLast ? line : line + "\n"
                isAfterBlank = line.isEmpty
                continue
            }
            output += marks
            if isAfterBlank, index < lines.count, lines[index].isEmpty { index += 1 }
        }
        return output
    }

    /// The marks of a line, without the signs of a quotation before them; nil when the line holds anything else, or no mark.
    private static func marks(of line: Substring) -> String? {
        var marks = ""
        var rest = line
        while let first = rest.first {
            if first == PlainText.opening, let close = rest.firstIndex(of: PlainText.closing), number(rest[..<close].dropFirst()) != nil {
                marks += rest[...close]
                rest = rest[rest.index(after: close)...]
            } else if first == " " || first == ">" {
                rest.removeFirst()
            } else {
                return nil
            }
        }
        return marks.isEmpty ? nil : marks
    }
}
