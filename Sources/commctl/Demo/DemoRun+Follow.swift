import Foundation
import NIOHTTP1

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
