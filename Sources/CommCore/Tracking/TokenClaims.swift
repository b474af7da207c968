/// A flat JSON object of texts and numbers, read strictly: no nesting, no duplicate names, nothing after it.
struct TokenClaims {
    private var texts: [String: String] = [:]
    private var numbers: [String: Double] = [:]

    /// Nil unless the bytes are such an object.
    init?(_ bytes: [UInt8]) {
        var reader = Reader(bytes: bytes)
        guard reader.take("{") else { return nil }
        repeat {
            guard let name = reader.text(), texts[name] == nil, numbers[name] == nil, reader.take(":") else { return nil }
            if let text = reader.text() {
                texts[name] = text
            } else if let number = reader.number() {
                numbers[name] = number
            } else {
                return nil
            }
        } while reader.take(",")
        guard reader.take("}"), reader.isAtEnd else { return nil }
    }

    func text(_ name: String) -> String? { texts[name] }
    func number(_ name: String) -> Double? { numbers[name] }
}

extension TokenClaims {
    private struct Reader {
        let bytes: [UInt8]
        var position = 0

        var isAtEnd: Bool {
            mutating get {
                skipBlanks()
                return position == bytes.count
            }
        }

        mutating func skipBlanks() {
            while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
        }

        mutating func take(_ character: Unicode.Scalar) -> Bool {
            skipBlanks()
            guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
            position += 1
            return true
        }

        mutating func number() -> Double? {
            skipBlanks()
            let rest = bytes[position...].prefix { (0x30...0x39).contains($0) || [0x2B, 0x2D, 0x2E, 0x45, 0x65].contains($0) }
            guard rest.count <= 32, let value = Double(String(decoding: rest, as: UTF8.self)), value.isFinite else { return nil }
            position += rest.count
            return value
        }

        mutating func text() -> String? {
            skipBlanks()
            guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else { return nil }
            var index = position + 1
            var content: [UInt8] = []
            while index < bytes.count {
                let byte = bytes[index]
                index += 1
                if byte == UInt8(ascii: "\"") {
                    position = index
                    return String(validating: content, as: UTF8.self)
                }
                if byte < 0x20 { return nil }
                if byte != UInt8(ascii: "\\") {
                    content.append(byte)
                } else if let count = escape(at: index, into: &content) {
                    index += count
                } else {
                    return nil
                }
            }
            return nil
        }

        /// Appends what the escape after a backslash stands for; its length, or nil when it is none.
        private func escape(at index: Int, into content: inout [UInt8]) -> Int? {
            guard index < bytes.count else { return nil }
            switch bytes[index] {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(bytes[index])
            case UInt8(ascii: "n"): content.append(0x0A)
            case UInt8(ascii: "r"): content.append(0x0D)
            case UInt8(ascii: "t"): content.append(0x09)
            case UInt8(ascii: "b"): content.append(0x08)
            case UInt8(ascii: "f"): content.append(0x0C)
            case UInt8(ascii: "u"):
                // The signer escapes controls only, so a surrogate is never needed.
                guard index + 5 <= bytes.count, let code = UInt32(String(decoding: bytes[index + 1..<index + 5], as: UTF8.self), radix: 16),
                    let scalar = Unicode.Scalar(code)
                else { return nil }
                content.append(contentsOf: Character(scalar).utf8)
                return 5
            default: return nil
            }
            return 1
        }
    }
}
