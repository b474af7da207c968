import FoundationEssentials

/// A change of a campaign's settings as it was received; nil leaves a setting as it is.
package struct CampaignSettingsPatch: Sendable, Equatable {
    package let chunkSize: Int?
    package let delaySecondsBetweenChunks: Int?
    package let timezone: String?
    /// Text of a time, see ``ScheduledTime``.
    package let scheduledAt: String?
    /// Takes the time away: it is sent as soon as it is scheduled.
    package let clearScheduled: Bool
    /// An empty text goes back to the daemon's own address.
    package let fromAddress: String?
    /// An empty text goes back to the campaign's name.
    package let fromName: String?

    package init(
        chunkSize: Int? = nil,
        delaySecondsBetweenChunks: Int? = nil,
        timezone: String? = nil,
        scheduledAt: String? = nil,
        clearScheduled: Bool = false,
        fromAddress: String? = nil,
        fromName: String? = nil
    ) {
        self.chunkSize = chunkSize
        self.delaySecondsBetweenChunks = delaySecondsBetweenChunks
        self.timezone = timezone
        self.scheduledAt = scheduledAt
        self.clearScheduled = clearScheduled
        self.fromAddress = fromAddress
        self.fromName = fromName
    }

    /// Whether the speed of sending changes: allowed until the campaign has ended.
    var changesPacing: Bool {
        chunkSize != nil || delaySecondsBetweenChunks != nil
    }

    /// Whether it changes what the sender has fixed once it began.
    var changesPlan: Bool {
        timezone != nil || scheduledAt != nil || clearScheduled || fromAddress != nil || fromName != nil
    }
}
