/// Whether and how links get UTM parameters; stored and sent as JSON.
package struct GoogleAnalytics: Sendable, Equatable, Codable {
    package static let off = GoogleAnalytics(enabled: false)

    package let enabled: Bool
    /// How a link's own parameters and the campaign's get on, by its name; those that a link lacks are added when nil.
    package let utmPolicy: String?
    package let utmSource: String?
    package let utmMedium: String?
    package let utmCampaign: String?
    package let utmContent: String?
    package let utmTerm: String?

    package init(
        enabled: Bool,
        utmPolicy: String? = nil,
        utmSource: String? = nil,
        utmMedium: String? = nil,
        utmCampaign: String? = nil,
        utmContent: String? = nil,
        utmTerm: String? = nil
    ) {
        self.enabled = enabled
        self.utmPolicy = utmPolicy
        self.utmSource = utmSource
        self.utmMedium = utmMedium
        self.utmCampaign = utmCampaign
        self.utmContent = utmContent
        self.utmTerm = utmTerm
    }

    private enum CodingKeys: String, CodingKey {
        case enabled
        case utmPolicy = "utm_policy"
        case utmSource = "utm_source"
        case utmMedium = "utm_medium"
        case utmCampaign = "utm_campaign"
        case utmContent = "utm_content"
        case utmTerm = "utm_term"
    }
}
