/// Reads the JSON of a value.
///
/// The database wrote it, so what it cannot read is no JSON at all, but a text that looks like it.
struct MergeValueParser {
    private static let deepest = 8

    private let bytes: [UInt8]
    private var position = 0

    /// The list or object that a text is; nil when it is none.
    static func parse(_ bytes: [UInt8]) -> MergeValue? {
        guard let first = bytes.first, first == UInt8(ascii: "[") || first == UInt8(ascii: "{") else { return nil }
        var parser = MergeValueParser(bytes: bytes)
        guard let value = parser.value(depth: 0) else { return nil }
        parser.skipBlanks()
        return parser.position == bytes.count ? value : nil
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private mutating func skipBlanks() {
        while position < bytes.count, bytes[position] <= 0x20 { position += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        skipBlanks()
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    private mutating func value(depth: Int) -> MergeValue? {
        skipBlanks()
        guard position < bytes.count, depth <= Self.deepest else { return nil }
        let start = position
        switch bytes[position] {
        case UInt8(ascii: "["):
            guard let elements = list(depth: depth + 1) else { return nil }
            return MergeValue(text: Array(bytes[start..<position]), content: .list(elements))
        case UInt8(ascii: "{"):
            guard let members = object(depth: depth + 1) else { return nil }
            return MergeValue(text: Array(bytes[start..<position]), content: .object(members))
        case UInt8(ascii: "\""): return string().map { MergeValue(text: $0, content: .scalar) }
        default: return word()
        }
    }

    private mutating func list(depth: Int) -> [MergeValue]? {
        position += 1
        if take(UInt8(ascii: "]")) { return [] }
        var elements: [MergeValue] = []
        while let element = value(depth: depth) {
            elements.append(element)
            if take(UInt8(ascii: "]")) { return elements }
            guard take(UInt8(ascii: ",")) else { return nil }
        }
        return nil
    }

    private mutating func object(depth: Int) -> [String: MergeValue]? {
        position += 1
        if take(UInt8(ascii: "}")) { return [:] }
        var members: [String: MergeValue] = [:]
        while true {
            skipBlanks()
            guard position < bytes.count, bytes[position] == UInt8(ascii: "\""), let name = string(), take(UInt8(ascii: ":")),
                let member = value(depth: depth)
            else { return nil }
            members[String(decoding: name, as: UTF8.self)] = member
            if take(UInt8(ascii: "}")) { return members }
            guard take(UInt8(ascii: ",")) else { return nil }
        }
    }

    /// `true`, `false`, `null` or a number.
    private mutating func word() -> MergeValue? {
        let start = position
        while position < bytes.count, !",]} \n\t\r".utf8.contains(bytes[position]) { position += 1 }
        let word = Array(bytes[start..<position])
        if word == Array("null".utf8) { return .missing }
        guard word == Array("true".utf8) || word == Array("false".utf8) || MergeNumber.parse(word) != nil else { return nil }
        return MergeValue(text: word, content: .scalar)
    }

    private mutating func string() -> [UInt8]? {
        position += 1
        var text: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return text
            case UInt8(ascii: "\\"): guard escape(&text) else { return nil }
            default: text.append(byte)
            }
        }
        return nil
    }

    private mutating func escape(_ text: inout [UInt8]) -> Bool {
        guard position < bytes.count else { return false }
        let byte = bytes[position]
        position += 1
        switch byte {
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "u"): return unicode(&text)
        default: text.append(byte)
        }
        return true
    }

    private mutating func unicode(_ text: inout [UInt8]) -> Bool {
        guard var code = unit() else { return false }
        if (0xD800...0xDBFF).contains(code), position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u")
        {
            position += 2
            guard let low = unit(), (0xDC00...0xDFFF).contains(low) else { return false }
            code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { return false }
        text.append(contentsOf: Array(String(scalar).utf8))
        return true
    }

    private mutating func unit() -> UInt32? {
        guard position + 4 <= bytes.count else { return nil }
        let digits = bytes[position..<position + 4]
        position += 4
        guard digits.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }) else { return nil }
        return UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    }
}
