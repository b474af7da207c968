/// Character references of HTML (`&amp;`, `&#x41;`) in attribute values.
package enum CharacterReferences {
    /// The text that an attribute value stands for.
    package static func decode(_ value: ArraySlice<UInt8>) -> String {
        guard let first = value.firstIndex(of: UInt8(ascii: "&")) else { return String(decoding: value, as: UTF8.self) }
        var output = Array(value[..<first])
        var index = first
        while index < value.endIndex {
            if value[index] == UInt8(ascii: "&"), let (text, next) = reference(in: value, at: index) {
                output.append(contentsOf: text.utf8)
                index = next
            } else {
                output.append(value[index])
                index += 1
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// What the reference at a place stands for, and where it ends; nil when there is none.
    private static func reference(in value: ArraySlice<UInt8>, at start: Int) -> (String, Int)? {
        var index = start + 1
        guard index < value.endIndex else { return nil }
        if value[index] == UInt8(ascii: "#") { return numeric(in: value, at: index + 1) }
        while index < value.endIndex, isAlphanumeric(value[index]), index - start <= 32 { index += 1 }
        let name = String(decoding: value[start + 1..<index], as: UTF8.self)
        if index < value.endIndex, value[index] == UInt8(ascii: ";") {
            return NamedCharacters.all[name].map { ($0, index + 1) }
        }
        // Without its semicolon an old reference counts only where no letter, digit or `=` follows (HTML, 13.2.5.73).
        let isFollowed = index < value.endIndex && value[index] == UInt8(ascii: "=")
        guard !isFollowed, NamedCharacters.withoutSemicolon.contains(name) else { return nil }
        return NamedCharacters.all[name].map { ($0, index) }
    }

    private static func numeric(in value: ArraySlice<UInt8>, at start: Int) -> (String, Int)? {
        var index = start
        let isHexadecimal = index < value.endIndex && value[index] | 0x20 == UInt8(ascii: "x")
        if isHexadecimal { index += 1 }
        let digits = value[index...].prefix { digit($0, isHexadecimal) != nil }
        guard !digits.isEmpty else { return nil }
        var code: UInt32 = 0
        for byte in digits where code <= 0x10FFFF { code = code * (isHexadecimal ? 16 : 10) + (digit(byte, isHexadecimal) ?? 0) }
        index = digits.endIndex
        if index < value.endIndex, value[index] == UInt8(ascii: ";") { index += 1 }
        return (text(of: code), index)
    }

    private static func text(of code: UInt32) -> String {
        let mapped = (0x80...0x9F).contains(code) ? NamedCharacters.windows1252[Int(code) - 0x80] : code
        guard mapped != 0, let scalar = Unicode.Scalar(mapped) else { return "\u{FFFD}" }
        return String(Character(scalar))
    }

    private static func digit(_ byte: UInt8, _ isHexadecimal: Bool) -> UInt32? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f") where isHexadecimal: UInt32(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F") where isHexadecimal: UInt32(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
    }
}
