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

    /// What running text stands for: references resolved, line breaks as line feeds.
    static func decodeText(_ text: ArraySlice<UInt8>) -> String {
        var output: [UInt8] = []
        output.reserveCapacity(text.count)
        var index = text.startIndex
        while index < text.endIndex {
            let byte = text[index]
            if byte == UInt8(ascii: "&"), let (replacement, next) = reference(in: text, at: index) ?? prefixReference(in: text, at: index) {
                output.append(contentsOf: replacement.utf8)
                index = next
                continue
            }
            index += 1
            if byte == 0x0D {
                output.append(0x0A)
                if index < text.endIndex, text[index] == 0x0A { index += 1 }
            } else {
                output.append(byte)
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// Whether text may hold a reference by a name that is not in the table here.
    static func holdsUnknownName(_ text: SourceBytes, _ range: Range<Int>) -> Bool {
        var index = range.lowerBound
        while true {
            index = text.find(UInt8(ascii: "&"), from: index, to: range.upperBound)
            guard index < range.upperBound else { return false }
            index += 1
            let start = index
            while index < range.upperBound, isAlphanumeric(text[index]) { index += 1 }
            if index > start, index < range.upperBound, text[index] == UInt8(ascii: ";") {
                let name = String(decoding: (start..<index).map { text[$0] }, as: UTF8.self)
                if NamedCharacters.all[name] == nil { return true }
            }
        }
    }

    /// In text an old reference counts without its semicolon whatever follows: the longest name that fits.
    private static func prefixReference(in text: ArraySlice<UInt8>, at start: Int) -> (String, Int)? {
        let letters = text[(start + 1)...].prefix(6).prefix(while: isAlphanumeric)
        for count in stride(from: letters.count, to: 1, by: -1) {
            let name = String(decoding: letters.prefix(count), as: UTF8.self)
            if NamedCharacters.withoutSemicolon.contains(name) { return NamedCharacters.all[name].map { ($0, start + 1 + count) } }
        }
        return nil
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
