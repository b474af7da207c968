import FoundationEssentials

/// A text message on its way to a gateway.
package struct SMSMessage: Sendable, Equatable {
    /// Who it is for a provider, in whose reports it comes back.
    package let reference: MessageReference
    /// The recipient's number (E.164).
    package let recipient: String
    package let body: String
    /// After so long nobody wants it any more (seconds); nil for as long as the provider tries.
    package let validity: Int?

    /// - Throws: ``SMSError`` for what no provider would take.
    package init(reference: MessageReference, recipient: String, body: String, validity: Int? = nil) throws(SMSError) {
        guard Self.isNumber(recipient) else { throw SMSError.invalidRecipient }
        guard body.contains(where: { !$0.isWhitespace }) else { throw SMSError.emptyBody }
        self.reference = reference
        self.recipient = recipient
        self.body = body
        self.validity = validity
    }

    /// Whether a text is a telephone number as networks use it: `+`, the country, at most 15 digits.
    package static func isNumber(_ text: String) -> Bool {
        let digits = text.utf8.dropFirst()
        return text.utf8.first == UInt8(ascii: "+") && (7...15).contains(digits.count) && digits.first != UInt8(ascii: "0")
            && digits.allSatisfy { (0x30...0x39).contains($0) }
    }
}

/// Why a text message cannot be one.
package enum SMSError: Error, Sendable, Equatable {
    case invalidRecipient
    case emptyBody
}
