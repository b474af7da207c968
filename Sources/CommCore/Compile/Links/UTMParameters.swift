import FoundationEssentials

/// The campaign parameters of a mail, and how they get into its links.
struct UTMParameters {
    private let policy: UTMOptions.Policy
    private let parameters: [(name: String, value: String)]

    /// The options with the defaults of the contract filled in.
    init(_ options: UTMOptions, campaignID: UUID) {
        policy = options.policy
        let campaign = "campaign_" + campaignID.uuidString.lowercased().prefix(8)
        let all = [
            ("utm_source", options.source ?? "motorical_email"), ("utm_medium", options.medium ?? "email"),
            ("utm_campaign", options.campaign ?? campaign), ("utm_content", options.content ?? "email_link"),
            ("utm_term", options.term ?? ""),
        ]
        parameters = all.filter { !$0.1.isEmpty }
    }

    /// The link with the parameters that the policy gives it, and their names.
    func apply(to url: LinkURL) -> (url: LinkURL, applied: [String]) {
        // Where a URL begins with a recipient's value there is no telling whether it has a query or a fragment.
        guard policy != .preserve, !url.start.isEmpty else { return (url, []) }
        var text = MarkedURL(url)
        let existing = text.queryNames
        if policy == .override { text.removeQueryItems { name in parameters.contains { $0.name == name } } }
        let added = policy == .override ? parameters : parameters.filter { !existing.contains($0.name) }
        guard !added.isEmpty else { return (url, []) }
        text.appendToQuery(added.map { "\($0.name)=\(Self.encoded($0.value))" }.joined(separator: "&"))
        return (text.url, added.map(\.name))
    }

    private static func encoded(_ value: String) -> String {
        var output: [UInt8] = []
        Escaping.urlComponent.append(Array(value.utf8), json: false, to: &output)
        return String(decoding: output, as: UTF8.self)
    }
}

/// A URL cut at `?`, `&` and `#`, with marks where its merge tags are.
private struct MarkedURL {
    /// Of the supplementary private use plane; a URL's own are dropped.
    private static let opening: Character = "\u{F5A00}"
    private static let closing: Character = "\u{F5A01}"

    private let base: Substring
    private let fragment: Substring
    private let tags: [LinkURL.Part]
    /// Behind the question mark, byte for byte; nil without one.
    private var query: Substring?

    init(_ url: LinkURL) {
        var text = ""
        var tags: [LinkURL.Part] = []
        for part in url.parts {
            if case .text(let part) = part {
                text += part.filter { $0 != Self.opening && $0 != Self.closing }
            } else {
                text += "\(Self.opening)\(tags.count)\(Self.closing)"
                tags.append(part)
            }
        }
        let hash = text.firstIndex(of: "#") ?? text.endIndex
        let mark = text[..<hash].firstIndex(of: "?")
        self.tags = tags
        self.fragment = text[hash...]
        self.base = text[..<(mark ?? hash)]
        self.query = mark.map { text[text.index(after: $0)..<hash] }
    }

    private var items: [Substring] { query?.split(separator: "&", omittingEmptySubsequences: false) ?? [] }

    var queryNames: Set<String> { Set(items.map(Self.name)) }

    /// In lower case.
    private static func name(of item: Substring) -> String {
        item.prefix { $0 != "=" }.lowercased().replacing("%5f", with: "_")
    }

    mutating func removeQueryItems(where isUnwanted: (String) -> Bool) {
        let items = items
        let kept = items.filter { !isUnwanted(Self.name(of: $0)) }
        if kept.count < items.count { query = kept.isEmpty ? nil : kept.joined(separator: "&")[...] }
    }

    mutating func appendToQuery(_ items: String) {
        let before = query ?? ""
        query = before + (before.isEmpty || before.last == "&" ? "" : "&") + items
    }

    var url: LinkURL {
        let query = query.map { "?" + $0 } ?? ""
        var parts: [LinkURL.Part] = []
        for piece in (base + query + fragment).split(separator: Self.opening, omittingEmptySubsequences: false) {
            guard let close = piece.firstIndex(of: Self.closing), let place = Int(piece[..<close]), tags.indices.contains(place) else {
                if !piece.isEmpty { parts.append(.text(String(piece))) }
                continue
            }
            parts.append(tags[place])
            let rest = piece[piece.index(after: close)...]
            if !rest.isEmpty { parts.append(.text(String(rest))) }
        }
        return LinkURL(parts: parts)
    }
}
