/// Something about a campaign's analytics that its author may not have meant; in the answer to compiling.
package struct GoogleAnalyticsWarning: Sendable, Equatable, Codable {
    package enum Severity: String, Sendable, Codable {
        case info, warning
    }

    package let type: String
    package let title: String
    package let message: String
    package let recommendation: String
    package let severity: Severity
    /// How many links it is about.
    package var count: Int?
}

/// Compares a campaign's analytics with the links of its mail.
package enum GoogleAnalyticsAdvice {
    /// Nil when analytics are off.
    package static func warnings(on analytics: GoogleAnalytics, links: [LinkReport]) -> [GoogleAnalyticsWarning]? {
        guard analytics.enabled else { return nil }
        return [nothingMarked(links), ownParameters(links), noName(analytics), spelling(analytics)].compactMap { $0 }
    }

    private static func nothingMarked(_ links: [LinkReport]) -> GoogleAnalyticsWarning? {
        guard !links.contains(where: { !$0.utmApplied.isEmpty }) else { return nil }
        return GoogleAnalyticsWarning(
            type: "no_links_marked",
            title: "No link carries the campaign",
            message: "Analytics are on, but no link of the mail gets a campaign parameter.",
            recommendation: "Add links to your site, or switch analytics off.",
            severity: .warning
        )
    }

    private static func ownParameters(_ links: [LinkReport]) -> GoogleAnalyticsWarning? {
        let count = links.count { $0.original.lowercased().contains("utm_") }
        guard count > 0 else { return nil }
        return GoogleAnalyticsWarning(
            type: "links_with_own_parameters",
            title: "Links with parameters of their own",
            message: "\(count) links have campaign parameters of their own; their visits may be counted under another campaign.",
            recommendation: "Take the parameters out of the template if these visits are to count for this campaign.",
            severity: .info,
            count: count
        )
    }

    private static func noName(_ analytics: GoogleAnalytics) -> GoogleAnalyticsWarning? {
        guard analytics.utmCampaign.nonEmpty == nil else { return nil }
        return GoogleAnalyticsWarning(
            type: "default_campaign_name",
            title: "The campaign has no name in analytics",
            message: "utm_campaign is not set, so a name made of the campaign's id is used.",
            recommendation: "Set utm_campaign to a name that you recognise in reports.",
            severity: .info
        )
    }

    private static func spelling(_ analytics: GoogleAnalytics) -> GoogleAnalyticsWarning? {
        let values = [analytics.utmSource, analytics.utmMedium, analytics.utmCampaign, analytics.utmContent, analytics.utmTerm]
        guard values.contains(where: { $0?.contains { $0.isUppercase || $0.isWhitespace } ?? false }) else { return nil }
        return GoogleAnalyticsWarning(
            type: "inconsistent_spelling",
            title: "Capitals or blanks in parameters",
            message: "Reports take Spring and spring for two campaigns, and show blanks encoded.",
            recommendation: "Write parameters in small letters, with _ or - for blanks.",
            severity: .warning
        )
    }
}
