/// One header field that can always be written: name and value are checked when it is made.
package struct MailHeader: Sendable, Equatable {
    /// The name as it will be written.
    package let name: String
    /// The pieces between which a line may be folded, each with the blanks that belong before it.
    let pieces: [String]

    /// A field with any text: folded, and encoded as RFC 2047 says when it is not plain ASCII.
    ///
    /// Addresses in `Reply-To`, `Sender`, `Cc` are recognised. Fields made of tokens (`List-Unsubscribe`, `References`, …) are never encoded.
    /// - Throws: `MIMEError` for CR, LF, NUL or another control character, or what cannot be written within 998 octets a line.
    package init(_ name: String, _ value: String) throws(MIMEError) {
        self.name = try Self.checkedName(name)
        guard !value.utf8.contains(where: { ASCIIClass.isControl($0) && $0 != ASCIIClass.tab }) else {
            throw MIMEError(.forbiddenCharacter, field: name)
        }
        let isASCII = value.utf8.allSatisfy { $0 < 0x80 }
        switch Kind(ASCIIClass.lowercased(name)) {
        case .text: pieces = Self.textPieces(value)
        case .addresses where !isASCII: pieces = Self.mailboxPieces([try Mailbox.parse(value)])
        case .addresses, .tokens: pieces = try Self.tokenPieces(value, name)
        }
    }

    /// A field that lists mailboxes, such as `From` or `To`.
    package init(_ name: String, mailboxes: [Mailbox]) throws(MIMEError) {
        self.name = try Self.checkedName(name)
        pieces = Self.mailboxPieces(mailboxes)
    }

    private static func mailboxPieces(_ mailboxes: [Mailbox]) -> [String] {
        var pieces: [String] = []
        for (index, mailbox) in mailboxes.enumerated() {
            let comma = index == mailboxes.count - 1 ? "" : ","
            let phrase = mailbox.displayName.map(phrasePieces) ?? []
            pieces += phrase + [phrase.isEmpty ? " \(mailbox.address)\(comma)" : " <\(mailbox.address)>\(comma)"]
        }
        return pieces
    }

    /// Appends `Name: value` with CRLF at its end and before blanks where a line would pass 78 octets.
    func append(to output: inout [UInt8]) {
        output.append(contentsOf: name.utf8)
        output.append(UInt8(ascii: ":"))
        var column = name.utf8.count + 1
        for piece in pieces {
            if column + piece.utf8.count > Self.preferredLength {
                output.append(ASCIIClass.cr)
                output.append(ASCIIClass.lf)
                column = 0
            }
            output.append(contentsOf: piece.utf8)
            column += piece.utf8.count
        }
        output.append(ASCIIClass.cr)
        output.append(ASCIIClass.lf)
    }
}

extension MailHeader {
    /// RFC 5322 §2.1.1, without CRLF.
    private static let preferredLength = 78
    private static let maximumPieceLength = 996

    /// What a value consists of, by the field's name.
    enum Kind {
        case text, tokens, addresses

        init(_ lowercasedName: String) {
            switch lowercasedName {
            case "from", "to", "cc", "bcc", "reply-to", "sender", "resent-from", "resent-to": self = .addresses
            case "message-id", "in-reply-to", "references", "date", "return-path", "received", "mime-version", "precedence",
                "feedback-id", "auto-submitted", "dkim-signature", "authentication-results":
                self = .tokens
            default: self = lowercasedName.hasPrefix("list-") || lowercasedName.hasPrefix("content-") ? .tokens : .text
            }
        }
    }

    private static func checkedName(_ name: String) throws(MIMEError) -> String {
        guard (1...76).contains(name.utf8.count), name.utf8.allSatisfy(ASCIIClass.isFieldNameText) else {
            throw MIMEError(.invalidHeaderName, field: "header name")
        }
        return name
    }

    private static func tokenPieces(_ value: String, _ name: String) throws(MIMEError) -> [String] {
        guard value.utf8.allSatisfy({ $0 < 0x80 }) else { throw MIMEError(.notASCII, field: name) }
        let pieces = words(of: value.utf8)
        guard pieces.allSatisfy({ $0.utf8.count <= maximumPieceLength }) else { throw MIMEError(.tooLong, field: name) }
        return pieces
    }

    private static func textPieces(_ value: String) -> [String] {
        let edges = [value.utf8.first, value.utf8.last]
        let plain =
            value.utf8.allSatisfy { ASCIIClass.isVisible($0) || $0 == ASCIIClass.space }
            && !value.contains("=?") && !edges.contains(ASCIIClass.space)
        if plain {
            let pieces = words(of: value.utf8)
            if pieces.allSatisfy({ $0.utf8.count <= maximumPieceLength }) { return pieces }
        }
        return EncodedWord.encode(value).map { " " + $0 }
    }

    /// Words, each with the blanks before it; blanks at either end are dropped.
    private static func words(of value: String.UTF8View) -> [String] {
        var pieces: [String] = []
        var current: [UInt8] = []
        for byte in value {
            let isBlank = byte == ASCIIClass.space || byte == ASCIIClass.tab
            if isBlank, let last = current.last, last != ASCIIClass.space, last != ASCIIClass.tab {
                pieces.append(String(decoding: current, as: UTF8.self))
                current = []
            }
            if pieces.isEmpty, current.isEmpty {
                // The blank behind the colon stands for any blanks at the start.
                if !isBlank { current = [ASCIIClass.space, byte] }
            } else {
                current.append(byte)
            }
        }
        if let last = current.last, last != ASCIIClass.space, last != ASCIIClass.tab {
            pieces.append(String(decoding: current, as: UTF8.self))
        }
        return pieces
    }

    /// A display name as atoms, a quoted string or encoded words (RFC 5322 `phrase`, RFC 2047 §5 (3)).
    private static func phrasePieces(_ name: String) -> [String] {
        let isASCII = name.utf8.allSatisfy { ASCIIClass.isVisible($0) || $0 == ASCIIClass.space }
        guard isASCII, !name.contains("=?"), name.utf8.count <= 200 else {
            return EncodedWord.encode(name).map { " " + $0 }
        }
        let atoms = name.utf8.split(separator: ASCIIClass.space, omittingEmptySubsequences: false)
        if atoms.allSatisfy({ !$0.isEmpty && $0.allSatisfy(ASCIIClass.isAtomText) }) { return words(of: name.utf8) }
        var quoted = ""
        for character in name {
            if character == "\"" || character == "\\" { quoted.append("\\") }
            quoted.append(character)
        }
        return [" \"\(quoted)\""]
    }
}
