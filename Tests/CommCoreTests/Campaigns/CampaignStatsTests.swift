import Testing

@testable import CommCore

@Suite("Campaign statistics")
struct CampaignStatsTests {
    private func balance(planned: Int64, sent: Int64 = 0, skipped: Int64 = 0) -> CampaignBalance {
        var balance = CampaignBalance()
        balance.planned = planned
        balance.sent = sent
        balance.skipped = skipped
        return balance
    }

    @Test("planned messages are finished or pending")
    func pending() {
        let running = balance(planned: 10, sent: 6, skipped: 1)
        #expect(running.finished == 7)
        #expect(running.pending == 3)
        #expect(!running.isClosed)
        #expect(balance(planned: 10, sent: 9, skipped: 1).isClosed)
    }

    @Test("rates are whole per cent, and nothing of nothing is nothing")
    func rates() {
        #expect(CampaignStats.rate(0, of: 0) == 0)
        #expect(CampaignStats.rate(1, of: 3) == 33)
        #expect(CampaignStats.rate(2, of: 3) == 67)
        #expect(CampaignStats.rate(3, of: 3) == 100)
    }

    @Test("while it expands, progress is measured against the whole audience")
    func progress() {
        let half = CampaignStatsRepository.progress(of: balance(planned: 50, sent: 50), expected: 100, status: .sending)
        #expect(half == 0.5)
        #expect(CampaignStatsRepository.progress(of: balance(planned: 50, sent: 25), expected: 0, status: .paused) == 0.5)
        #expect(CampaignStatsRepository.progress(of: balance(planned: 0), expected: 0, status: .scheduled) == 0)
        #expect(CampaignStatsRepository.progress(of: balance(planned: 0), expected: 0, status: .completed) == 1)
    }
}
