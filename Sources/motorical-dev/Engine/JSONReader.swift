/// Reads JSON off a byte array in one pass, so that a job with large bodies costs little more than a copy of the parts that are wanted.
struct JSONReader {
    /// Where a text is no JSON, or not of the expected shape.
    struct Failure: Error, Equatable {
        let offset: Int
    }

    private static let maximumDepth = 64

    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Reads an object; the closure must read or skip each value.
    mutating func object(_ member: (_ key: String, _ reader: inout JSONReader) throws -> Void) throws {
        try expect("{")
        guard try !accept("}") else { return }
        repeat {
            let key = try string()
            try expect(":")
            try member(key, &self)
        } while try accept(",")
        try expect("}")
    }

    /// Reads an array; the closure must read or skip each element.
    mutating func array(_ element: (_ reader: inout JSONReader) throws -> Void) throws {
        try expect("[")
        guard try !accept("]") else { return }
        repeat { try element(&self) } while try accept(",")
        try expect("]")
    }

    /// Reads a string as text.
    mutating func string() throws -> String {
        String(decoding: try stringBytes(), as: UTF8.self)
    }

    /// Reads a string, or null.
    mutating func optionalString() throws -> String? {
        skipBlanks()
        guard bytes[position...].first == UInt8(ascii: "n") else { return try string() }
        try skipLiteral()
        return nil
    }

    /// Reads a string as UTF-8.
    mutating func stringBytes() throws -> [UInt8] {
        try expect("\"")
        var text: [UInt8] = []
        while true {
            let start = position
            while position < bytes.count, bytes[position] != UInt8(ascii: "\""), bytes[position] != UInt8(ascii: "\\") { position += 1 }
            text.append(contentsOf: bytes[start..<position])
            guard position < bytes.count else { throw failure }
            position += 1
            if bytes[position - 1] == UInt8(ascii: "\"") { return text }
            try readEscape(into: &text)
        }
    }

    /// Skips any value.
    mutating func skip(depth: Int = 0) throws {
        guard depth < Self.maximumDepth else { throw failure }
        skipBlanks()
        switch bytes[position...].first {
        case UInt8(ascii: "\""): try skipString()
        case UInt8(ascii: "{"): try skipContainer("{", "}", depth: depth)
        case UInt8(ascii: "["): try skipContainer("[", "]", depth: depth)
        default: try skipLiteral()
        }
    }
}

extension JSONReader {
    private var failure: Failure { Failure(offset: position) }

    private mutating func skipBlanks() {
        while position < bytes.count, Self.isBlank(bytes[position]) { position += 1 }
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }

    private mutating func expect(_ sign: Unicode.Scalar) throws {
        guard try accept(sign) else { throw failure }
    }

    private mutating func accept(_ sign: Unicode.Scalar) throws -> Bool {
        skipBlanks()
        guard position < bytes.count else { throw failure }
        guard bytes[position] == UInt8(ascii: sign) else { return false }
        position += 1
        return true
    }

    private mutating func skipString() throws {
        position += 1
        while position < bytes.count {
            let byte = bytes[position]
            position += byte == UInt8(ascii: "\\") ? 2 : 1
            if byte == UInt8(ascii: "\"") { return }
        }
        throw failure
    }

    private mutating func skipContainer(_ open: Unicode.Scalar, _ close: Unicode.Scalar, depth: Int) throws {
        try expect(open)
        guard try !accept(close) else { return }
        repeat {
            try skip(depth: depth + 1)
            if open == "{" {
                try expect(":")
                try skip(depth: depth + 1)
            }
        } while try accept(",")
        try expect(close)
    }

    /// A number, true, false or null; its spelling is not looked at.
    private mutating func skipLiteral() throws {
        let start = position
        while position < bytes.count, isLiteralText(bytes[position]) { position += 1 }
        guard position > start else { throw failure }
    }

    private func isLiteralText(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+")
            || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "E")
    }

    private mutating func readEscape(into text: inout [UInt8]) throws {
        guard position < bytes.count else { throw failure }
        let sign = bytes[position]
        position += 1
        switch sign {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(sign)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "u"): text.append(contentsOf: String(Character(try readScalar())).utf8)
        default: throw failure
        }
    }

    /// Four hexadecimal digits behind `\u`, and the second half of a surrogate pair.
    private mutating func readScalar() throws -> Unicode.Scalar {
        let unit = try readCodeUnit()
        if let scalar = Unicode.Scalar(unit) { return scalar }
        guard (0xD800..<0xDC00).contains(unit), bytes[position...].starts(with: "\\u".utf8) else { return "\u{FFFD}" }
        position += 2
        let low = try readCodeUnit()
        guard (0xDC00..<0xE000).contains(low) else { return "\u{FFFD}" }
        return Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)) ?? "\u{FFFD}"
    }

    private mutating func readCodeUnit() throws -> UInt32 {
        let digits = bytes[position...].prefix(4)
        guard digits.count == 4, let unit = UInt32(String(decoding: digits, as: UTF8.self), radix: 16) else { throw failure }
        position += 4
        return unit
    }
}
