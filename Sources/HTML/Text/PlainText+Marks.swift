/// Marks: places of the text that the caller fills in later, such as the address of a link.
extension PlainText {
    /// Characters that never come from the document; they stand around a mark.
    package static let opening: Character = "\u{F5A00}"
    package static let closing: Character = "\u{F5A01}"
    static let openingScalar: Unicode.Scalar = "\u{F5A00}"

    /// A mark by its number, which takes so many columns once it is filled in.
    package static func mark(_ number: Int, columns: Int) -> String {
        "\(opening)\(number):\(columns)\(closing)"
    }

    /// The text with each mark replaced, in order.
    package static func fill(_ text: String, with replacement: (_ number: Int, _ before: Substring) -> String) -> String {
        var output = ""
        var isFirst = true
        for piece in text.split(separator: opening, omittingEmptySubsequences: false) {
            defer { isFirst = false }
            guard !isFirst, let close = piece.firstIndex(of: closing), let number = Int(piece[..<close].prefix { $0 != ":" }) else {
                // A mark of somebody else's.
                output += isFirst ? "" : String(opening)
                output += piece
                continue
            }
            output += replacement(number, output[...])
            output += piece[piece.index(after: close)...]
        }
        return output
    }

    /// The mark that begins at a place: its columns, and where it ends.
    static func mark(in text: [UInt8], at start: Int) -> (columns: Int, end: Int)? {
        let opening: [UInt8] = [0xF3, 0xB5, 0xA8, 0x80]
        guard start + 4 <= text.count, text[start..<start + 4].elementsEqual(opening) else { return nil }
        var columns = 0
        var index = start + 4
        var isColumns = false
        while index < text.count, text[index] < 0x80 {
            if isColumns { columns = min(columns * 10 + Int(text[index] & 0x0F), 1_000_000) }
            if text[index] == UInt8(ascii: ":") { isColumns = true }
            index += 1
        }
        return index + 4 <= text.count ? (columns, index + 4) : nil
    }
}
