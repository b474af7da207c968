/// Colours as mail spells them.
enum ColorValue {
    /// Red, green and blue in 24 bits; nil when a value is none of the usual spellings, or lets something through.
    static func rgb(_ value: String) -> UInt32? {
        if value.hasPrefix("#") { return hexadecimal(value.dropFirst()) }
        if value.hasPrefix("rgb("), value.hasSuffix(")") {
            let parts = value.dropFirst(4).dropLast().split { $0 == "," || $0 == " " }.map { UInt32($0) }
            guard parts.count == 3 else { return nil }
            return parts.reduce(UInt32?(0)) { sum, part in
                guard let sum, let part, part < 256 else { return nil }
                return sum << 8 | part
            }
        }
        return names[value] ?? (value.utf8.count == 6 ? hexadecimal(value[...]) : nil)
    }

    private static func hexadecimal(_ digits: Substring) -> UInt32? {
        guard let number = UInt32(digits, radix: 16) else { return nil }
        switch digits.utf8.count {
        case 6: return number
        case 3: return (number & 0xF00) * 0x1100 | (number & 0xF0) * 0x110 | (number & 0xF) * 0x11
        default: return nil
        }
    }

    private static let names: [String: UInt32] = [
        "white": 0xFFFFFF, "black": 0, "red": 0xFF0000, "green": 0x008000, "blue": 0x0000FF, "yellow": 0xFFFF00, "silver": 0xC0C0C0,
        "gray": 0x808080, "grey": 0x808080, "navy": 0x000080, "whitesmoke": 0xF5F5F5,
    ]
}
