/// Base64 as MIME uses it (RFC 2045 §6.8).
enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let pad = UInt8(ascii: "=")

    /// Value of each octet, 255 for those outside the alphabet.
    private static let values: [UInt8] = {
        var table = [UInt8](repeating: 255, count: 256)
        for (value, byte) in alphabet.enumerated() { table[Int(byte)] = UInt8(value) }
        return table
    }()

    /// One unbroken line.
    static func encode(_ bytes: [UInt8]) -> String {
        var output: [UInt8] = []
        append(bytes, to: &output, lineLength: .max)
        return String(decoding: output, as: UTF8.self)
    }

    /// Appends the encoding in lines of `lineLength` octets (a multiple of four) separated by CRLF, without one at the end.
    static func append(_ bytes: [UInt8], to output: inout [UInt8], lineLength: Int) {
        output.reserveCapacity(output.count + bytes.count / 3 * 4 + bytes.count / 50 + 8)
        var column = 0
        var index = 0
        while index < bytes.count {
            if column >= lineLength {
                output.append(ASCIIClass.cr)
                output.append(ASCIIClass.lf)
                column = 0
            }
            appendGroup(bytes[index..<min(index + 3, bytes.count)], to: &output)
            index += 3
            column += 4
        }
    }

    private static func appendGroup(_ group: ArraySlice<UInt8>, to output: inout [UInt8]) {
        var word = 0
        for byte in group { word = word << 8 | Int(byte) }
        word <<= 8 * (3 - group.count)
        for position in 0..<4 {
            output.append(position <= group.count ? alphabet[word >> (18 - 6 * position) & 63] : pad)
        }
    }

    /// Octets of the encoding; characters outside the alphabet are skipped (RFC 2045), padding ends it.
    static func decode(_ text: some Sequence<UInt8>) -> [UInt8] {
        var output: [UInt8] = []
        var word = 0
        var bits = 0
        for byte in text {
            if byte == pad { break }
            let value = values[Int(byte)]
            if value == 255 { continue }
            word = (word << 6 | Int(value)) & 0xFFFFFF
            bits += 6
            if bits >= 8 {
                bits -= 8
                output.append(UInt8(word >> bits & 255))
            }
        }
        return output
    }
}
