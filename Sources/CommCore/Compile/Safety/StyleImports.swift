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

    /// The name behind an `@`, if it is no longer than that of an import.
    private static func name(at start: Int, _ source: [UInt8], _ end: Int) -> (String, Int) {
        var name: [UInt8] = []
        var index = start
        while index < end, name.count < 8 {
            let byte = source[index]
            if byte == UInt8(ascii: "\\") {
                var code: UInt32 = 0
                let first = index + 1
                index = first
                while index < end, index - first < 6, let digit = Bytes.hexadecimal(source[index]) {
                    code = code << 4 | digit
                    index += 1
                }
                if index == first { continue }
                name.append(code < 0x80 ? UInt8(code) | 0x20 : 0)
                if index < end, source[index] <= 0x20 { index += 1 }
            } else if (0x61...0x7A).contains(byte | 0x20) || byte == UInt8(ascii: "-") {
                name.append(byte | 0x20)
                index += 1
            } else {
                break
            }
        }
        return (String(decoding: name, as: UTF8.self), index)
    }
}
