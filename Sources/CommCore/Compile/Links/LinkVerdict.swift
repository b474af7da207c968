/// Whether a link is tracked.
enum LinkVerdict: Equatable {
    case tracked
    case untracked(LinkReport.Untracked)

    /// Looks at a link's target.
    init(_ url: LinkURL, isMarked: Bool, tracking: Bool, untrackedHosts: [String] = []) {
        if url.parts.isEmpty {
            self = .untracked(.empty)
        } else if url.parts.contains(where: Self.isUnsubscribe) {
            self = .untracked(.unsubscribe)
        } else if url.parts.contains(where: Self.isWebVersion) {
            self = .untracked(.webVersion)
        } else if url.parts.contains(where: Self.isPreferences) {
            self = .untracked(.preferences)
        } else if Self.hasForeignMarker(url) {
            self = .untracked(.foreignMarker)
        } else if url.start.hasPrefix("#") {
            self = .untracked(.anchor)
        } else if let reason = Self.unsuitable(url.start, isWhole: url.parts.count == 1) {
            self = .untracked(reason)
        } else if isMarked {
            self = .untracked(.doNotTrack)
        } else if let host = LinkHost(url), untrackedHosts.contains(where: host.isAtOrBelow) {
            self = .untracked(.untrackedHost)
        } else {
            self = tracking ? .tracked : .untracked(.off)
        }
    }

    private static func isUnsubscribe(_ part: LinkURL.Part) -> Bool {
        if case .tag(let tag) = part { tag.name == .unsubscribeURL } else { false }
    }

    private static func isWebVersion(_ part: LinkURL.Part) -> Bool {
        if case .tag(let tag) = part { tag.name == .webVersionURL } else { false }
    }

    private static func isPreferences(_ part: LinkURL.Part) -> Bool {
        if case .tag(let tag) = part { tag.name == .preferencesURL } else { false }
    }

    private static func hasForeignMarker(_ url: LinkURL) -> Bool {
        url.parts.contains { part in
            switch part {
            case .unknown: true
            case .tag, .block: false
            case .text(let text): !MergeScanner.foreignMarkers(in: Array(text.utf8)).isEmpty
            }
        }
    }

    /// Why the beginning of a URL is not that of a web address.
    ///
    /// A URL that begins with a recipient's value may be one.
    private static func unsuitable(_ start: String, isWhole: Bool) -> LinkReport.Untracked? {
        guard !start.isEmpty else { return nil }
        switch URLScheme.of(start.utf8) {
        case nil: return .relative
        case "http", "https":
            let rest = start.drop { $0 != ":" }
            let hasHost = rest.dropFirst(3).first.map { !"/?#\\".contains($0) } ?? !isWhole
            return rest.hasPrefix("://") && hasHost ? nil : .relative
        default: return .scheme
        }
    }
}
