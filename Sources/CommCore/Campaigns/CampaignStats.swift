import FoundationEssentials

/// How a campaign fares, from rows alone.
package struct CampaignStats: Sendable, Equatable {
    package let status: CampaignStatus
    package let startedAt: Date?
    package let completedAt: Date?
    package let balance: CampaignBalance
    package let totals: CampaignTotals
    /// The part of the planned messages that has an outcome, from 0 to 1.
    package let progress: Double

    /// Messages that were handed over.
    package var totalSent: Int64 { balance.sent }
    /// Whole per cent of what was sent.
    package var deliveryRate: Int { Self.rate(totals.delivered, of: totalSent) }
    package var openRate: Int { Self.rate(totals.opened, of: totalSent) }
    package var clickRate: Int { Self.rate(totals.clicked, of: totalSent) }

    /// Rounded to the nearest whole per cent; 0 of nothing.
    static func rate(_ part: Int64, of whole: Int64) -> Int {
        whole > 0 ? Int((Double(part) * 100 / Double(whole)).rounded()) : 0
    }
}

/// What became of every message of a campaign: planned = sent + suppressed + skipped + failed + unknown + pending.
package struct CampaignBalance: Sendable, Equatable {
    /// How many messages had one outcome for one reason.
    package struct Reason: Sendable, Equatable {
        /// sent, suppressed, skipped, failed or unknown.
        package let outcome: String
        package let reason: String?
        package let count: Int64
    }

    package var planned: Int64 = 0
    package var sent: Int64 = 0
    package var suppressed: Int64 = 0
    package var skipped: Int64 = 0
    package var failed: Int64 = 0
    /// Handed over, but whether it arrived at the gateway cannot be known.
    package var unknown: Int64 = 0
    package var byReason: [Reason] = []
    /// Messages that went back to the queue after they had failed; each counts in the balance once, by its newest outcome.
    package var retried: Int64 = 0
    /// Test messages, which are in none of the numbers above.
    package var tests: Int64 = 0

    package init() {}

    /// Messages with an outcome.
    package var finished: Int64 { sent + suppressed + skipped + failed + unknown }
    /// Messages that wait for theirs.
    package var pending: Int64 { max(0, planned - finished) }
    /// Whether every planned message has exactly one outcome.
    package var isClosed: Bool { planned == finished }
}

/// What came back, each message counted once per kind; `clicks` counts every click.
package struct CampaignTotals: Sendable, Equatable {
    package var accepted: Int64 = 0
    package var delivered: Int64 = 0
    package var bounced: Int64 = 0
    package var complained: Int64 = 0
    package var deferred: Int64 = 0
    package var rejected: Int64 = 0
    package var opened: Int64 = 0
    package var clicked: Int64 = 0
    package var clicks: Int64 = 0
    package var unsubscribed: Int64 = 0

    package init() {}
}
