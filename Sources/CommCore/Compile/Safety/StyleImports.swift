/// Finds `@import` in style sheets, however it is escaped.
enum StyleImports {
    /// Where the first one is within a range of the source; comments and strings are passed over.
    static func first(in source: [UInt8], _ range: Range<Int>) -> Range<Int>? {
        var index = range.lowerBound
        while index < range.upperBound {
            switch source[index] {
            case UInt8(ascii: "/") where index + 1 < range.upperBound && source[index + 1] == UInt8(ascii: "*"):
                index = end(ofComment: index + 2, source, range.upperBound)
            case UInt8(ascii: "\""), UInt8(ascii: "'"): index = end(ofString: index, source, range.upperBound)
            case UInt8(ascii: "@"):
                let (name, next) = name(at: index + 1, source, range.upperBound)
                if name == "import" { return index..<next }
                index = max(next, index + 1)
            default: index += 1
            }
        }
        return nil
    }

    private static func end(ofComment start: Int, _ source: [UInt8], _ end: Int) -> Int {
        var index = start
        while index + 1 < end {
            if source[index] == UInt8(ascii: "*"), source[index + 1] == UInt8(ascii: "/") { return index + 2 }
            index += 1
        }
        return end
    }

    private static func end(ofString start: Int, _ source: [UInt8], _ end: Int) -> Int {
        var index = start + 1
        while index < end, source[index] != source[start], source[index] != 0x0A { index += source[index] == UInt8(ascii: "\\") ? 2 : 1 }
        return min(index + 1, end)
    }

    private static func name(at start: Int, _ source: [UInt8], _ end: Int) -> (String, Int) {
        var name = ""
        var index = start
        while index < end, name.utf8.count < 20 {
            let byte = source[index]
            if byte == UInt8(ascii: "\\") {
                let digits = source[index + 1..<min(index + 7, end)].prefix { Character(Unicode.Scalar($0)).isHexDigit }
                guard let code = UInt32(String(decoding: digits, as: UTF8.self), radix: 16), let scalar = Unicode.Scalar(code) else {
                    index += 1
                    continue
                }
                name.unicodeScalars.append(scalar)
                index += 1 + digits.count
                if index < end, source[index] <= 0x20 { index += 1 }
            } else if (0x61...0x7A).contains(byte | 0x20) || byte == UInt8(ascii: "-") {
                name.unicodeScalars.append(Unicode.Scalar(byte))
                index += 1
            } else {
                break
            }
        }
        return (name.lowercased(), index)
    }
}
