/// What a request showed of who made it; kept with the event, so that a verdict can be computed again.
package struct TrackingSignals: Sendable, Equatable {
    package var userAgent: String?
    package var ip: String?
    /// Whether the request named languages, as browsers do; nil when that was not observed.
    package var hasLanguage: Bool?
    /// The request only asked where the link leads.
    package var isHead = false
    /// The request said of itself that it loads ahead of time (`Purpose`, `Sec-Purpose`, `X-Moz`).
    package var isPrefetch = false
    /// The browser said that a person's action led to it (`Sec-Fetch-User`).
    package var isUserActivated = false

    package init(
        userAgent: String? = nil,
        ip: String? = nil,
        hasLanguage: Bool? = nil,
        isHead: Bool = false,
        isPrefetch: Bool = false,
        isUserActivated: Bool = false
    ) {
        self.userAgent = userAgent
        self.ip = ip
        self.hasLanguage = hasLanguage
        self.isHead = isHead
        self.isPrefetch = isPrefetch
        self.isUserActivated = isUserActivated
    }

    /// Whether anything was observed at all: others report clicks and opens without it.
    var isEmpty: Bool {
        userAgent == nil && ip == nil && hasLanguage == nil && !isHead && !isPrefetch && !isUserActivated
    }
}

extension TrackingSignals: Codable {
    private enum CodingKeys: String, CodingKey {
        case userAgent
        case ip
        case hasLanguage = "language"
        case isHead = "head"
        case isPrefetch = "prefetch"
        case isUserActivated = "user_activated"
    }

    /// Reads what ``encode(to:)`` wrote; an event's payload holds the same members beside others.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            userAgent: try container.decodeIfPresent(String.self, forKey: .userAgent),
            ip: try container.decodeIfPresent(String.self, forKey: .ip),
            hasLanguage: try container.decodeIfPresent(Bool.self, forKey: .hasLanguage),
            isHead: try container.decodeIfPresent(Bool.self, forKey: .isHead) ?? false,
            isPrefetch: try container.decodeIfPresent(Bool.self, forKey: .isPrefetch) ?? false,
            isUserActivated: try container.decodeIfPresent(Bool.self, forKey: .isUserActivated) ?? false
        )
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(userAgent, forKey: .userAgent)
        try container.encodeIfPresent(ip, forKey: .ip)
        try container.encodeIfPresent(hasLanguage, forKey: .hasLanguage)
        if isHead { try container.encode(true, forKey: .isHead) }
        if isPrefetch { try container.encode(true, forKey: .isPrefetch) }
        if isUserActivated { try container.encode(true, forKey: .isUserActivated) }
    }
}
