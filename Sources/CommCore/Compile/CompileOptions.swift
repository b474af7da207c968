import FoundationEssentials

/// How a template is compiled for a campaign.
package struct CompileOptions: Sendable {
    package var campaignID: UUID
    /// What may stand in a merge tag besides `name`, `identity_name`, `email` and `unsubscribe_url`.
    package var fields: KnownFields
    package var utm: UTMOptions
    /// Whether links lead through the tracking domain.
    package var trackLinks: Bool
    /// Hosts that links always lead to directly.
    package var untrackedHosts: [String]
    /// Only for showing tracked links in `CompiledTemplate.html` and `.text`; the program does not depend on it.
    package var trackingBase: String
    /// Shown by mail programs beside the subject; hidden in the mail.
    ///
    /// May hold merge tags.
    package var preheader: String?
    /// Whether an image that reports the opening of the mail is added.
    package var openPixel: Bool
    package var dangerousContent: DangerousContentPolicy
    package var limits: CompileLimits

    /// Options of a campaign, with the defaults of the product.
    package init(
        campaignID: UUID,
        fields: KnownFields = .anyAttribute,
        utm: UTMOptions = UTMOptions(),
        trackLinks: Bool = true,
        trackingBase: String = "https://tracking.invalid",
        preheader: String? = nil,
        openPixel: Bool = false,
        dangerousContent: DangerousContentPolicy = .remove,
        limits: CompileLimits = CompileLimits(),
        untrackedHosts: [String] = []
    ) {
        self.campaignID = campaignID
        self.fields = fields
        self.utm = utm
        self.trackLinks = trackLinks
        self.trackingBase = trackingBase
        self.preheader = preheader
        self.openPixel = openPixel
        self.dangerousContent = dangerousContent
        self.limits = limits
        self.untrackedHosts = untrackedHosts
    }
}

/// Which contact attributes merge tags may name.
package enum KnownFields: Sendable, Equatable {
    /// Every well-formed key: `{{city}}` is the attribute `city`, and empty where a contact has none.
    case anyAttribute
    /// These keys of attributes only.
    case attributes(Set<String>)
}

/// What becomes of scripts, event handlers and URLs that run code.
package enum DangerousContentPolicy: String, Sendable, Codable, CaseIterable {
    /// They are taken out and reported as warnings.
    case remove
    /// The template is refused.
    case refuse
}
