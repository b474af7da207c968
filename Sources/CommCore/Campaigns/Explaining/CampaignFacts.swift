import FoundationEssentials

/// What decides at one moment whether the messages of a campaign move: rows as they are, and nothing concluded from them.
package struct CampaignFacts: Sendable, Equatable {
    /// The senders as their heartbeats tell.
    package struct Senders: Sendable, Equatable {
        /// Senders whose heart has beaten lately.
        package var alive = 0
        /// When the last one was seen; nil: never.
        package var lastSeen: Date?
        /// Where no living sender's gateway takes anything: `full` or `paused`.
        package var gatewayState: String?
        package var gateway: String?
        package var gatewaySince: Date?
        package var retryAt: Date?
    }

    /// What waits of it.
    package struct Backlog: Sendable, Equatable {
        /// Chunks that could be claimed now, as far as their own time goes.
        package var dueChunks = 0
        /// Chunks of recipients whose clocks do not show the time yet, and when the first of them is due.
        package var laterChunks = 0
        package var nextChunkDue: Date?
        /// Messages that were put off, and when the first of them is due.
        package var deferred = 0
        package var nextDeferredDue: Date?
        /// The last word about that one.
        package var nextDeferredReason: String?
    }

    package var status: CampaignStatus
    package var statusReason: String?
    package var statusBy: String?
    package var statusAt: Date?
    package var isTenantActive = true
    package var scheduledAt: Date?
    /// When it begins.
    package var startsAt: Date?
    package var startedAt: Date?
    package var isExpanded = false
    package var sendsAtLocalTime = false
    /// The window that is open or comes next; nil: always open.
    package var window: SendingWindows.Opening?
    /// No chunk leaves before.
    package var nextChunkAt: Date?
    package var approval: CampaignApproval.State?
    package var approvalThreshold: Int64?
    package var recipients: Int64 = 0
    package var isRetrying = false
    package var senders = Senders()
    package var backlog = Backlog()
    /// What the operator or the tenant holds back, campaigns among it.
    package var pauses: [QueuePause] = []

    package init(status: CampaignStatus) {
        self.status = status
    }
}
