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

    /// The text with each mark of `mark(_:columns:)` replaced, in order; other marks stay.
    package static func fill(_ text: String, with replacement: (_ number: Int, _ before: ArraySlice<UInt8>) -> String) -> String {
        let text = Array(text.utf8)
        var output: [UInt8] = []
        output.reserveCapacity(text.count * 2)
        var index = 0
        var start = 0
        while let next = text[index...].firstIndex(of: 0xF3) {
            guard let mark = mark(in: text, at: next) else {
                index = next + 1
                continue
            }
            let digits = text[(next + 4)..<mark.end].prefix { (0x30...0x39).contains($0) }
            index = mark.end
            guard let number = Int(String(decoding: digits, as: UTF8.self)) else { continue }
            output += text[start..<next]
            output += replacement(number, output[...]).utf8
            start = mark.end
        }
        output += text[start...]
        return String(decoding: output, as: UTF8.self)
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
