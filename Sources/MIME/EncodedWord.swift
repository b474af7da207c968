/// Encoded words of RFC 2047: text outside ASCII in headers.
enum EncodedWord {
    /// RFC 2047 §2: an encoded word has at most 75 octets.
    static let maximumLength = 75
    private static let overhead = "=?utf-8?Q??=".utf8.count

    /// The words that stand for `text`, none longer than 75 octets, none cutting a character.
    static func encode(_ text: String) -> [String] {
        let bytes = text.utf8
        let quoted = bytes.reduce(0) { $0 + (isPlain($1) ? 1 : 3) }
        return quoted <= (bytes.count + 2) / 3 * 4 ? encodeQ(text) : encodeB(text)
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        ASCIIClass.isPlainInEncodedWord(byte) || byte == ASCIIClass.space
    }

    private static func encodeQ(_ text: String) -> [String] {
        var words: [String] = []
        var current = ""
        for scalar in text.unicodeScalars {
            let piece = UTF8.encode(scalar).map { Array($0) } ?? []
            let encoded = piece.map(quote).joined()
            if current.utf8.count + encoded.utf8.count > maximumLength - overhead {
                words.append("=?utf-8?Q?\(current)?=")
                current = ""
            }
            current += encoded
        }
        if !current.isEmpty { words.append("=?utf-8?Q?\(current)?=") }
        return words
    }

    private static func quote(_ byte: UInt8) -> String {
        if byte == ASCIIClass.space { return "_" }
        if ASCIIClass.isPlainInEncodedWord(byte) { return String(UnicodeScalar(byte)) }
        return String(decoding: [UInt8(ascii: "="), Hexadecimal.digit(byte >> 4), Hexadecimal.digit(byte & 15)], as: UTF8.self)
    }

    private static func encodeB(_ text: String) -> [String] {
        var words: [String] = []
        var current: [UInt8] = []
        for scalar in text.unicodeScalars {
            let piece = UTF8.encode(scalar).map { Array($0) } ?? []
            if (current.count + piece.count + 2) / 3 * 4 > maximumLength - overhead {
                words.append("=?utf-8?B?\(Base64.encode(current))?=")
                current = []
            }
            current += piece
        }
        if !current.isEmpty { words.append("=?utf-8?B?\(Base64.encode(current))?=") }
        return words
    }
}

extension EncodedWord {
    /// One encoded word taken apart.
    private struct Word {
        var charset: String
        var bytes: [UInt8]
    }

    /// Replaces encoded words by their text; what is no valid encoded word stays as it is.
    static func decode(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "=")), text.contains("=?") else { return text }
        var result = ""
        var pending: Word?
        var gap = ""
        func flush() {
            if let word = pending { result += Charset.decode(word.bytes, charset: word.charset) }
            pending = nil
        }
        for token in tokens(of: text) {
            if token.allSatisfy({ $0 == " " || $0 == "\t" }) {
                gap += token
            } else if let word = parse(token) {
                if let before = pending, before.charset == word.charset {
                    pending = Word(charset: word.charset, bytes: before.bytes + word.bytes)
                } else {
                    let between = pending == nil ? gap : ""
                    flush()
                    result += between
                    pending = word
                }
                gap = ""
            } else {
                flush()
                result += gap + token
                gap = ""
            }
        }
        flush()
        return result + gap
    }

    /// Cuts into runs of blanks, encoded words (also when glued to other text) and the rest.
    private static func tokens(of text: String) -> [String] {
        var tokens: [String] = []
        var current: [UInt8] = []
        var rest = Array(text.utf8)[...]
        func flush() {
            if !current.isEmpty { tokens.append(String(decoding: current, as: UTF8.self)) }
            current = []
        }
        while let byte = rest.first {
            let isBlank = byte == ASCIIClass.space || byte == ASCIIClass.tab
            if byte == UInt8(ascii: "="), let end = wordEnd(rest) {
                flush()
                tokens.append(String(decoding: rest[..<end], as: UTF8.self))
                rest = rest[end...]
                continue
            }
            if let last = current.last, isBlank != (last == ASCIIClass.space || last == ASCIIClass.tab) { flush() }
            current.append(byte)
            rest.removeFirst()
        }
        flush()
        return tokens
    }

    /// Index behind the encoded word that starts the slice, nil if none does.
    private static func wordEnd(_ text: ArraySlice<UInt8>) -> Int? {
        guard text.starts(with: "=?".utf8) else { return nil }
        var marks = 0
        var index = text.startIndex + 2
        // Longer words than the RFC allows are common; the bound keeps the scan linear.
        while index < text.endIndex, index - text.startIndex < 1000 {
            let byte = text[index]
            if byte == UInt8(ascii: "?") {
                marks += 1
                if marks == 3 {
                    let next = index + 1
                    return next < text.endIndex && text[next] == UInt8(ascii: "=") ? next + 1 : nil
                }
            } else if !ASCIIClass.isVisible(byte) {
                return nil
            }
            index += 1
        }
        return nil
    }

    private static func parse(_ token: String) -> Word? {
        guard token.hasPrefix("=?"), token.hasSuffix("?=") else { return nil }
        let fields = token.utf8.dropFirst(2).dropLast(2).split(separator: UInt8(ascii: "?"), omittingEmptySubsequences: false)
        guard fields.count == 3, fields[1].count == 1, let kind = fields[1].first else { return nil }
        let charset = ASCIIClass.lowercased(String(decoding: fields[0].prefix { $0 != UInt8(ascii: "*") }, as: UTF8.self))
        guard Charset.isKnown(charset) else { return nil }
        switch kind | 0x20 {
        case UInt8(ascii: "b"): return Word(charset: charset, bytes: Base64.decode(fields[2]))
        case UInt8(ascii: "q"): return Word(charset: charset, bytes: QuotedPrintable.decodeWord(fields[2]))
        default: return nil
        }
    }
}
