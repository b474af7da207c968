import Foundation

/// A checked address: where it is divided, what its local part is, and its domain in ASCII when that is not as written.
struct EmailAddressParts {
    let divider: Int
    let localPart: EmailAddressSyntax.LocalPart
    /// The domain by IDNA, lower case; `nil` when the domain is plain ASCII.
    let asciiDomain: [UInt8]?

    /// No address that could be accepted is written in more bytes: it bounds the work on hostile input.
    private static let longestSpelling = 2_048

    init(_ address: UnsafeBufferPointer<UInt8>, policy: EmailAddress.Policy) throws(EmailAddressProblem) {
        guard address.count <= Self.longestSpelling else { throw .tooLong }
        divider = try EmailAddressSyntax.divider(address)
        let local = UnsafeBufferPointer(rebasing: address[..<divider])
        let domain = UnsafeBufferPointer(rebasing: address[(divider + 1)...])
        localPart = try EmailAddressSyntax.checkLocalPart(local)
        switch localPart {
        case .dotAtom: break
        case .quoted: guard policy.contains(.quotedLocalPart) else { throw .localPartQuoted }
        case .international: try Self.checkInternational(local, policy)
        }
        asciiDomain = try Self.asciiDomain(domain, allowsSingleLabel: policy.contains(.singleLabelDomain))
        guard local.count + 1 + (asciiDomain?.count ?? domain.count) <= EmailAddressSyntax.longestAddress else { throw .tooLong }
    }

    /// The local part for comparing: lower case, composed (NFC), without needless quotes or escapes.
    static func normalizedLocalPart(_ local: ArraySlice<UInt8>, _ kind: EmailAddressSyntax.LocalPart) -> String {
        switch kind {
        case .dotAtom:
            String(decoding: local.map(EmailAddressSyntax.lowercase), as: UTF8.self)
        case .international:
            String(decoding: local, as: UTF8.self).lowercased().precomposedStringWithCanonicalMapping
        case .quoted:
            normalizedQuoted(local)
        }
    }

    private static func normalizedQuoted(_ local: ArraySlice<UInt8>) -> String {
        var content: [UInt8] = []
        var isEscaped = false
        for byte in local.dropFirst().dropLast() {
            if byte == UInt8(ascii: "\\"), !isEscaped {
                isEscaped = true
            } else {
                content.append(EmailAddressSyntax.lowercase(byte))
                isEscaped = false
            }
        }
        let kind = content.withUnsafeBufferPointer { try? EmailAddressSyntax.checkLocalPart($0) }
        guard kind != .dotAtom else { return String(decoding: content, as: UTF8.self) }
        let escaped = content.flatMap { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") ? [UInt8(ascii: "\\"), $0] : [$0] }
        return "\"" + String(decoding: escaped, as: UTF8.self) + "\""
    }

    private static func checkInternational(
        _ local: UnsafeBufferPointer<UInt8>,
        _ policy: EmailAddress.Policy
    ) throws(EmailAddressProblem) {
        guard let text = String(validating: local, as: UTF8.self) else { throw .invalidUTF8 }
        guard policy.contains(.internationalLocalPart) else { throw .localPartInternational }
        let isPrintable = text.unicodeScalars.allSatisfy {
            !$0.properties.isWhitespace && ![.control, .format, .unassigned, .privateUse].contains($0.properties.generalCategory)
        }
        guard isPrintable else { throw .localPartCharacter }
    }

    private static func asciiDomain(
        _ domain: UnsafeBufferPointer<UInt8>,
        allowsSingleLabel: Bool
    ) throws(EmailAddressProblem) -> [UInt8]? {
        if domain.allSatisfy({ $0 < 0x80 }) {
            guard try EmailAddressSyntax.checkDomain(domain, allowsSingleLabel: allowsSingleLabel) else { return nil }
        }
        guard let text = String(validating: domain, as: UTF8.self) else { throw .invalidUTF8 }
        let ascii = try InternationalDomain.ascii(text)
        _ = try ascii.withUnsafeBufferPointer { (raw) throws(EmailAddressProblem) in
            try EmailAddressSyntax.checkDomain(raw, allowsSingleLabel: allowsSingleLabel)
        }
        return ascii
    }
}
