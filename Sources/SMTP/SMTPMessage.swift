import NIOCore

/// An envelope and a content that can be sent as they are: checked when made, already dot-stuffed.
package struct SMTPMessage: Sendable {
    /// The reverse path; empty for a bounce.
    package let sender: String
    /// The forward paths, at least one.
    package let recipients: [String]
    /// Octets of the content before dot-stuffing, for SIZE.
    package let size: Int

    /// The content with its final dot.
    let wire: ByteBuffer
    let requiresUTF8: Bool
    let requires8BitMIME: Bool

    /// Checks addresses and content.
    ///
    /// - Parameter content: a whole mail with CRLF line ends, as `MailMessage.encoded()` makes it.
    /// - Throws: `SMTPError.Code.invalidMessage` for CR or LF on its own (which would let one mail smuggle in another), NUL,
    ///   a line over 998 octets, or an address that could end its command.
    package init(sender: String, recipients: [String], content: [UInt8]) throws(SMTPError) {
        guard !recipients.isEmpty else { throw SMTPError(.invalidMessage, "there is no recipient") }
        guard sender.isEmpty || Self.isPath(sender) else { throw SMTPError(.invalidMessage, "the sender is no address") }
        guard recipients.allSatisfy(Self.isPath) else { throw SMTPError(.invalidMessage, "a recipient is no address") }
        var stuffed = try DotStuffing.encode(content)
        stuffed.writeStaticString(".\r\n")
        wire = stuffed
        self.sender = sender
        self.recipients = recipients
        size = content.count
        let addresses = [sender] + recipients
        requiresUTF8 = addresses.contains { $0.utf8.contains { $0 >= 0x80 } }
        requires8BitMIME = content.contains { $0 >= 0x80 }
    }

    /// The same outcome for every recipient.
    func notSent(_ error: SMTPError) -> [SMTPOutcome] {
        recipients.map { _ in .notSent(error) }
    }

    /// Whether the address can stand between angle brackets without ending them or the command.
    private static func isPath(_ address: String) -> Bool {
        guard (3...320).contains(address.utf8.count), address.utf8.first != UInt8(ascii: "@"), address.utf8.last != UInt8(ascii: "@") else {
            return false
        }
        var isQuoted = false
        var isEscaped = false
        var ats = 0
        for byte in address.utf8 {
            guard byte >= 0x20, byte != 0x7F else { return false }
            if isEscaped {
                isEscaped = false
            } else if isQuoted, byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isQuoted.toggle()
            } else if !isQuoted {
                if " <>(),;:\\".utf8.contains(byte) && !(ats > 0 && byte == UInt8(ascii: ":")) { return false }
                if byte == UInt8(ascii: "@") { ats += 1 }
            }
        }
        return ats == 1 && !isQuoted && !isEscaped
    }
}
