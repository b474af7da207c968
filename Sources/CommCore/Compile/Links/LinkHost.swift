/// The host that a web link leads to.
struct LinkHost: Equatable {
    /// In lower case, international names in their ASCII form where they have one; without port, user and trailing dot.
    let name: String
    /// As the author wrote it, in lower case.
    let spelled: String

    /// The host of a link; nil when it is not of the web, or depends on the recipient.
    init?(_ url: LinkURL) {
        guard let first = url.parts.first, case .text(let text) = first else { return nil }
        // A tag may still change the host as long as that has not ended.
        guard let host = Self.authority(of: text, isWhole: url.parts.count == 1) else { return nil }
        self.init(host)
    }

    /// The host of an address without merge tags.
    init?(address: String) {
        guard let host = Self.authority(of: address, isWhole: true) else { return nil }
        self.init(host)
    }

    private init?(_ authority: Substring) {
        let behindUser = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority
        var host = behindUser.hasPrefix("[") ? behindUser.prefix { $0 != "]" } + "]" : behindUser.prefix { $0 != ":" }
        while host.last == "." { host.removeLast() }
        guard !host.isEmpty else { return nil }
        spelled = host.lowercased()
        let ascii = spelled.utf8.allSatisfy { $0 < 0x80 } ? nil : try? InternationalDomain.ascii(spelled)
        name = ascii.map { String(decoding: $0, as: UTF8.self) } ?? spelled
    }

    private static func authority(of text: String, isWhole: Bool) -> Substring? {
        guard ["http", "https"].contains(URLScheme.of(text.utf8)) else { return nil }
        let rest = text.drop { $0 != ":" }.dropFirst()
        // Browsers take a backslash for a slash here.
        guard rest.hasPrefix("//") || rest.hasPrefix("\\\\") || rest.hasPrefix("/\\") || rest.hasPrefix("\\/") else { return nil }
        let authority = rest.dropFirst(2).prefix { !"/?#\\".contains($0) }
        return isWhole || authority.endIndex < text.endIndex ? authority : nil
    }

    /// Whether an address leaves the protocol to the page that it stands on: `//example.com/`.
    static func isProtocolRelative(_ address: String) -> Bool {
        let text = address.drop { $0.isWhitespace }
        guard text.hasPrefix("//"), let next = text.dropFirst(2).utf8.first else { return false }
        return (0x30...0x39).contains(next) || (0x61...0x7A).contains(next | 0x20) || next >= 0x80 || next == UInt8(ascii: "[")
            || text.dropFirst(2).hasPrefix("{{")
    }

    /// Whether a domain is this host or one above it, label by label.
    func isAtOrBelow(_ domain: String) -> Bool {
        var domain = domain.lowercased()[...]
        while domain.first == "." || domain.first == "*" { domain.removeFirst() }
        while domain.last == "." { domain.removeLast() }
        guard !domain.isEmpty else { return false }
        let isASCII = domain.utf8.allSatisfy { $0 < 0x80 }
        let ascii = isASCII ? nil : (try? InternationalDomain.ascii(String(domain))).map { String(decoding: $0, as: UTF8.self) }
        let above = ascii ?? String(domain)
        return name == above || name.hasSuffix("." + above)
    }
}
