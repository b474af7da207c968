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
    /// An empty text goes back to the From address.
    package let replyTo: String?
    /// An empty text takes it away.
    package let language: String?
    package let googleAnalytics: GoogleAnalytics?
    package let sendAtLocalTime: Bool?
    /// An empty list goes back to the tenant's.
    package let sendingWindows: [SendingWindow]?
    package let excludeListIDs: [UUID]?

    package init(
        chunkSize: Int? = nil,
        delaySecondsBetweenChunks: Int? = nil,
        timezone: String? = nil,
        scheduledAt: String? = nil,
        clearScheduled: Bool = false,
        fromAddress: String? = nil,
        fromName: String? = nil,
        replyTo: String? = nil,
        language: String? = nil,
        googleAnalytics: GoogleAnalytics? = nil,
        sendAtLocalTime: Bool? = nil,
        sendingWindows: [SendingWindow]? = nil,
        excludeListIDs: [UUID]? = nil
    ) {
        self.chunkSize = chunkSize
        self.delaySecondsBetweenChunks = delaySecondsBetweenChunks
        self.timezone = timezone
        self.scheduledAt = scheduledAt
        self.clearScheduled = clearScheduled
        self.fromAddress = fromAddress
        self.fromName = fromName
        self.replyTo = replyTo
        self.language = language
        self.googleAnalytics = googleAnalytics
        self.sendAtLocalTime = sendAtLocalTime
        self.sendingWindows = sendingWindows
        self.excludeListIDs = excludeListIDs
    }

    /// Whether the speed of sending changes: allowed until the campaign has ended.
    var changesPacing: Bool {
        chunkSize != nil || delaySecondsBetweenChunks != nil
    }

    /// Whether the hours of sending change: allowed until the campaign has ended.
    var changesWindows: Bool {
        sendingWindows != nil
    }

    /// Whether it changes what the compile step makes of the template, or who is meant: allowed for drafts.
    var changesContent: Bool {
        language != nil || googleAnalytics != nil || excludeListIDs != nil
    }

    /// Whether it changes what the sender has fixed once it began.
    var changesPlan: Bool {
        timezone != nil || scheduledAt != nil || clearScheduled || fromAddress != nil || fromName != nil
            || replyTo != nil || sendAtLocalTime != nil
    }
}
