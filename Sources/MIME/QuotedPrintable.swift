/// Quoted-printable (RFC 2045 §6.7).
enum QuotedPrintable {
    private static let equals = UInt8(ascii: "=")
    private static let lineLimit = 76

    /// Appends the encoding of text whose line ends are CRLF, LF or CR; they become CRLF.
    static func append(_ text: [UInt8], to output: inout [UInt8]) {
        output.reserveCapacity(output.count + text.count + text.count / 8 + 16)
        var column = 0
        var index = 0
        while index < text.count {
            let byte = text[index]
            index += 1
            if byte == ASCIIClass.cr || byte == ASCIIClass.lf {
                if byte == ASCIIClass.cr, index < text.count, text[index] == ASCIIClass.lf { index += 1 }
                appendLineEnd(to: &output)
                column = 0
                continue
            }
            let plain = isPlain(byte, atLineEnd: index == text.count || isLineEnd(text[index]))
            // The last place of a line is kept free for the soft break.
            if column + (plain ? 1 : 3) >= lineLimit {
                output.append(equals)
                appendLineEnd(to: &output)
                column = 0
            }
            column += plain ? 1 : 3
            if plain {
                output.append(byte)
            } else {
                output.append(equals)
                output.append(Hexadecimal.digit(byte >> 4))
                output.append(Hexadecimal.digit(byte & 15))
            }
        }
    }

    private static func isLineEnd(_ byte: UInt8) -> Bool { byte == ASCIIClass.cr || byte == ASCIIClass.lf }

    /// Blanks at the end of a line are encoded: relays may strip them.
    private static func isPlain(_ byte: UInt8, atLineEnd: Bool) -> Bool {
        if byte == ASCIIClass.space || byte == ASCIIClass.tab { return !atLineEnd }
        return ASCIIClass.isVisible(byte) && byte != equals
    }

    private static func appendLineEnd(to output: inout [UInt8]) {
        output.append(ASCIIClass.cr)
        output.append(ASCIIClass.lf)
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
