import FoundationEssentials

/// What a tenant tracks, and where its links lead.
package struct TrackingSettings: Sendable, Equatable {
    /// Of a tenant that has set nothing.
    package static let standard = TrackingSettings(opens: false, clicks: true, scannerTrap: true)

    /// Whether mails hold an image that reports their opening.
    package var opens: Bool
    /// Whether links lead through the tracking domain.
    package var clicks: Bool
    /// Whether mails with tracked links hold one that no reader sees.
    package var scannerTrap: Bool
    /// The tenant's own tracking domain, `news.example.com`.
    package var domain: String?
    /// When the domain was found to lead here; nil: not yet, and links use the deployment's domain.
    package var domainVerifiedAt: Date?

    /// Where tracked links lead; nil for the deployment's own domain.
    var base: String? {
        guard let domain, domainVerifiedAt != nil else { return nil }
        return "https://\(domain)"
    }
}

/// A change of the settings as it was received; nil leaves a setting as it is.
package struct TrackingSettingsPatch: Sendable, Equatable {
    package let opens: Bool?
    package let clicks: Bool?
    package let scannerTrap: Bool?
    /// Empty takes the domain away.
    package let domain: String?

    package init(opens: Bool? = nil, clicks: Bool? = nil, scannerTrap: Bool? = nil, domain: String? = nil) {
        self.opens = opens
        self.clicks = clicks
        self.scannerTrap = scannerTrap
        self.domain = domain
    }

    /// The settings after the change; another domain has to be verified anew.
    ///
    /// - Throws: `TenancyError` with `invalid`.
    func applied(to settings: TrackingSettings) throws -> TrackingSettings {
        var result = settings
        result.opens = opens ?? settings.opens
        result.clicks = clicks ?? settings.clicks
        result.scannerTrap = scannerTrap ?? settings.scannerTrap
        guard let domain else { return result }
        let name = try Self.checked(domain)
        if name != settings.domain { (result.domain, result.domainVerifiedAt) = (name, nil) }
        return result
    }

    /// In its ASCII form and lower case; nil when empty.
    private static func checked(_ domain: String) throws -> String? {
        guard !domain.isEmpty else { return nil }
        guard let name = try? EmailAddress("x@\(domain)").domain, name.contains(".") else {
            let problem = FieldProblem(
                field: "tracking_domain",
                code: "invalid",
                message: "tracking_domain must be the name of a host, such as news.example.com"
            )
            throw TenancyError(.invalid, problem.message, problems: [problem])
        }
        return name
    }
}
