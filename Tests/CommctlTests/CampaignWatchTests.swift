import Testing

@testable import commctl

@Suite("Watching a campaign")
struct CampaignWatchTests {
    @Test("it is done when all is handed over, delivered and reported, and each stage keeps its own time")
    func stages() throws {
        var watch = CampaignWatch(patience: .seconds(60))
        #expect(try observe(&watch, status: "sending", sent: 5, pending: 5, delivered: 2, reported: 1, at: 1) == nil)
        #expect(try observe(&watch, status: "completed", sent: 10, delivered: 6, reported: 4, at: 2) == nil)
        #expect(try observe(&watch, status: "completed", sent: 10, delivered: 10, reported: 8, at: 3) == nil)
        let done = try #require(try observe(&watch, status: "completed", sent: 10, delivered: 10, reported: 10, at: 4))
        #expect(done.handedOverAfter == .seconds(2))
        #expect(done.deliveredAfter == .seconds(3))
        #expect(done.reportedAfter == .seconds(4))
    }

    @Test("reports that are still under way keep it open")
    func pendingReports() throws {
        var watch = CampaignWatch(patience: .seconds(60))
        #expect(try observe(&watch, status: "completed", sent: 3, delivered: 3, reported: 3, webhooks: 1, at: 1) == nil)
        #expect(try observe(&watch, status: "completed", sent: 3, delivered: 3, reported: 3, at: 2) != nil)
    }

    @Test("a campaign that was stopped is an error with its reason", arguments: ["paused", "failed", "cancelled"])
    func stopped(status: String) {
        var watch = CampaignWatch(patience: .seconds(60))
        let error = #expect(throws: DemoError.self) { try observe(&watch, status: status, sent: 1, delivered: 0, reported: 0, at: 1) }
        #expect(error?.description.contains("by hand") == true)
    }

    @Test("it gives up when nothing has moved for the time allowed, and not before")
    func patience() throws {
        var watch = CampaignWatch(patience: .seconds(10))
        #expect(try observe(&watch, status: "sending", sent: 1, pending: 9, delivered: 0, reported: 0, at: 1) == nil)
        #expect(try observe(&watch, status: "sending", sent: 1, pending: 9, delivered: 0, reported: 0, at: 10) == nil)
        #expect(try observe(&watch, status: "sending", sent: 2, pending: 8, delivered: 0, reported: 0, at: 10.5) == nil)
        #expect(try observe(&watch, status: "sending", sent: 2, pending: 8, delivered: 0, reported: 0, at: 20) == nil)
        #expect(throws: DemoError.self) {
            try observe(&watch, status: "sending", sent: 2, pending: 8, delivered: 0, reported: 0, at: 20.5)
        }
    }

    private func observe(
        _ watch: inout CampaignWatch,
        status: String,
        sent: Int,
        pending: Int = 0,
        delivered: Int,
        reported: Int,
        webhooks: Int = 0,
        at seconds: Double
    ) throws -> DemoProgress? {
        try watch.observe(
            status: DemoWire.Campaign(status: status, statusReason: "by hand"),
            stats: .sample(sent: sent, pending: pending, delivered: reported),
            platform: .sample(jobs: sent, delivered: delivered, webhooksPending: webhooks),
            elapsed: .seconds(seconds)
        )
    }
}

extension DemoWire.Stats {
    static func sample(
        planned: Int? = nil,
        sent: Int,
        suppressed: Int = 0,
        pending: Int = 0,
        delivered: Int,
        bounced: Int = 0
    ) -> DemoWire.Stats {
        DemoWire.Stats(
            balance: DemoWire.Balance(
                planned: planned ?? sent + suppressed + pending,
                sent: sent,
                suppressed: suppressed,
                skipped: 0,
                failed: 0,
                unknown: 0,
                pending: pending,
                byReason: []
            ),
            delivered: delivered,
            bounced: bounced,
            clicks: 0,
            unsubscribed: 0
        )
    }
}

extension DemoWire.Platform {
    static func sample(jobs: Int, unique: Int? = nil, delivered: Int, bounced: Int = 0, webhooksPending: Int = 0) -> DemoWire.Platform {
        DemoWire.Platform(
            jobsTaken: jobs,
            uniqueJobs: unique ?? jobs,
            duplicates: 0,
            withoutRow: 0,
            inFlight: 0,
            delivered: delivered,
            bounced: bounced,
            complained: 0,
            failed: 0,
            webhooksPending: webhooksPending
        )
    }
}
