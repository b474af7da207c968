/// How a tenant sends.
package struct SendingSettings: Sendable, Equatable {
    /// Of a tenant that has set nothing.
    package static let standard = SendingSettings(
        preflight: PreflightPolicy(),
        untrackedHosts: [],
        senderDomains: [],
        timezone: nil,
        sendingWindows: [],
        approvalThreshold: nil
    )

    package var preflight: PreflightPolicy
    /// Links to these hosts never lead through the tracking domain.
    package var untrackedHosts: [String]
    /// The domains that campaigns may name in their From address; empty: any.
    package var senderDomains: [String]
    /// Of campaigns that set none; IANA name.
    package var timezone: String?
    /// When campaigns that set no windows may send; empty: always.
    package var sendingWindows: [SendingWindow]
    /// From how many recipients on somebody else than the author must approve a campaign; nil: never.
    package var approvalThreshold: Int64?
}

/// A change of the settings as it was received; nil leaves a setting as it is.
package struct SendingSettingsPatch: Sendable, Equatable {
    /// Levels by check; they replace all that were set before.
    package let levels: [String: String]?
    /// Limits by name; they replace all that were set before.
    package let limits: [String: Int]?
    package let untrackedHosts: [String]?
    package let senderDomains: [String]?
    /// An empty text takes it away.
    package let timezone: String?
    package let sendingWindows: [SendingWindow]?
    /// 0 takes the approval step away.
    package let approvalThreshold: Int?

    package init(
        levels: [String: String]? = nil,
        limits: [String: Int]? = nil,
        untrackedHosts: [String]? = nil,
        senderDomains: [String]? = nil,
        timezone: String? = nil,
        sendingWindows: [SendingWindow]? = nil,
        approvalThreshold: Int? = nil
    ) {
        self.levels = levels
        self.limits = limits
        self.untrackedHosts = untrackedHosts
        self.senderDomains = senderDomains
        self.timezone = timezone
        self.sendingWindows = sendingWindows
        self.approvalThreshold = approvalThreshold
    }
}
