/// Writes quoted-printable into memory that is large enough: three octets for each of the text, and its soft breaks.
struct QuotedPrintableWriter {
    /// RFC 2045 §6.7 (5) allows 76 octets; the last one is kept free for the mark of a soft break.
    private static let lineLimit = 75
    private static let equals = UInt8(ascii: "=")

    private let buffer: UnsafeMutableBufferPointer<UInt8>
    private var column = 0
    /// Octets written.
    private(set) var count = 0

    init(_ buffer: UnsafeMutableBufferPointer<UInt8>) {
        self.buffer = buffer
    }

    mutating func write(_ text: UnsafeBufferPointer<UInt8>) {
        var index = 0
        while index < text.count {
            let byte = text[index]
            index += 1
            if Self.isLineEnd(byte) {
                if byte == ASCIIClass.cr, index < text.count, text[index] == ASCIIClass.lf { index += 1 }
                endLine()
            } else if Self.isPlain(byte), !Self.isBlank(byte) || index < text.count && !Self.isLineEnd(text[index]) {
                makeRoom(1)
                put(byte)
                column += 1
            } else {
                // Also a blank at the end of a line, which relays may strip.
                makeRoom(3)
                put(Self.equals)
                put(Hexadecimal.digit(byte >> 4))
                put(Hexadecimal.digit(byte & 15))
                column += 3
            }
        }
    }

    private static func isLineEnd(_ byte: UInt8) -> Bool { byte == ASCIIClass.cr || byte == ASCIIClass.lf }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == ASCIIClass.space || byte == ASCIIClass.tab }

    private static func isPlain(_ byte: UInt8) -> Bool { ASCIIClass.isVisible(byte) && byte != equals || isBlank(byte) }

    /// Breaks the line softly when so many octets do not fit on it.
    private mutating func makeRoom(_ octets: Int) {
        guard column + octets > Self.lineLimit else { return }
        put(Self.equals)
        endLine()
    }

    private mutating func endLine() {
        put(ASCIIClass.cr)
        put(ASCIIClass.lf)
        column = 0
    }

    private mutating func put(_ byte: UInt8) {
        buffer[count] = byte
        count += 1
    }
}
