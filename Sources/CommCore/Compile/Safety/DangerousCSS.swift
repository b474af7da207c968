import HTML

/// Which CSS may stand in a mail.
enum DangerousCSS {
    /// Whether a declaration runs no code.
    static func isHarmless(_ declaration: CSSDeclaration) -> Bool {
        let name = unescaped(declaration.name)
        if name == "behavior" || name == "-moz-binding" || name == "-ms-behavior" {
            // What makes Outlook draw VML.
            let value = unescaped(declaration.value).filter { !$0.isWhitespace && $0 != "\"" && $0 != "'" }
            return name == "behavior" && value.replacing("!important", with: "") == "url(#default#vml)"
        }
        return !needsLooking(declaration.value) || isHarmless(value: unescaped(declaration.value))
    }

    /// Looks at a value that `unescaped` has made.
    private static func isHarmless(value: String) -> Bool {
        let bytes = Array(value.utf8)
        let bare = bytes.filter { $0 > 0x20 }
        let codes: [StaticString] = ["expression(", "javascript:", "vbscript:", "livescript:"]
        for code in codes where !Bytes.places(of: code, in: bare).isEmpty { return false }
        return Bytes.places(of: "url(", in: bytes).allSatisfy { place in
            // A scheme is short, and a kind of image, too.
            let start = bytes[(place + 4)...].drop { $0 <= 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "'") }.prefix(80)
            return DangerousURL.isHarmless(String(decoding: start, as: UTF8.self))
        }
    }

    /// Whether a whole style sheet, or what is left of one, holds code: looked at as text, so that nothing of it has to parse.
    static func holdsCode(_ text: String) -> Bool {
        guard needsLooking(text) else { return false }
        let text = unescaped(text)
        guard isHarmless(value: text) else { return true }
        let bare = text.utf8.filter { $0 > 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "'") }
        if !Bytes.places(of: "-moz-binding:", in: bare).isEmpty { return true }
        return Bytes.places(of: "behavior:", in: bare).contains { place in
            let before = place > 0 ? bare[place - 1] : UInt8(ascii: "{")
            let isOther = (0x61...0x7A).contains(before) || before == UInt8(ascii: "-") || before == UInt8(ascii: "_")
            // What makes Outlook draw VML.
            return !isOther && !bare[(place + 9)...].starts(with: "url(#default#vml)".utf8)
        }
    }

    private static let signs: [[UInt8]] = ["expression", "url(", "behavior", "binding", "/*", "script"].map { Array($0.utf8) }

    /// Whether a text could hold such CSS at all.
    static func needsLooking(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            for index in bytes.indices {
                let byte = bytes[index]
                if byte == UInt8(ascii: "\\") { return true }
                switch byte | 0x20 {
                case UInt8(ascii: "e"), UInt8(ascii: "u"), UInt8(ascii: "b"), UInt8(ascii: "s"), UInt8(ascii: "/"):
                    if signs.contains(where: { begins($0, bytes, index) }) { return true }
                default: continue
                }
            }
            return false
        }
    }

    private static func begins(_ sign: [UInt8], _ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> Bool {
        guard start + sign.count <= bytes.count else { return false }
        for place in sign.indices {
            let byte = bytes[start + place]
            if (byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte) != sign[place] { return false }
        }
        return true
    }

    /// In lower case, without comments and with escapes resolved, as a browser would see it.
    private static func unescaped(_ text: String) -> String {
        var output: [UInt8] = []
        let bytes = Array(text.utf8)
        output.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "/"), index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: "*") {
                index += 2
                while index + 1 < bytes.count, !(bytes[index] == UInt8(ascii: "*") && bytes[index + 1] == UInt8(ascii: "/")) { index += 1 }
                index += 2
            } else if bytes[index] == UInt8(ascii: "\\") {
                index = unescape(bytes, at: index + 1, &output)
            } else {
                output.append(lowered(bytes[index]))
                index += 1
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// Resolves the escape behind a backslash; where it ends.
    private static func unescape(_ bytes: [UInt8], at start: Int, _ output: inout [UInt8]) -> Int {
        var index = start
        var code: UInt32 = 0
        while index < bytes.count, index - start < 6, let digit = Bytes.hexadecimal(bytes[index]) {
            code = code << 4 | digit
            index += 1
        }
        guard index > start else { return index }
        if code > 0, code < 0x80 {
            output.append(lowered(UInt8(code)))
        } else if code > 0, let scalar = Unicode.Scalar(code) {
            output += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
        }
        if index < bytes.count, [0x09, 0x0A, 0x0C, 0x0D, 0x20].contains(bytes[index]) { index += 1 }
        return index
    }

    private static func lowered(_ byte: UInt8) -> UInt8 { byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte }
}
