/// Cuts CSS into tokens.
struct CSSTokenizer {
    let source: SourceBytes
    private let end: Int
    private(set) var position: Int

    init(_ source: SourceBytes, in range: Range<Int>) {
        self.source = source
        self.position = range.lowerBound
        self.end = range.upperBound
    }

    /// The next token; `end` again and again at the end.
    mutating func next() -> CSSToken {
        let start = position
        let kind = kind()
        return CSSToken(kind: kind, range: start..<position)
    }

    private func byte(_ offset: Int = 0) -> UInt8 {
        position + offset < end ? source[position + offset] : 0
    }

    private mutating func kind() -> CSSToken.Kind {
        guard position < end else { return .end }
        let byte = source[position]
        if Self.isBlank(byte) {
            skipBlanks()
            return .blank
        }
        if startsIdentifier() { return identifier() }
        if startsNumber() { return number() }
        position += 1
        switch byte {
        case UInt8(ascii: "/") where self.byte() == UInt8(ascii: "*"): return comment()
        case UInt8(ascii: "\""), UInt8(ascii: "'"): return string(byte)
        case UInt8(ascii: "#"): return hash()
        case UInt8(ascii: "@"):
            guard startsIdentifier() else { return .delimiter(byte) }
            skipName()
            return .atKeyword
        case UInt8(ascii: ":"): return .colon
        case UInt8(ascii: ";"): return .semicolon
        case UInt8(ascii: ","): return .comma
        case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"): return .open(byte)
        case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"): return .close(byte)
        case UInt8(ascii: "<") where starts(with: "!--"): return skip(3, .cdo)
        case UInt8(ascii: "-") where starts(with: "->"): return skip(2, .cdc)
        default: return .delimiter(byte)
        }
    }

    private mutating func skip(_ count: Int, _ kind: CSSToken.Kind) -> CSSToken.Kind {
        position += count
        return kind
    }

    private mutating func skipBlanks() {
        while position < end, Self.isBlank(source[position]) { position += 1 }
    }

    private func starts(with text: StaticString) -> Bool {
        text.withUTF8Buffer { text in
            position + text.count <= end && text.indices.allSatisfy { source[position + $0] == text[$0] }
        }
    }

    private mutating func comment() -> CSSToken.Kind {
        position += 1
        while true {
            position = source.find(UInt8(ascii: "*"), from: position, to: end)
            guard position < end else { return .comment }
            if byte(1) == UInt8(ascii: "/") { return skip(2, .comment) }
            position += 1
        }
    }

    private mutating func string(_ quote: UInt8) -> CSSToken.Kind {
        while position < end {
            switch source[position] {
            case quote: return skip(1, .string)
            case 0x0A, 0x0C, 0x0D: return .badString
            case UInt8(ascii: "\\"): position = min(position + 2, end)
            default: position += 1
            }
        }
        return .string
    }

    private mutating func hash() -> CSSToken.Kind {
        guard Self.isName(byte()) || byte() == UInt8(ascii: "\\") else { return .delimiter(UInt8(ascii: "#")) }
        skipName()
        return .hash
    }

    private mutating func identifier() -> CSSToken.Kind {
        let start = position
        skipName()
        guard byte() == UInt8(ascii: "(") else { return .identifier }
        let isURL = source.isWord(start..<position, "url")
        position += 1
        return isURL ? url() : .function
    }

    private mutating func url() -> CSSToken.Kind {
        let start = position
        skipBlanks()
        if byte() == UInt8(ascii: "\"") || byte() == UInt8(ascii: "'") {
            position = start
            return .function
        }
        var isBad = false
        while position < end {
            switch source[position] {
            case UInt8(ascii: ")"): return skip(1, isBad ? .badURL : .url)
            case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "("): isBad = true
            case UInt8(ascii: "\\"): position += 1
            default: break
            }
            position += 1
        }
        position = end
        return isBad ? .badURL : .url
    }

    private mutating func number() -> CSSToken.Kind {
        if byte() == UInt8(ascii: "+") || byte() == UInt8(ascii: "-") { position += 1 }
        skipDigits()
        if byte() == UInt8(ascii: "."), Self.isDigit(byte(1)) {
            position += 1
            skipDigits()
        }
        if byte() | 0x20 == UInt8(ascii: "e") {
            let sign = byte(1) == UInt8(ascii: "+") || byte(1) == UInt8(ascii: "-") ? 1 : 0
            if Self.isDigit(byte(1 + sign)) {
                position += 1 + sign
                skipDigits()
            }
        }
        if startsIdentifier() { skipName() } else if byte() == UInt8(ascii: "%") { position += 1 }
        return .number
    }

    private mutating func skipDigits() {
        while Self.isDigit(byte()) { position += 1 }
    }

    private mutating func skipName() {
        while position < end {
            if Self.isName(source[position]) {
                position += 1
            } else if source[position] == UInt8(ascii: "\\"), position + 1 < end, byte(1) != 0x0A {
                position += 2
            } else {
                return
            }
        }
    }

    private func startsIdentifier() -> Bool {
        let first = byte()
        if Self.isNameStart(first) { return true }
        if first == UInt8(ascii: "\\") { return position + 1 < end && byte(1) != 0x0A }
        guard first == UInt8(ascii: "-") else { return false }
        return Self.isNameStart(byte(1)) || byte(1) == UInt8(ascii: "-") && byte(2) != UInt8(ascii: ">") || byte(1) == UInt8(ascii: "\\")
    }

    private func startsNumber() -> Bool {
        let first = byte()
        if Self.isDigit(first) { return true }
        if first == UInt8(ascii: ".") { return Self.isDigit(byte(1)) }
        guard first == UInt8(ascii: "+") || first == UInt8(ascii: "-") else { return false }
        return Self.isDigit(byte(1)) || byte(1) == UInt8(ascii: ".") && Self.isDigit(byte(2))
    }

    static func isBlank(_ byte: UInt8) -> Bool {
        SourceBytes.isBlank(byte)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func isNameStart(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte | 0x20) || byte == UInt8(ascii: "_") || byte >= 0x80
    }

    private static func isName(_ byte: UInt8) -> Bool {
        isNameStart(byte) || isDigit(byte) || byte == UInt8(ascii: "-")
    }
}
