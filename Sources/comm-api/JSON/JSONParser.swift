/// A strict parser (RFC 8259) for bodies of strangers: it says where the error is, bounds the depth, and refuses what could not be
/// stored as text or would be read differently elsewhere (duplicate keys, U+0000, lone surrogates, numbers without end).
struct JSONParser {
    static let deepest = 32
    private static let longestNumber = 64

    private let bytes: [UInt8]
    private var index = 0
    private var path = JSONPath()

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The one value that the document holds.
    static func parse(_ bytes: [UInt8]) throws -> JSONValue {
        var parser = JSONParser(bytes)
        let value = try parser.value()
        try parser.end()
        return value
    }

    /// The documents of a body that is one object or an array of objects, each as the bytes that were received.
    ///
    /// - Returns: nil when the body is anything else.
    static func objects(in bytes: [UInt8]) throws -> [ArraySlice<UInt8>]? {
        var parser = JSONParser(bytes)
        parser.skipBlanks()
        if parser.peek == UInt8(ascii: "{") {
            let start = parser.index
            _ = try parser.value()
            let object = bytes[start..<parser.index]
            try parser.end()
            return [object]
        }
        guard parser.peek == UInt8(ascii: "[") else {
            _ = try parse(bytes)
            return nil
        }
        var objects: [ArraySlice<UInt8>]? = []
        try parser.elements { parser in
            let start = parser.index
            guard case .object = try parser.value() else {
                objects = nil
                return
            }
            objects?.append(bytes[start..<parser.index])
        }
        try parser.end()
        return objects
    }

    // MARK: Values

    private mutating func value() throws -> JSONValue {
        skipBlanks()
        switch peek {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["):
            var values: [JSONValue] = []
            try elements { values.append(try $0.value()) }
            return .array(values)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        case let byte? where byte == UInt8(ascii: "-") || Self.isDigit(byte): return try number()
        default: throw unexpected("a value")
        }
    }

    private mutating func object() throws -> JSONValue {
        try enter()
        defer { leave() }
        var members: [String: JSONValue] = [:]
        skipBlanks()
        if take(UInt8(ascii: "}")) { return .object(members) }
        repeat {
            skipBlanks()
            guard peek == UInt8(ascii: "\"") else { throw unexpected("a member name in quotes") }
            let start = index
            let name = try string()
            guard members[name] == nil else { throw error(.duplicateKey, "the member \"\(name.prefix(100))\" is there twice", at: start) }
            skipBlanks()
            guard take(UInt8(ascii: ":")) else { throw unexpected("':'") }
            path.steps.append(.member(name))
            members[name] = try value()
            path.steps.removeLast()
            skipBlanks()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "}")) else { throw unexpected("',' or '}'") }
        return .object(members)
    }

    private mutating func elements(_ element: (inout JSONParser) throws -> Void) throws {
        try enter()
        defer { leave() }
        skipBlanks()
        if take(UInt8(ascii: "]")) { return }
        var position = 0
        repeat {
            skipBlanks()
            path.steps.append(.element(position))
            try element(&self)
            path.steps.removeLast()
            position += 1
            skipBlanks()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "]")) else { throw unexpected("',' or ']'") }
    }

    private mutating func literal(_ word: StaticString, _ value: JSONValue) throws -> JSONValue {
        let length = word.utf8CodeUnitCount
        guard bytes[index...].starts(with: UnsafeBufferPointer(start: word.utf8Start, count: length)) else { throw unexpected("a value") }
        index += length
        return value
    }

    private mutating func number() throws -> JSONValue {
        let start = index
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")) { try digits() }
        if take(UInt8(ascii: ".")) { try digits() }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            let exponent = index
            try digits()
            guard index - exponent <= 3 else { throw error(.invalid, "the number is out of range", at: start) }
        }
        guard index - start <= Self.longestNumber else { throw error(.invalid, "the number has too many digits", at: start) }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        guard Double(text)?.isFinite ?? false else { throw error(.invalid, "the number is out of range", at: start) }
        return .number(text)
    }

    private mutating func digits() throws {
        let start = index
        while let byte = peek, Self.isDigit(byte) { index += 1 }
        if index == start { throw unexpected("a digit") }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    // MARK: Strings

    private mutating func string() throws -> String {
        let opening = index
        index += 1
        let start = index
        while let byte = peek, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { index += 1 }
        if peek == UInt8(ascii: "\"") {
            defer { index += 1 }
            return try text(bytes[start..<index], at: opening)
        }
        var decoded = Array(bytes[start..<index])
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "\""):
                index += 1
                return try text(decoded[...], at: opening)
            case UInt8(ascii: "\\"): try escape(into: &decoded)
            case 0: throw error(.unstorableText, "a string may not contain U+0000", at: index)
            case ..<0x20: throw error(.invalid, "a control character in a string must be escaped", at: index)
            default:
                decoded.append(byte)
                index += 1
            }
        }
        throw error(.invalid, "the string that begins here has no end", at: opening)
    }

    private func text(_ bytes: ArraySlice<UInt8>, at start: Int) throws -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw error(.invalid, "the string is not valid UTF-8", at: start) }
        return text
    }

    private mutating func escape(into decoded: inout [UInt8]) throws {
        let start = index
        index += 1
        guard let byte = peek else { throw unexpected("the rest of an escape sequence") }
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): decoded.append(byte)
        case UInt8(ascii: "b"): decoded.append(0x08)
        case UInt8(ascii: "f"): decoded.append(0x0C)
        case UInt8(ascii: "n"): decoded.append(0x0A)
        case UInt8(ascii: "r"): decoded.append(0x0D)
        case UInt8(ascii: "t"): decoded.append(0x09)
        case UInt8(ascii: "u"): decoded.append(contentsOf: try unicodeEscape(from: start))
        default: throw error(.invalid, "unknown escape sequence", at: start)
        }
    }

    private mutating func unicodeEscape(from start: Int) throws -> [UInt8] {
        var code = UInt32(try hexadecimal())
        if (0xD800..<0xDC00).contains(code), take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) {
            let low = UInt32(try hexadecimal())
            guard (0xDC00..<0xE000).contains(low) else { throw error(.unstorableText, "half of a surrogate pair", at: start) }
            code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw error(.unstorableText, "half of a surrogate pair", at: start) }
        guard code != 0 else { throw error(.unstorableText, "a string may not contain U+0000", at: start) }
        return Array(String(Character(scalar)).utf8)
    }

    private mutating func hexadecimal() throws -> UInt16 {
        guard index + 4 <= bytes.count, let code = UInt16(String(decoding: bytes[index..<index + 4], as: UTF8.self), radix: 16),
            bytes[index] != UInt8(ascii: "+"), bytes[index] != UInt8(ascii: "-")
        else { throw unexpected("four hexadecimal digits") }
        index += 4
        return code
    }

    // MARK: Bytes

    private var peek: UInt8? {
        index < bytes.count ? bytes[index] : nil
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        index += 1
        return true
    }

    private mutating func skipBlanks() {
        while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { index += 1 }
    }

    private var depth = 0

    private mutating func enter() throws {
        depth += 1
        guard depth <= Self.deepest else { throw error(.tooDeep, "more than \(Self.deepest) levels", at: index) }
        index += 1
    }

    private mutating func leave() {
        depth -= 1
    }

    private mutating func end() throws {
        skipBlanks()
        guard index == bytes.count else { throw unexpected("the end of the document") }
    }

    // MARK: Errors

    private func unexpected(_ wanted: String) -> JSONSyntaxError {
        guard let byte = peek else { return error(.invalid, "the document ends where \(wanted) was expected", at: index) }
        let found = (0x21...0x7E).contains(byte) ? "'\(Character(Unicode.Scalar(byte)))'" : "byte \(byte)"
        return error(.invalid, "\(wanted) was expected, found \(found)", at: index)
    }

    private func error(_ code: JSONSyntaxError.Code, _ message: String, at offset: Int) -> JSONSyntaxError {
        let before = bytes[..<min(offset, bytes.count)]
        let line = before.count(where: { $0 == 0x0A }) + 1
        let column = before.count - (before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0) + 1
        return JSONSyntaxError(code: code, message: message, line: line, column: column, field: path.field)
    }
}
