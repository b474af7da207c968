/// A property and its value.
package struct CSSDeclaration: Sendable, Equatable {
    /// In lower case; a custom property (`--x`) as it is written.
    package let name: String
    /// The value without `!important`, blanks around it cut off, as it is written.
    package let value: String
    package let isImportant: Bool
    /// From the name to the end of the value, `!important` included.
    package let range: Range<Int>
}

/// Something in CSS that was passed over.
package struct CSSProblem: Sendable, Equatable {
    package let message: String
    /// Where it is, as an offset in the bytes that were parsed.
    package let offset: Int
}

/// A declaration as it stands in the bytes that were parsed.
struct DeclarationRecord: Sendable {
    var start: Int32
    var nameEnd: Int32
    var valueStart: Int32
    var valueEnd: Int32
    var end: Int32
    /// Its number in the table of properties.
    var property: Int32 = -1
    /// Tells values apart.
    var valueHash: UInt64 = 0
    var isImportant: Bool
    /// Whether every mail program can be expected to understand the value.
    var isKnownToAll = true
    /// Whether the value is `none`.
    var isNone = false
    /// Whether it may not stay in the mail.
    var isRefused = false

    var name: Range<Int> { Int(start)..<Int(nameEnd) }
    var value: Range<Int> { Int(valueStart)..<Int(valueEnd) }
    var range: Range<Int> { Int(start)..<Int(end) }

    /// Finds out about property and value.
    mutating func complete(_ source: SourceBytes, _ properties: inout PropertyTable) {
        property = properties.number(source, name)
        let value = value
        isNone = source.isWord(value, "none")
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        var hasFunction = false
        for index in value {
            let byte = source[index]
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
            if byte == UInt8(ascii: "(") { hasFunction = true }
        }
        valueHash = hash
        guard let first = value.first, let last = value.last else { return }
        let isDashed = source[first] == UInt8(ascii: "-") && (first == last || source[first + 1] &- 0x30 > 9)
        isKnownToAll = !isDashed && (!hasFunction || isPlainFunction(source))
    }

    private func isPlainFunction(_ source: SourceBytes) -> Bool {
        let start = Int(valueStart)
        guard value.count > 4 else { return false }
        return source.isWord(start..<start + 4, "rgb(") || source.isWord(start..<start + 4, "url(")
    }

    /// The declaration for a caller.
    func declaration(_ source: SourceBytes) -> CSSDeclaration {
        let isCustom = name.count > 2 && source[name.lowerBound] == 0x2D && source[name.lowerBound + 1] == 0x2D
        return CSSDeclaration(
            name: source.string(name, lowered: !isCustom),
            value: source.string(value),
            isImportant: isImportant,
            range: range
        )
    }
}

extension SourceBytes {
    /// A range as text.
    func string(_ range: Range<Int>, lowered: Bool = false) -> String {
        let bytes = [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
            for (offset, index) in range.enumerated() { buffer[offset] = lowered ? Self.lowered(self[index]) : self[index] }
            count = range.count
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
