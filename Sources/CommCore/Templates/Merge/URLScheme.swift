/// The scheme of a URL as a browser finds it, whatever was done to hide it.
package enum URLScheme {
    /// The scheme in lower case; nil when the URL is relative.
    ///
    /// Leading controls and blanks, and tabs and line breaks anywhere, are passed over as the URL standard has it.
    package static func of(_ url: some Sequence<UInt8>) -> String? {
        var scheme: [UInt8] = []
        for byte in url {
            switch byte {
            case UInt8(ascii: ":"): return scheme.isEmpty ? nil : String(decoding: scheme, as: UTF8.self)
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): scheme.append(byte | 0x20)
            case UInt8(ascii: "a")...UInt8(ascii: "z"): scheme.append(byte)
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
                guard !scheme.isEmpty else { return nil }
                scheme.append(byte)
            case 0x09, 0x0A, 0x0D: continue
            case 0...0x20 where scheme.isEmpty: continue
            default: return nil
            }
        }
        return nil
    }

    /// Whether a recipient's own value may be used as a URL of a mail.
    static func isAllowedInMail(_ url: [UInt8]) -> Bool {
        ["http", "https", "mailto", "tel", "sms"].contains(of(url))
    }
}
