/// Warns of links that lead people elsewhere than they think.
enum LinkDeception {
    /// Looks at a link's target and at what it shows.
    static func check(_ url: LinkURL, shownAs text: String, at offset: Int, _ context: inout CompileContext) {
        func warn(_ code: String, _ message: String) { context.warn(context.issue(code, message, at: offset)) }
        if let controls = HiddenCharacters.description(in: text) {
            warn("hidden_characters", "The text of a link holds \(controls), which can show another text than the one that is there")
        }
        guard let host = LinkHost(url) else { return }
        if let shown = shownHost(in: text), !isSameSite(shown, host) {
            warn("misleading_link", "The link shows \(shown.spelled) and leads to \(host.spelled)")
        }
        if let reason = HostLook.suspicion(of: host) { warn("lookalike_host", "The host \(host.spelled) \(reason)") }
        if hasUser(url) { warn("misleading_link", "The link's address has a user name before its host \(host.spelled)") }
        if isOurs(url, host, context) {
            warn("already_tracked_link", "The link leads through the tracking domain already, or holds a token of it")
        } else if let inner = innerHost(url), !isSameSite(inner, host) {
            warn("nested_redirect", "The link leads to \(host.spelled) and from there to \(inner.spelled)")
        }
    }

    /// The host that a text names, if the text is an address and nothing else.
    private static func shownHost(in text: String) -> LinkHost? {
        let text = text.filter { !$0.isWhitespace && !HiddenCharacters.isHidden($0) }
        guard text.utf8.count <= 300, !text.contains("@"), !text.contains("{{") else { return nil }
        if let host = LinkHost(address: text) { return host }
        let authority = text.prefix { !"/?#:".contains($0) }
        let labels = authority.split(separator: ".", omittingEmptySubsequences: false)
        guard labels.count > 1, labels.allSatisfy({ !$0.isEmpty }), let last = labels.last, (2...24).contains(last.count),
            last.allSatisfy(\.isLetter), authority.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "-" || $0 == "." })
        else { return nil }
        // Without a scheme a word with a dot in it may be a name, such as that of a file.
        let isAddress =
            labels[0].lowercased() == "www" || authority.endIndex < text.endIndex || DomainEndings.usual.contains(last.lowercased())
        return isAddress ? LinkHost(address: "https://\(text)") : nil
    }

    /// Whether two hosts are of one owner as far as their names tell: one is the other or below it, or both have the same last labels.
    private static func isSameSite(_ one: LinkHost, _ other: LinkHost) -> Bool {
        site(of: one.name) == site(of: other.name)
    }

    /// The last two labels, or three where the last two are short (`example.co.uk`).
    private static func site(of host: String) -> ArraySlice<Substring> {
        let labels = host.split(separator: ".")
        let isShort = labels.count > 2 && labels.suffix(2).allSatisfy { $0.count <= 3 }
        let isNumeric = labels.allSatisfy { $0.allSatisfy(\.isNumber) }
        return isNumeric ? labels[...] : labels.suffix(isShort ? 3 : 2)
    }

    private static func hasUser(_ url: LinkURL) -> Bool {
        url.start.drop { $0 != ":" }.dropFirst().drop { $0 == "/" || $0 == "\\" }.prefix { !"/?#\\".contains($0) }.contains("@")
    }

    /// Whether an address is one that we make ourselves.
    private static func isOurs(_ url: LinkURL, _ host: LinkHost, _ context: CompileContext) -> Bool {
        let address = url.description
        if address.contains("TRACK_TOKEN_") || hasToken(address) { return true }
        guard LinkHost(address: context.options.trackingBase) == host else { return false }
        let path = address.drop { $0 != ":" }.dropFirst(3).drop { $0 != "/" }
        return ["/c/", "/o/", "/t/"].contains { path.hasPrefix($0) }
    }

    /// Whether an address holds a signed token of the kind of ours: a header of base64url that begins like JSON, and two more parts.
    private static func hasToken(_ address: String) -> Bool {
        address.split { "/?&=#".contains($0) }.contains { part in
            guard part.hasPrefix("eyJ"), part.utf8.count > 60 else { return false }
            return part.split(separator: ".", omittingEmptySubsequences: false).count == 3
        }
    }

    /// The host of an address that is a parameter of this one; the buttons that share a page are meant to have one.
    private static func innerHost(_ url: LinkURL) -> LinkHost? {
        guard let query = url.description.split(separator: "?", maxSplits: 1).dropFirst().first else { return nil }
        let path = url.description.lowercased()
        guard !["share", "intent/", "/submit"].contains(where: { path.contains($0) }) else { return nil }
        for item in query.split(separator: "&") {
            guard let value = item.split(separator: "=", maxSplits: 1).dropFirst().first?.lowercased(), value.hasPrefix("http") else {
                continue
            }
            let plain = value.replacing("%3a", with: ":").replacing("%2f", with: "/")
            if let host = LinkHost(address: plain) { return host }
        }
        return nil
    }
}

/// The endings of names that people read as addresses without `www.` before them.
private enum DomainEndings {
    static let usual: Set<String> = [
        "com", "org", "net", "edu", "gov", "info", "biz", "shop", "store", "online", "site", "app", "dev", "io", "co", "eu", "uk", "us",
        "ca",
        "de", "at", "ch", "fr", "es", "it", "nl", "be", "pl", "se", "no", "dk", "fi", "ie", "pt", "cz", "hu", "ro", "gr", "ru", "ua", "tr",
        "il", "in", "cn", "jp", "kr", "tw", "hk", "sg", "au", "nz", "br", "mx", "ar", "za", "test", "example",
    ]
}
