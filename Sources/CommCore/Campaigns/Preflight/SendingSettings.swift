/// How a tenant sends.
package struct SendingSettings: Sendable, Equatable {
    /// Of a tenant that has set nothing.
    package static let standard = SendingSettings(preflight: PreflightPolicy(), untrackedHosts: [], senderDomains: [])

    package var preflight: PreflightPolicy
    /// Links to these hosts never lead through the tracking domain.
    package var untrackedHosts: [String]
    /// The domains that campaigns may name in their From address; empty: any.
    package var senderDomains: [String]
}

/// A change of the settings as it was received; nil leaves a setting as it is.
package struct SendingSettingsPatch: Sendable, Equatable {
    /// Levels by check; they replace all that were set before.
    package let levels: [String: String]?
    /// Limits by name; they replace all that were set before.
    package let limits: [String: Int]?
    package let untrackedHosts: [String]?
    package let senderDomains: [String]?

    package init(
        levels: [String: String]? = nil,
        limits: [String: Int]? = nil,
        untrackedHosts: [String]? = nil,
        senderDomains: [String]? = nil
    ) {
        self.levels = levels
        self.limits = limits
        self.untrackedHosts = untrackedHosts
        self.senderDomains = senderDomains
    }
}
