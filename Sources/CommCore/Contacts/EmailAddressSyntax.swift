/// The grammar of addresses (RFC 5321 §4.1.2, RFC 5322 §3.4.1) over bytes; no allocation, so that an import can check millions.
enum EmailAddressSyntax {
    /// What a local part is made of.
    enum LocalPart {
        case dotAtom, quoted, international
    }

    static let longestAddress = 254
    static let longestLocalPart = 64
    static let longestDomain = 253
    static let longestLabel = 63

    /// Place of the @ that divides local part and domain.
    static func divider(_ address: UnsafeBufferPointer<UInt8>) throws(EmailAddressProblem) -> Int {
        guard let first = address.first else { throw .empty }
        var index = first == UInt8(ascii: "\"") ? endOfQuoted(address) : 0
        while index < address.count, address[index] != UInt8(ascii: "@") { index += 1 }
        guard index < address.count else { throw .missingAt }
        guard !address[(index + 1)...].contains(UInt8(ascii: "@")) else { throw .multipleAt }
        return index
    }

    /// Checks a local part as it is written.
    static func checkLocalPart(_ local: UnsafeBufferPointer<UInt8>) throws(EmailAddressProblem) -> LocalPart {
        guard let first = local.first else { throw .emptyLocalPart }
        guard local.count <= longestLocalPart else { throw .localPartTooLong }
        if first == UInt8(ascii: "\"") {
            try checkQuoted(local)
            return .quoted
        }
        var kind = LocalPart.dotAtom
        var previous = UInt8(ascii: ".")
        for byte in local {
            if byte == UInt8(ascii: ".") {
                guard previous != byte else { throw .localPartDot }
            } else if byte >= 0x80 {
                kind = .international
            } else if !isAtomText(byte) {
                throw .localPartCharacter
            }
            previous = byte
        }
        guard previous != UInt8(ascii: ".") else { throw .localPartDot }
        return kind
    }

    /// Checks a domain in ASCII; returns whether a label is an encoded international one (`xn--`).
    static func checkDomain(_ domain: UnsafeBufferPointer<UInt8>, allowsSingleLabel: Bool) throws(EmailAddressProblem) -> Bool {
        guard let first = domain.first else { throw .emptyDomain }
        guard first != UInt8(ascii: "[") else { throw .addressLiteral }
        guard domain.count <= longestDomain else { throw .domainTooLong }
        var labelStart = 0
        var labels = 1
        var digitsOnly = true
        var isEncoded = false
        for (index, byte) in domain.enumerated() {
            if byte == UInt8(ascii: ".") {
                try checkLabel(domain, labelStart, index)
                isEncoded = isEncoded || isEncodedLabel(domain, labelStart, index)
                labelStart = index + 1
                labels += 1
                digitsOnly = true
            } else if isLetter(byte) || byte == UInt8(ascii: "-") {
                digitsOnly = false
            } else if !isDigit(byte) {
                throw .labelCharacter
            }
        }
        try checkLabel(domain, labelStart, domain.count)
        isEncoded = isEncoded || isEncodedLabel(domain, labelStart, domain.count)
        guard labels > 1 || allowsSingleLabel else { throw .singleLabel }
        guard !digitsOnly else { throw .numericTopLevel }
        return isEncoded
    }

    /// Lower case for an ASCII letter, any other byte as it is.
    @inline(__always)
    static func lowercase(_ byte: UInt8) -> UInt8 {
        byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte
    }

    // MARK: - Pieces

    private static func checkLabel(
        _ domain: UnsafeBufferPointer<UInt8>,
        _ start: Int,
        _ end: Int
    ) throws(EmailAddressProblem) {
        guard start < end else { throw .emptyLabel }
        guard end - start <= longestLabel else { throw .labelTooLong }
        guard domain[start] != UInt8(ascii: "-"), domain[end - 1] != UInt8(ascii: "-") else { throw .labelHyphen }
    }

    private static func isEncodedLabel(_ domain: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) -> Bool {
        end - start > 4 && domain[start + 2] == UInt8(ascii: "-") && domain[start + 3] == UInt8(ascii: "-")
            && lowercase(domain[start]) == UInt8(ascii: "x") && lowercase(domain[start + 1]) == UInt8(ascii: "n")
    }

    /// Place behind the closing quote, or the end when there is none.
    private static func endOfQuoted(_ address: UnsafeBufferPointer<UInt8>) -> Int {
        var index = 1
        while index < address.count {
            switch address[index] {
            case UInt8(ascii: "\\"): index += 2
            case UInt8(ascii: "\""): return index + 1
            default: index += 1
            }
        }
        return min(index, address.count)
    }

    private static func checkQuoted(_ local: UnsafeBufferPointer<UInt8>) throws(EmailAddressProblem) {
        guard endOfQuoted(local) == local.count, local.count >= 2, local.last == UInt8(ascii: "\"") else { throw .localPartCharacter }
        guard local.count > 2 else { throw .emptyLocalPart }
        guard local.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) else { throw .localPartCharacter }
    }

    /// Letters, digits and ``!#$%&'*+-/=?^_`{|}~`` (RFC 5322 atext), as a bit for each of the 128 ASCII codes.
    @inline(__always)
    private static func isAtomText(_ byte: UInt8) -> Bool {
        let low: UInt64 = 0xA3FF_ACFA_0000_0000
        let high: UInt64 = 0x7FFF_FFFF_C7FF_FFFE
        return byte < 64 ? (low >> UInt64(byte)) & 1 == 1 : (high >> UInt64(byte & 63)) & 1 == 1
    }

    @inline(__always)
    private static func isLetter(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- UInt8(ascii: "a") < 26
    }

    @inline(__always)
    private static func isDigit(_ byte: UInt8) -> Bool {
        byte &- UInt8(ascii: "0") < 10
    }
}
