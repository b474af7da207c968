/// Reads a `style` attribute without parsing CSS: enough to tell what people see, not enough to tell what is safe.
enum StyleScan {
    /// Calls back with each declaration, name and value in lower case and trimmed.
    static func forEach(in style: ArraySlice<UInt8>, _ body: (_ name: String, _ value: String) -> Void) {
        style.withUnsafeBufferPointer { style in
            var depth = 0
            var start = 0
            var colon = -1
            for index in 0...style.count {
                let byte = index < style.count ? style[index] : UInt8(ascii: ";")
                switch byte {
                case UInt8(ascii: "("): depth += 1
                case UInt8(ascii: ")"): depth = max(depth - 1, 0)
                case UInt8(ascii: ":") where colon < 0: colon = index
                case UInt8(ascii: ";") where depth == 0 || index == style.count:
                    if colon > start { body(lowered(style, start, colon), withoutPriority(lowered(style, colon + 1, index))) }
                    start = index + 1
                    colon = -1
                default: break
                }
            }
        }
    }

    private static func lowered(_ text: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) -> String {
        var start = start
        var end = end
        while start < end, text[start] <= 0x20 { start += 1 }
        while start < end, text[end - 1] <= 0x20 { end -= 1 }
        return String(unsafeUninitializedCapacity: end - start) { output in
            for index in start..<end {
                let byte = text[index]
                output[index - start] = byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
            }
            return end - start
        }
    }

    private static func withoutPriority(_ value: String) -> String {
        guard value.utf8.last == UInt8(ascii: "t"), value.hasSuffix("!important") else { return value }
        var value = value.dropLast(10)
        while value.utf8.last == 0x20 { value.removeLast() }
        return String(value)
    }

    /// A length in pixels; nil when it depends on something else.
    static func pixels(_ value: String) -> Double? {
        let digits = value.utf8.prefix { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }
        guard !digits.isEmpty, let number = Double(String(Substring(digits))) else { return nil }
        switch String(Substring(value.utf8.dropFirst(digits.count))) {
        case "", "px": return number
        case "pt": return number * 4 / 3
        case let unit: return number == 0 && !unit.utf8.contains(0x20) ? 0 : nil
        }
    }
}

extension HTMLDocument {
    /// The bytes of an attribute's value with character references resolved.
    func bytes(of attribute: SourceAttribute) -> ArraySlice<UInt8> {
        guard let range = attribute.value else { return [] }
        return source[range].contains(UInt8(ascii: "&")) ? Array(CharacterReferences.decode(source[range]).utf8)[...] : source[range]
    }
}
