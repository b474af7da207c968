import HTML

/// Which CSS may stand in a mail.
enum DangerousCSS {
    /// Whether a declaration runs no code.
    static func isHarmless(_ declaration: CSSDeclaration) -> Bool {
        let name = unescaped(declaration.name)
        guard name != "behavior", name != "-moz-binding", name != "-ms-behavior" else { return false }
        guard needsLooking(declaration.value) else { return true }
        let value = unescaped(declaration.value)
        guard !value.contains("expression(") else { return false }
        return value.ranges(of: "url(").allSatisfy { range in
            DangerousURL.isHarmless(String(value[range.upperBound...].drop { $0 == " " || $0 == "\"" || $0 == "'" }))
        }
    }

    /// Whether a text could hold such CSS at all.
    static func needsLooking(_ text: String) -> Bool {
        let text = text.lowercased()
        return text.utf8.contains(UInt8(ascii: "\\"))
            || ["expression", "url(", "behavior", "binding", "/*"].contains { text.contains($0) }
    }

    /// In lower case, without comments and with escapes resolved, as a browser would see it.
    private static func unescaped(_ text: String) -> String {
        var output: [UInt8] = []
        let bytes = Array(text.lowercased().utf8)
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "/"), index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: "*") {
                index += 2
                while index + 1 < bytes.count, !(bytes[index] == UInt8(ascii: "*") && bytes[index + 1] == UInt8(ascii: "/")) { index += 1 }
                index += 2
            } else if bytes[index] == UInt8(ascii: "\\") {
                index += 1
                let digits = bytes[min(index, bytes.count)...].prefix(6).prefix { Character(Unicode.Scalar($0)).isHexDigit }
                if let code = UInt32(String(decoding: digits, as: UTF8.self), radix: 16), let scalar = Unicode.Scalar(code) {
                    output += Array(String(Character(scalar)).lowercased().utf8)
                    index += digits.count
                    if index < bytes.count, bytes[index] == 0x20 { index += 1 }
                }
            } else {
                output.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: output, as: UTF8.self)
    }
}
