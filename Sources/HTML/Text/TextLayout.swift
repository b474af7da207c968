/// Puts words into lines and paragraphs.
struct TextLayout {
    /// Nobody reads deeper than that, and the depth is the author's choice.
    private static let deepestIndent = 12

    /// What begins the lines of a part: of a list's item, or of a quotation.
    private struct Indent {
        let prefix: [UInt8]
        /// Begins the first line instead; nil once that is written.
        var bullet: [UInt8]?
    }

    private let columns: Int
    private var output: [UInt8] = []
    private(set) var lineCount = 0
    private var lastLineStart = 0
    private var wantsBlankLine = false
    /// Such a line is gone when the mail is rendered, and should not leave two blank lines behind.
    private var endsWithBlockTags = false
    private var endsWithRule = false
    private var indents: [Indent] = []
    private var deeperIndents = 0

    /// What the open paragraph holds so far: single blanks between words, line feeds for forced breaks.
    private var paragraph: [UInt8] = []
    private(set) var endsWithBlank = true
    /// A joiner that has to wait for what follows it.
    private var joiner: Unicode.Scalar?

    init(columns: Int) {
        self.columns = columns
    }

    /// The text so far.
    var text: String { String(decoding: output, as: UTF8.self) }

    /// The lines so far.
    var lines: [ArraySlice<UInt8>] {
        output.isEmpty ? [] : output.split(separator: 0x0A, omittingEmptySubsequences: false)
    }

    /// Bytes of the open paragraph.
    var paragraphLength: Int { paragraph.count }

    /// Columns that a line of the open part may have.
    var room: Int { max(columns - indents.reduce(0) { $0 + $1.prefix.count }, 20) }

    /// Adds running text; white space collapses.
    mutating func add(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            for scalar in UnicodeText(bytes) { add(scalar) }
        }
    }

    private mutating func add(_ scalar: Unicode.Scalar) {
        switch scalar.value {
        case 0x21..<0x7F:
            joiner = nil
            paragraph.append(UInt8(scalar.value))
            endsWithBlank = false
        case 0x09, 0x0A, 0x0C, 0x0D, 0x20, 0x1680, 0x2000...0x2006, 0x2008...0x200A, 0x205F, 0x3000: addBlank()
        case 0xA0, 0x2007, 0x202F: addNoBreakSpace()
        // These only mean something between letters that join; elsewhere they fill preheaders.
        case 0x200C, 0x200D: if !endsWithBlank, paragraph.last ?? 0 >= 0x80 { joiner = scalar }
        // Fillers say nothing to a reader, and the last two are the caller's.
        case 0..<0x20, 0x7F, 0xAD, 0x34F, 0x115F...0x1160, 0x17B4...0x17B5, 0x180E, 0x200B, 0x2060...0x2064, 0x2800, 0x3164, 0xFEFF, 0xFFA0,
            0xF5A00, 0xF5A01:
            return
        default:
            if let joiner { paragraph.append(contentsOf: UTF8.encode(joiner).map { Array($0) } ?? []) }
            joiner = nil
            paragraph.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            endsWithBlank = false
        }
    }

    private mutating func addBlank() {
        joiner = nil
        if endsWithBlank {
            // A blank that may break wins over one that may not: `a&nbsp; b`.
            if paragraph.last == 0xA0, paragraph.count > 2 {
                paragraph.removeLast(2)
                paragraph.append(0x20)
            }
        } else {
            paragraph.append(0x20)
            endsWithBlank = true
        }
    }

    private mutating func addNoBreakSpace() {
        joiner = nil
        guard !endsWithBlank else { return }
        paragraph.append(contentsOf: [0xC2, 0xA0])
        endsWithBlank = true
    }

    /// Adds something of the caller's, behind a blank if asked for.
    mutating func addMark(_ text: String, afterBlank: Bool) {
        joiner = nil
        if afterBlank, !endsWithBlank { paragraph.append(0x20) }
        paragraph.append(contentsOf: text.utf8)
        endsWithBlank = false
    }

    /// Adds text whose blanks and line breaks stay as they are.
    mutating func addPreformatted(_ text: String) {
        for scalar in text.unicodeScalars where scalar.value != 0xF5A00 && scalar.value != 0xF5A01 {
            switch scalar.value {
            // Running text holds no two such blanks in a row, and they are blanks in the end.
            case 0x20: paragraph.append(contentsOf: [0xC2, 0xA0])
            case 0x0D: continue
            default: paragraph.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            }
        }
        endsWithBlank = paragraph.isEmpty || paragraph.last == 0x0A
    }

    /// Ends the line, but not the paragraph.
    mutating func breakLine() {
        trimParagraph()
        paragraph.append(0x0A)
        endsWithBlank = true
    }

    private mutating func trimParagraph() {
        while let last = paragraph.last {
            if last == 0x20 {
                paragraph.removeLast()
            } else if last == 0xA0, paragraph.count > 1, paragraph[paragraph.count - 2] == 0xC2 {
                paragraph.removeLast(2)
            } else {
                return
            }
        }
    }

    /// Adds a mark that nobody sees: blanks around it collapse as if it were not there.
    mutating func addInvisibleMark(_ text: String) {
        paragraph.append(contentsOf: text.utf8)
    }

    /// Drops what the open paragraph holds behind a length in bytes, but for marks that nobody sees.
    mutating func truncate(to count: Int, endsWithBlank: Bool) {
        guard count < paragraph.count else { return }
        var marks: [UInt8] = []
        var index = count
        while index < paragraph.count {
            if let mark = PlainText.mark(in: paragraph, at: index) {
                if mark.columns == 0 { marks += paragraph[index..<mark.end] }
                index = mark.end
            } else {
                index += 1
            }
        }
        paragraph.removeLast(paragraph.count - count)
        paragraph += marks
        self.endsWithBlank = endsWithBlank
    }

    /// Ends the paragraph, if one is open; how many lines it has become.
    @discardableResult
    mutating func endBlock(blankLine: Bool) -> Int {
        joiner = nil
        trimParagraph()
        let text = paragraph
        paragraph.removeAll(keepingCapacity: true)
        endsWithBlank = true
        var count = 0
        if text.contains(where: { $0 != 0x20 && $0 != 0x0A }) {
            let block = LineWrapper.lines(of: text, columns: room)
            count = block.count
            append(block)
            endsWithBlockTags = BlockTags.areAll(of: text)
        }
        if blankLine, lineCount > 0, !endsWithBlockTags { wantsBlankLine = true }
        return count
    }

    /// Adds lines as they are.
    mutating func append(_ block: [ArraySlice<UInt8>]) {
        if wantsBlankLine, lastLineStart < output.count { writeBlankLine() }
        wantsBlankLine = false
        endsWithBlockTags = false
        endsWithRule = false
        for line in block { write(line) }
    }

    /// A blank line before a list's item is not the item's own.
    private mutating func writeBlankLine() {
        beginLine()
        for indent in indents.prefix(while: { $0.bullet == nil }) { output.append(contentsOf: indent.prefix) }
        while output.count > lastLineStart, output.last == 0x20 { output.removeLast() }
    }

    private mutating func beginLine() {
        if lineCount > 0 { output.append(0x0A) }
        lineCount += 1
        lastLineStart = output.count
    }

    private mutating func write(_ line: ArraySlice<UInt8>) {
        beginLine()
        for place in indents.indices {
            output.append(contentsOf: indents[place].bullet ?? indents[place].prefix)
            if !line.isEmpty { indents[place].bullet = nil }
        }
        var index = line.startIndex
        while index < line.endIndex {
            if line[index] == 0xC2, index + 1 < line.endIndex, line[index + 1] == 0xA0 {
                output.append(0x20)
                index += 2
            } else {
                output.append(line[index])
                index += 1
            }
        }
        while output.count > lastLineStart, output.last == 0x20 { output.removeLast() }
    }

    /// Underlines the lines before with a character, as wide as the widest.
    mutating func underline(lines count: Int, with character: Character) {
        let indent = indents.reduce(0) { $0 + $1.prefix.count }
        let tail = output[start(ofLast: count)...].split(separator: 0x0A)
        let widest = tail.map { TextBytes.columns($0) - indent }.max() ?? 0
        wantsBlankLine = false
        append([Array(String(repeating: character, count: min(max(widest, 1), room)).utf8)[...]])
    }

    private func start(ofLast count: Int) -> Int {
        var left = count
        var index = output.count
        while index > 0 {
            if output[index - 1] == 0x0A {
                left -= 1
                if left == 0 { break }
            }
            index -= 1
        }
        return index
    }

    /// Adds a horizontal rule, unless the last line is one or there is none.
    mutating func addRule() {
        guard lineCount > 0, !endsWithRule else { return }
        append([Array(repeating: UInt8(ascii: "-"), count: 30)[...]])
        endsWithRule = true
    }

    /// Begins a part whose lines all start with a prefix, its first line with a bullet of the same width.
    mutating func push(prefix: String, bullet: String? = nil) {
        guard indents.count < Self.deepestIndent else { return deeperIndents += 1 }
        indents.append(Indent(prefix: Array(prefix.utf8), bullet: bullet.map { Array($0.utf8) }))
    }

    /// Ends such a part.
    mutating func pop() {
        if deeperIndents > 0 { deeperIndents -= 1 } else { _ = indents.popLast() }
    }
}
