/// Cuts a paragraph into lines that are no wider than asked for.
///
/// Words, addresses and what stands between double braces stay whole, however long they are. Chinese and Japanese, which have no
/// blanks between words, are cut between characters.
struct LineWrapper {
    /// Braces that nothing closes within so many bytes are text.
    private static let longestTag = 300

    private let text: [UInt8]
    private let columns: Int
    private var lines: [ArraySlice<UInt8>] = []

    private var lineStart = 0
    /// Where the line can end, where the next one would begin then, and the columns before that.
    private var lineBreak: (end: Int, next: Int, columns: Int)?
    private var taken = 0
    private var tagEnd = 0
    private var noEndBefore = 0
    private var width = DisplayWidth()
    private var before: UInt32 = 0

    private init(_ text: [UInt8], columns: Int) {
        self.text = text
        self.columns = columns
    }

    /// The lines of a paragraph, in which line feeds are breaks that stay, without blank lines at either end.
    static func lines(of text: [UInt8], columns: Int) -> [ArraySlice<UInt8>] {
        var wrapper = LineWrapper(text, columns: columns)
        wrapper.run()
        return wrapper.lines
    }

    private mutating func run() {
        var index = 0
        while index < text.count {
            let byte = text[index]
            if byte < 0x80 {
                index = ascii(byte, at: index)
            } else {
                index = beyondASCII(at: index)
            }
            if taken > columns, lineBreak != nil { cut() }
        }
        finishLine(at: text.count)
        while lines.last?.isEmpty == true { lines.removeLast() }
    }

    private mutating func ascii(_ byte: UInt8, at index: Int) -> Int {
        switch byte {
        case 0x0A:
            finishLine(at: index)
            lineStart = index + 1
            taken = 0
            lineBreak = nil
        case 0x20 where index >= tagEnd:
            // The blank itself never makes a line too long.
            if taken > columns, lineBreak != nil { cut() }
            taken += 1
            lineBreak = (index, index + 1, taken)
        default:
            if byte == UInt8(ascii: "{"), index >= tagEnd, index + 1 < text.count, text[index + 1] == byte { findTagEnd(from: index) }
            taken += width.add(Unicode.Scalar(byte))
        }
        before = UInt32(byte)
        return index + 1
    }

    private mutating func findTagEnd(from start: Int) {
        let limit = min(text.count, start + Self.longestTag)
        // What was looked at for the braces before holds no end.
        var index = max(start + 2, noEndBefore)
        while index + 1 < limit, text[index] != 0x0A {
            if text[index] == UInt8(ascii: "}"), text[index + 1] == UInt8(ascii: "}") { return tagEnd = index + 2 }
            index += 1
        }
        noEndBefore = index
    }

    private mutating func beyondASCII(at index: Int) -> Int {
        let (scalar, next) = TextBytes.scalar(of: text, at: index)
        if scalar == PlainText.openingScalar, let mark = PlainText.mark(in: text, at: index) {
            taken += mark.columns
            before = scalar.value
            return mark.end
        }
        let columns = width.add(scalar)
        if columns == 2, index >= tagEnd, index > lineStart, LineBreaks.isAllowed(between: before, and: scalar.value) {
            lineBreak = (index, index, taken)
            if taken + columns > self.columns { cut() }
        } else if columns > 0, columns != 2, index >= tagEnd, LineBreaks.isAllowed(after: before), !LineBreaks.staysWithBefore(scalar.value)
        {
            lineBreak = (index, index, taken)
        }
        taken += columns
        if columns > 0 { before = scalar.value }
        return next
    }

    private mutating func cut() {
        guard let place = lineBreak else { return }
        finishLine(at: place.end)
        lineStart = place.next
        taken -= place.columns
        lineBreak = nil
    }

    private mutating func finishLine(at end: Int) {
        var line = text[lineStart..<max(end, lineStart)]
        while line.last == 0x20 { line.removeLast() }
        // No more than one blank line, and none at the beginning.
        if line.isEmpty, lines.last?.isEmpty != false { return }
        lines.append(line)
    }
}
