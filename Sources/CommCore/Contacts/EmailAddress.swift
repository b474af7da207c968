/// An e-mail address that mail can be sent to, checked by the rules of RFC 5321 and RFC 5322.
///
/// Policy: dot-atom local parts in ASCII; domains with at least two labels, international ones turned to ASCII (IDNA 2008, UTS 46
/// non-transitional); no IP literals, no comments, no display names. `Policy` opens what a deployment wants beside that.
/// Two addresses are equal when their normalized forms are.
package struct EmailAddress: Sendable {
    /// What is accepted beyond ordinary addresses.
    package struct Policy: OptionSet, Sendable {
        package let rawValue: UInt8

        package init(rawValue: UInt8) {
            self.rawValue = rawValue
        }

        /// `"john doe"@example.com`: legal, but nearly always a mistake in a list.
        package static let quotedLocalPart = Policy(rawValue: 1)
        /// `jürgen@example.com`: needs SMTPUTF8 on the whole way (RFC 6531).
        package static let internationalLocalPart = Policy(rawValue: 2)
        /// `root@localhost`.
        package static let singleLabelDomain = Policy(rawValue: 4)
    }

    /// As it was written, without the blanks around it.
    package let original: String
    /// As it is handed to mail servers: the local part as written, an international domain in its ASCII form.
    package let deliverable: String
    /// The key for comparing: all lower case, the domain in its ASCII form, needless quotes around the local part removed.
    package let normalized: String
    /// The domain of the normalized form.
    package let domain: String

    /// Reads an address; blanks around it are ignored.
    package init(_ text: String, policy: Policy = []) throws(EmailAddressProblem) {
        let bytes = Array(text.utf8.drop(while: Self.isBlank).reversed().drop(while: Self.isBlank).reversed())
        let parts = try bytes.withUnsafeBufferPointer { (raw) throws(EmailAddressProblem) in try EmailAddressParts(raw, policy: policy) }
        let local = bytes[..<parts.divider]
        original = String(decoding: bytes, as: UTF8.self)
        if let asciiDomain = parts.asciiDomain {
            domain = String(decoding: asciiDomain, as: UTF8.self)
            deliverable = String(decoding: local, as: UTF8.self) + "@" + domain
        } else {
            domain = String(decoding: bytes[(parts.divider + 1)...].map(EmailAddressSyntax.lowercase), as: UTF8.self)
            deliverable = original
        }
        normalized = EmailAddressParts.normalizedLocalPart(local, parts.localPart) + "@" + domain
    }

    /// Checks an address (without blanks around it) and appends its normalized form, without making a `String` for an ordinary one.
    package static func appendNormalized(
        _ address: UnsafeBufferPointer<UInt8>,
        policy: Policy = [],
        to output: inout [UInt8]
    ) throws(EmailAddressProblem) {
        let parts = try EmailAddressParts(address, policy: policy)
        guard parts.localPart == .dotAtom, parts.asciiDomain == nil else {
            output.append(contentsOf: try EmailAddress(String(decoding: address, as: UTF8.self), policy: policy).normalized.utf8)
            return
        }
        for byte in address { output.append(EmailAddressSyntax.lowercase(byte)) }
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r") || byte == UInt8(ascii: "\n")
    }
}

extension EmailAddress: Hashable {
    package static func == (left: EmailAddress, right: EmailAddress) -> Bool {
        left.normalized == right.normalized
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(normalized)
    }
}
