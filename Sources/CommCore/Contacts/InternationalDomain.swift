import CIDN2

/// International domain names in their ASCII form (IDNA 2008 with UTS 46 non-transitional mapping), by libidn2.
enum InternationalDomain {
    /// The ASCII form, lower case: `münchen.de` becomes `xn--mnchen-3ya.de`, and `xn--` labels are checked.
    static func ascii(_ domain: String) throws(EmailAddressProblem) -> [UInt8] {
        let flags = CInt(IDN2_NFC_INPUT.rawValue | IDN2_NONTRANSITIONAL.rawValue | IDN2_USE_STD3_ASCII_RULES.rawValue)
        var output: UnsafeMutablePointer<UInt8>?
        // A NUL would end the C string early, so that only a part of the domain were checked.
        guard !domain.utf8.contains(0) else { throw .labelCharacter }
        let status = idn2_lookup_u8(domain, &output, flags)
        defer { idn2_free(output) }
        guard status == IDN2_OK.rawValue, let output else { throw problem(status) }
        return Array(UnsafeBufferPointer(start: output, count: length(output)))
    }

    private static func length(_ text: UnsafeMutablePointer<UInt8>) -> Int {
        var end = text
        while end.pointee != 0 { end += 1 }
        return end - text
    }

    private static func problem(_ status: CInt) -> EmailAddressProblem {
        switch status {
        case IDN2_TOO_BIG_DOMAIN.rawValue: .domainTooLong
        case IDN2_TOO_BIG_LABEL.rawValue: .labelTooLong
        default: .internationalDomain
        }
    }
}
