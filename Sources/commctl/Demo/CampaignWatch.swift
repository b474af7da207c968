/// How long after the schedule each stage was complete.
struct DemoProgress: Sendable {
    var handedOverAfter: Duration
    var deliveredAfter: Duration
    var reportedAfter: Duration
}

/// Decides from readings whether a campaign has gone all the way, or stands still.
struct CampaignWatch: Sendable {
    let patience: Duration
    private var handedOver: Duration?
    private var delivered: Duration?
    private var lastSum = -1
    private var lastChange: Duration = .zero

    init(patience: Duration) {
        self.patience = patience
    }

    /// Takes a reading, `elapsed` after the schedule; answers when everything is done, throws when nothing moves any more.
    mutating func observe(
        status: DemoWire.Campaign,
        stats: DemoWire.Stats,
        platform: DemoWire.Platform,
        elapsed: Duration
    ) throws -> DemoProgress? {
        guard !["paused", "failed", "cancelled"].contains(status.status) else {
            throw DemoError("the campaign is \(status.status): \(status.statusReason ?? "no reason given")")
        }
        let reported = stats.delivered + stats.bounced
        if handedOver == nil, status.status == "completed", stats.balance.pending == 0 { handedOver = elapsed }
        if delivered == nil, handedOver != nil, platform.settled >= stats.balance.sent { delivered = elapsed }
        if let handedOver, let delivered, reported >= platform.delivered + platform.bounced, platform.webhooksPending == 0 {
            return DemoProgress(handedOverAfter: handedOver, deliveredAfter: delivered, reportedAfter: elapsed)
        }
        try checkProgress(sum: stats.balance.planned + stats.balance.sent + platform.settled + reported, elapsed: elapsed) {
            "status \(status.status), \(stats.balance), platform \(platform), reported \(reported)"
        }
        return nil
    }

    private mutating func checkProgress(sum: Int, elapsed: Duration, state: () -> String) throws {
        if sum != lastSum {
            lastSum = sum
            lastChange = elapsed
        }
        guard elapsed - lastChange < patience else { throw DemoError("nothing moved for \(patience): \(state())") }
    }
}
