/// Puts words into lines and paragraphs.
struct TextLayout {
    private let width: Int
    private var lines: [String] = []
    /// What the open paragraph holds so far: single blanks between words, line feeds for forced breaks.
    private(set) var paragraph = ""
    private var endsWithBlank = true
    private var wantsBlankLine = false
    /// What begins each line of the next paragraph, and what begins its first line instead.
    private var prefixes: [String] = []
    private var bullet: String?

    init(width: Int) {
        self.width = width
    }

    /// The text so far.
    var text: String { lines.joined(separator: "\n") }

    /// Adds running text; white space collapses.
    mutating func add(_ text: String) {
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x09, 0x0A, 0x0C, 0x0D, 0x20, 0xA0, 0x2000...0x200A, 0x202F:
                if !endsWithBlank { paragraph.unicodeScalars.append(" ") }
                endsWithBlank = true
            // Fillers say nothing to a reader, and the last two are the caller's.
            case 0..<0x20, 0x7F, 0xAD, 0x34F, 0x200B, 0x2060, 0xFEFF, 0xF5A00, 0xF5A01: continue
            default:
                paragraph.unicodeScalars.append(scalar)
                endsWithBlank = false
            }
        }
    }

    /// Adds something of the caller's, behind a blank if asked for.
    mutating func addMark(_ text: String, afterBlank: Bool) {
        if afterBlank, !endsWithBlank { paragraph += " " }
        paragraph += text
        endsWithBlank = false
    }

    /// Adds something of the caller's that the reader does not see.
    mutating func addInvisibleMark(_ text: String) {
        paragraph += text
    }

    /// Adds text whose blanks stay as they are.
    mutating func addPreformatted(_ text: String) {
        // Running text holds no such blank, so those here can be told apart until the lines are made.
        addMark(String(text.map { $0 == " " ? "\u{A0}" : $0 }), afterBlank: false)
    }

    /// Ends the line, but not the paragraph.
    mutating func breakLine() {
        while paragraph.last == " " { paragraph.removeLast() }
        paragraph += "\n"
        endsWithBlank = true
    }

    /// Drops what the open paragraph holds behind a length in bytes.
    mutating func truncate(to count: Int) {
        guard count < paragraph.utf8.count else { return }
        paragraph = String(decoding: paragraph.utf8.prefix(count), as: UTF8.self)
        endsWithBlank = paragraph.isEmpty || paragraph.last == " " || paragraph.last == "\n"
    }

    /// Ends the paragraph, if one is open.
    mutating func endBlock(blankLine: Bool) {
        let text = paragraph
        paragraph = ""
        endsWithBlank = true
        if text.contains(where: { $0 != " " && $0 != "\n" }) { append(wrapped(text)) }
        if blankLine, !lines.isEmpty { wantsBlankLine = true }
    }

    /// Adds lines as they are.
    mutating func append(_ block: [String]) {
        if wantsBlankLine, lines.last?.isEmpty == false { lines.append(trimmed(prefixes.joined())) }
        wantsBlankLine = false
        for line in block {
            let prefix = bullet.map { prefixes.dropLast().joined() + $0 } ?? prefixes.joined()
            bullet = nil
            lines.append(trimmed(prefix + line))
        }
    }

    /// Underlines the line before with a character.
    mutating func underline(with character: Character) {
        guard let last = lines.last, !last.isEmpty else { return }
        let indent = DisplayWidth.of(prefixes.joined())
        append([String(repeating: character, count: min(max(DisplayWidth.of(last) - indent, 1), width))])
    }

    /// Begins a part whose lines all start with a prefix, its first line with a bullet of the same width.
    mutating func push(prefix: String, bullet: String? = nil) {
        // Nobody reads deeper than that, and the depth is the author's choice.
        prefixes.append(prefixes.count < 12 ? prefix : "")
        if let bullet { self.bullet = bullet }
    }

    /// Ends such a part.
    mutating func pop() {
        _ = prefixes.popLast()
        bullet = nil
    }

    private func trimmed(_ line: String) -> String {
        var line = line
        while line.last == " " { line.removeLast() }
        return line
    }

    private func wrapped(_ text: String) -> [String] {
        let room = max(width - DisplayWidth.of(prefixes.joined()), 20)
        var output: [String] = []
        for forced in text.split(separator: "\n", omittingEmptySubsequences: false) {
            var line = ""
            var taken = 0
            for word in Self.words(forced) {
                let size = DisplayWidth.of(word)
                if taken > 0, taken + 1 + size > room {
                    output.append(line)
                    line = ""
                    taken = 0
                }
                if taken > 0 {
                    line += " "
                    taken += 1
                }
                line += word
                taken += size
            }
            output.append(String(line.map { $0 == "\u{A0}" ? " " : $0 }))
        }
        while output.last?.isEmpty == true { output.removeLast() }
        return Array(output.drop(while: \.isEmpty))
    }

    /// Words between blanks; what stands between `{{` and `}}` is never cut.
    private static func words(_ text: Substring) -> [String] {
        var words: [String] = []
        var isInside = false
        for part in text.split(separator: " ") {
            if isInside { words[words.count - 1] += " " + part } else { words.append(String(part)) }
            if !part.utf8.contains(UInt8(ascii: "{")), !part.utf8.contains(UInt8(ascii: "}")) { continue }
            let opened = words[words.count - 1].ranges(of: "{{").count
            isInside = opened > words[words.count - 1].ranges(of: "}}").count && words[words.count - 1].utf8.count < 300
        }
        return words
    }
}
