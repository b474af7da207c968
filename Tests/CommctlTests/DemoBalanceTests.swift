import Testing

@testable import commctl

@Suite("The demo's balance")
struct DemoBalanceTests {
    @Test("it closes when both ends agree")
    func closed() {
        let balance = balance(stats: .sample(sent: 8, suppressed: 1, delivered: 7, bounced: 1), jobs: 8, delivered: 7, bounced: 1, rows: 8)
        #expect(balance.complaints == [])
        #expect(balance.isClosed)
    }

    @Test("a recipient that is nowhere to be found keeps it open")
    func lost() {
        let stats = DemoWire.Stats.sample(planned: 10, sent: 8, suppressed: 1, delivered: 7, bounced: 1)
        #expect(!balance(stats: stats, jobs: 8, delivered: 7, bounced: 1, rows: 8).isClosed)
    }

    @Test("a second job for one message keeps it open")
    func duplicate() {
        let stats = DemoWire.Stats.sample(sent: 8, suppressed: 1, delivered: 7, bounced: 1)
        #expect(!balance(stats: stats, jobs: 9, unique: 8, delivered: 7, bounced: 1, rows: 8).isClosed)
    }

    @Test("a message without its row in the platform's log keeps it open")
    func missingRow() {
        let stats = DemoWire.Stats.sample(sent: 8, suppressed: 1, delivered: 7, bounced: 1)
        #expect(!balance(stats: stats, jobs: 8, delivered: 7, bounced: 1, rows: 7).isClosed)
    }

    @Test("a report that was counted twice keeps it open")
    func doubleReport() {
        let stats = DemoWire.Stats.sample(sent: 8, suppressed: 1, delivered: 8, bounced: 1)
        #expect(!balance(stats: stats, jobs: 8, delivered: 7, bounced: 1, rows: 8).isClosed)
    }

    private func balance(
        stats: DemoWire.Stats,
        jobs: Int,
        unique: Int? = nil,
        delivered: Int,
        bounced: Int,
        rows: Int
    ) -> DemoBalance {
        DemoBalance(
            rows: 10,
            imported: DemoWire.Imported(processed: 10, added: 9, upserts: 0, errors: 1),
            stats: stats,
            platform: .sample(jobs: jobs, unique: unique, delivered: delivered, bounced: bounced),
            emailLogs: rows,
            clicks: 2,
            unsubscribes: 1
        )
    }
}
