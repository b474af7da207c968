/// Octet classes of RFC 5322, RFC 2046 and RFC 2047.
enum ASCIIClass {
    static let cr = UInt8(ascii: "\r")
    static let lf = UInt8(ascii: "\n")
    static let space = UInt8(ascii: " ")
    static let tab = UInt8(ascii: "\t")

    /// Letters and digits.
    static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }

    /// RFC 5322 `atext`.
    static func isAtomText(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte)
    }

    /// RFC 5322 `ftext`: what a header name may hold.
    static func isFieldNameText(_ byte: UInt8) -> Bool {
        (33...126).contains(byte) && byte != UInt8(ascii: ":")
    }

    /// Printable ASCII without the blank.
    static func isVisible(_ byte: UInt8) -> Bool {
        (33...126).contains(byte)
    }

    /// C0 controls and DEL.
    static func isControl(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == 0x7F
    }

    /// What a Q-encoded word may show as it is in every context, phrases included (RFC 2047 §5 (3)).
    static func isPlainInEncodedWord(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || "!*+-/".utf8.contains(byte)
    }

    /// A copy of ASCII text in lower case, for comparing names.
    static func lowercased(_ text: String) -> String {
        String(decoding: text.utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }
}
