/// Reading scalars out of well-formed UTF-8.
enum TextBytes {
    /// The scalar at a place, and where the next one begins.
    @inline(__always)
    static func scalar(of text: [UInt8], at index: Int) -> (Unicode.Scalar, next: Int) {
        let first = UInt32(text[index])
        let length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        guard length > 1, index + length <= text.count else { return (Unicode.Scalar(UInt8(first)), index + 1) }
        var value = first & (0xFF >> UInt32(length + 1))
        for place in index + 1..<index + length { value = value << 6 | UInt32(text[place] & 0x3F) }
        return (Unicode.Scalar(value) ?? "\u{FFFD}", index + length)
    }

    /// A text with its white space collapsed.
    static func collapsed(_ text: String) -> String {
        var output: [UInt8] = []
        output.reserveCapacity(text.utf8.count)
        var wantsBlank = false
        for byte in text.utf8 {
            if byte == 0x20 || (0x09...0x0D).contains(byte) {
                wantsBlank = !output.isEmpty
            } else {
                if wantsBlank { output.append(0x20) }
                wantsBlank = false
                output.append(byte)
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// Columns of a text with marks in it.
    static func columns(_ text: ArraySlice<UInt8>) -> Int {
        guard text.contains(where: { $0 >= 0x80 }) else { return text.count }
        let text = Array(text)
        var width = DisplayWidth()
        var columns = 0
        var index = 0
        while index < text.count {
            if text[index] >= 0xF0, let mark = PlainText.mark(in: text, at: index) {
                columns += mark.columns
                index = mark.end
                continue
            }
            let (scalar, next) = scalar(of: text, at: index)
            columns += width.add(scalar)
            index = next
        }
        return columns
    }
}
