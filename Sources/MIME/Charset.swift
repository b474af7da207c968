/// The character sets that the parser turns into text.
enum Charset {
    /// Whether `decode` understands the (lower-case) name.
    static func isKnown(_ name: String) -> Bool {
        switch name {
        case "utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "latin1": true
        default: false
        }
    }

    /// Text of the octets; an unknown set is read as UTF-8 with replacement characters.
    static func decode(_ bytes: some Sequence<UInt8>, charset: String) -> String {
        switch charset {
        case "iso-8859-1", "latin1":
            var text = String.UnicodeScalarView()
            for byte in bytes { text.append(UnicodeScalar(byte)) }
            return String(text)
        default:
            return String(decoding: Array(bytes), as: UTF8.self)
        }
    }
}
