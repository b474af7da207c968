import FoundationEssentials

/// How a template is compiled for a campaign.
package struct CompileOptions: Sendable {
    package var campaignID: UUID
    /// What may stand in a merge tag besides `name`, `identity_name`, `email` and `unsubscribe_url`.
    package var fields: KnownFields
    package var utm: UTMOptions
    /// Whether links lead through the tracking domain.
    package var trackLinks: Bool
    /// Only for showing tracked links in `CompiledTemplate.html` and `.text`; the program does not depend on it.
    package var trackingBase: String
    /// Shown by mail programs beside the subject; hidden in the mail.
    ///
    /// May hold merge tags.
    package var preheader: String?
    /// Whether an image that reports the opening of the mail is added.
    package var openPixel: Bool
    /// Whether the image is left out for recipients who asked not to be tracked, by the program's field of that name.
    package var honoursOptOut = false
    /// Whether a link that no reader can see is added: whoever follows it is no reader.
    package var scannerTrap = false
    /// The tenant's own tracking domain, `https://news.example.com`; nil for the deployment's.
    package var ownTrackingBase: String?
    /// Whether tables, cells, rows and images also get the attributes that Outlook for Windows goes by.
    package var outlookAttributes: Bool
    /// How the text part that is made from the HTML shows where links lead.
    package var textLinks: TextLinks
    /// Hosts whose links are not tracked, and those below them: `example.com` means `www.example.com`, too.
    package var untrackedHosts: [String]
    package var dangerousContent: DangerousContentPolicy
    package var limits: CompileLimits
    /// The language of dates and numbers for recipients who have none, such as `en` or `pt-BR`.
    package var language = "en"

    /// Options of a campaign, with the defaults of the product.
    package init(
        campaignID: UUID,
        fields: KnownFields = .anyAttribute,
        utm: UTMOptions = UTMOptions(),
        trackLinks: Bool = true,
        trackingBase: String = "https://tracking.invalid",
        preheader: String? = nil,
        openPixel: Bool = false,
        outlookAttributes: Bool = false,
        textLinks: TextLinks = .inline,
        untrackedHosts: [String] = [],
        dangerousContent: DangerousContentPolicy = .remove,
        limits: CompileLimits = CompileLimits()
    ) {
        self.campaignID = campaignID
        self.fields = fields
        self.utm = utm
        self.trackLinks = trackLinks
        self.trackingBase = trackingBase
        self.preheader = preheader
        self.openPixel = openPixel
        self.outlookAttributes = outlookAttributes
        self.textLinks = textLinks
        self.untrackedHosts = untrackedHosts
        self.dangerousContent = dangerousContent
        self.limits = limits
    }
}

extension CompileOptions {
    /// How the text part shows where links lead.
    package enum TextLinks: String, Sendable, Codable, CaseIterable {
        /// `our shop (https://example.com)`
        case inline
        /// `our shop [1]`, and the addresses at the end.
        case footnotes
    }
}

/// Which contact attributes merge tags may name.
package enum KnownFields: Sendable, Equatable {
    /// Every well-formed key: `{{city}}` is the attribute `city`, and empty where a contact has none.
    case anyAttribute
    /// These keys of attributes only.
    case attributes(Set<String>)
}
