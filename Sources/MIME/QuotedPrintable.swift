/// Quoted-printable (RFC 2045 §6.7).
enum QuotedPrintable {
    private static let equals = UInt8(ascii: "=")
    /// Appends the encoding of text whose line ends are CRLF, LF or CR; they become CRLF.
    static func append(_ text: [UInt8], to output: inout [UInt8]) {
        // Every octet escaped, and a soft break for each 72 of what that makes.
        let capacity = text.count * 3 + text.count / 8 + 8
        output += [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            text.withUnsafeBufferPointer { text in
                var writer = QuotedPrintableWriter(buffer)
                writer.write(text)
                count = writer.count
            }
        }
    }

    /// Decodes a body; a broken escape stays as it is.
    static func decode(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(text.count)
        var index = text.startIndex
        while index < text.endIndex {
            let byte = text[index]
            index += 1
            guard byte == equals else {
                output.append(byte)
                continue
            }
            if let end = softBreakEnd(text, from: index) {
                index = end
            } else if let value = escapedValue(text, at: index) {
                output.append(value)
                index += 2
            } else {
                output.append(byte)
            }
        }
        return output
    }

    /// Decodes the text of a Q-encoded word (RFC 2047 §4.2), where `_` is a blank.
    static func decodeWord(_ text: some Sequence<UInt8>) -> [UInt8] {
        decode(Array(text.map { $0 == UInt8(ascii: "_") ? ASCIIClass.space : $0 })[...])
    }

    private static func softBreakEnd(_ text: ArraySlice<UInt8>, from start: Int) -> Int? {
        var index = start
        while index < text.endIndex, text[index] == ASCIIClass.space || text[index] == ASCIIClass.tab { index += 1 }
        guard index < text.endIndex else { return index }
        if text[index] == ASCIIClass.lf { return index + 1 }
        guard text[index] == ASCIIClass.cr, index + 1 < text.endIndex, text[index + 1] == ASCIIClass.lf else { return nil }
        return index + 2
    }

    private static func escapedValue(_ text: ArraySlice<UInt8>, at index: Int) -> UInt8? {
        guard index + 1 < text.endIndex, let high = Hexadecimal.value(text[index]), let low = Hexadecimal.value(text[index + 1]) else {
            return nil
        }
        return high << 4 | low
    }
}
