/// One person or service with an address: `"Shop Ltd" <me@shop.test>` (RFC 5322 §3.4).
package struct Mailbox: Sendable, Hashable {
    /// The name to show, decoded; nil when there is none.
    package let displayName: String?
    /// The address as `local@domain`.
    package let address: String

    /// Checks both parts; the name may hold any text without control characters.
    package init(displayName: String? = nil, address: String) throws(MIMEError) {
        guard Self.isAddress(address) else { throw MIMEError(.invalidAddress, field: "address") }
        if let displayName, displayName.utf8.contains(where: ASCIIClass.isControl) {
            throw MIMEError(.forbiddenCharacter, field: "display name")
        }
        self.displayName = displayName.flatMap { $0.isEmpty ? nil : $0 }
        self.address = address
    }

    /// Reads `name <address>`, `"name" <address>` or a bare address; encoded words in the name are decoded.
    package static func parse(_ text: String) throws(MIMEError) -> Mailbox {
        let trimmed = trim(text[...])
        guard trimmed.last == ">" else { return try Mailbox(address: String(trimmed)) }
        // The last "<" with an address behind it: names and quoted local parts may hold the sign too.
        for open in trimmed.indices.reversed() where trimmed[open] == "<" {
            let address = trim(trimmed[trimmed.index(after: open)...].dropLast())
            guard isAddress(String(address)) else { continue }
            return try Mailbox(displayName: unquote(trim(trimmed[..<open])), address: String(address))
        }
        throw MIMEError(.invalidAddress, field: "address")
    }

    /// The part behind the last `@`.
    package var domain: Substring {
        address[address.index(after: address.lastIndex(of: "@") ?? address.startIndex)...]
    }

    /// Whether the address needs SMTPUTF8 and RFC 6532 headers.
    package var requiresUTF8: Bool { !address.utf8.allSatisfy { $0 < 0x80 } }

    private static func trim(_ text: Substring) -> Substring {
        var rest = text
        while let first = rest.first, first == " " || first == "\t" { rest.removeFirst() }
        while let last = rest.last, last == " " || last == "\t" { rest.removeLast() }
        return rest
    }

    /// Quotes are taken off leniently: some writers do not escape quotes inside.
    private static func unquote(_ phrase: Substring) -> String {
        guard phrase.count >= 2, phrase.first == "\"", phrase.last == "\"" else {
            return EncodedWord.decode(String(phrase))
        }
        var name = String.UnicodeScalarView()
        var escaped = false
        for scalar in phrase.dropFirst().dropLast().unicodeScalars {
            if scalar == "\\", !escaped {
                escaped = true
            } else {
                name.append(scalar)
                escaped = false
            }
        }
        return String(name)
    }
}

extension Mailbox {
    /// RFC 5322 `addr-spec` without comments and folding; letters outside ASCII as in RFC 6532.
    static func isAddress(_ address: String) -> Bool {
        guard address.utf8.count <= 320, let at = address.lastIndex(of: "@") else { return false }
        return isLocalPart(address[..<at].utf8) && isDomain(address[address.index(after: at)...].utf8)
    }

    private static func isLocalPart(_ local: Substring.UTF8View) -> Bool {
        guard let first = local.first else { return false }
        return first == UInt8(ascii: "\"") ? isQuotedString(local) : isDotted(local, ASCIIClass.isAtomText)
    }

    private static func isDomain(_ domain: Substring.UTF8View) -> Bool {
        guard domain.first == UInt8(ascii: "[") else {
            return isDotted(domain) { ASCIIClass.isAlphanumeric($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
        }
        let literal = domain.dropFirst().dropLast()
        return domain.last == UInt8(ascii: "]") && !literal.isEmpty
            && literal.allSatisfy { ASCIIClass.isAlphanumeric($0) || ":.-".utf8.contains($0) }
    }

    private static func isDotted(_ text: Substring.UTF8View, _ isPart: (UInt8) -> Bool) -> Bool {
        text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { part in
            !part.isEmpty && part.allSatisfy { isPart($0) || $0 >= 0x80 }
        }
    }

    private static func isQuotedString(_ text: Substring.UTF8View) -> Bool {
        guard text.count >= 2, text.last == UInt8(ascii: "\"") else { return false }
        var escaped = false
        for byte in text.dropFirst().dropLast() {
            guard !ASCIIClass.isControl(byte), escaped || byte != UInt8(ascii: "\"") else { return false }
            escaped = !escaped && byte == UInt8(ascii: "\\")
        }
        return !escaped
    }
}
