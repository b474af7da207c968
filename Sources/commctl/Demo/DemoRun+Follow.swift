import Foundation
import NIOHTTP1

/// How long after the schedule each stage was complete.
struct DemoProgress: Sendable {
    var handedOverAfter: Duration
    var deliveredAfter: Duration
    var reportedAfter: Duration
}

extension DemoRun {
    /// Watches the campaign until every message has been handed over, every job has been delivered and every event is back.
    func follow(_ account: DemoAccount, campaign: UUID, total: Int, before: DemoWire.Platform) async throws -> DemoProgress {
        let clock = ContinuousClock()
        let start = clock.now
        var bar = ProgressBar(total: total)
        var watch = CampaignWatch(patience: settings.patience)
        let pause: Duration = terminal.isInteractive ? .milliseconds(250) : .seconds(1)
        while true {
            let stats: DemoWire.Stats = try await account.api.send(.GET, "/api/campaigns/\(campaign.wire)/stats")
            let status: DemoWire.Campaign = try await account.api.send(.GET, "/api/campaigns/\(campaign.wire)")
            let platform = try await platformCounts().since(before)
            let elapsed = clock.now - start
            terminal.redraw(
                "  "
                    + bar.line(
                        handedOver: stats.balance.sent,
                        delivered: platform.settled,
                        reported: stats.delivered + stats.bounced,
                        seconds: StageClock.seconds(elapsed)
                    )
            )
            if let progress = try watch.observe(status: status, stats: stats, platform: platform, elapsed: elapsed) {
                terminal.endRedraw()
                return progress
            }
            try await Task.sleep(for: pause)
        }
    }
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

extension DemoWire.Platform {
    /// Jobs whose outcome is known.
    var settled: Int { delivered + bounced + failed }
}
