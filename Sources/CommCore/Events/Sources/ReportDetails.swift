import FoundationEssentials

/// What is kept of a provider's report beside its type: the payload of its event.
struct ReportDetails: Encodable, Sendable {
    /// The provider's own name of the report.
    var providerEventID: String?
    var bounceClass: BounceClass?
    var smtpCode: Int?
    var enhancedCode: String?
    /// What the recipient's server said, without addresses.
    var diagnostic: String?
    /// A word of the provider's for the reason.
    var reason: String?
    var url: String?
    var userAgent: String?
    var ip: String?
    /// The provider's verdict on who opened or clicked, when it was no human.
    var bot: String?
    /// In how many parts a text message travelled.
    var segments: Int?
    /// Whether the address is to be suppressed although nothing new bounced: the provider's own list has it.
    var isSuppressedThere = false

    /// What was said, as a server says it: codes, then words.
    var answer: String? {
        let parts = [smtpCode.map(String.init), enhancedCode, diagnostic, reason].compactMap(\.self).filter { !$0.isEmpty }
        return parts.isEmpty ? nil : parts.joined(separator: " ")
    }

    var bounceKind: BounceKind? {
        isSuppressedThere ? .hard : bounceClass?.kind
    }

    enum CodingKeys: String, CodingKey {
        case diagnostic, reason, url, userAgent, ip, bot, segments
        case providerEventID = "provider_event_id"
        case bounceType = "bounce_type"
        case bounceClass = "bounce_class"
        case smtpCode = "smtp_code"
        case enhancedCode = "enhanced_code"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(providerEventID.map { Self.clip($0, to: 200) }, forKey: .providerEventID)
        try container.encodeIfPresent(bounceClass?.kind, forKey: .bounceType)
        try container.encodeIfPresent(bounceClass, forKey: .bounceClass)
        try container.encodeIfPresent(smtpCode, forKey: .smtpCode)
        try container.encodeIfPresent(enhancedCode.map { Self.clip($0, to: 20) }, forKey: .enhancedCode)
        try container.encodeIfPresent(diagnostic.map(ProviderText.clean), forKey: .diagnostic)
        try container.encodeIfPresent(reason.map(ProviderText.clean), forKey: .reason)
        try container.encodeIfPresent(url.map { Self.clip($0, to: 2000) }, forKey: .url)
        try container.encodeIfPresent(userAgent.map { Self.clip($0, to: 500) }, forKey: .userAgent)
        try container.encodeIfPresent(ip.map { Self.clip($0, to: 45) }, forKey: .ip)
        try container.encodeIfPresent(bot.map { Self.clip($0, to: 20) }, forKey: .bot)
        try container.encodeIfPresent(segments, forKey: .segments)
    }

    func json() throws -> String {
        String(decoding: try JSONEncoder().encode(self), as: UTF8.self)
    }

    private static func clip(_ text: String, to length: Int) -> String {
        String(text.prefix(length)).replacing("\0", with: "")
    }
}
