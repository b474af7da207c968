/// What became of everybody, counted at both ends.
struct DemoBalance: Sendable {
    let rows: Int
    let imported: DemoWire.Imported
    let stats: DemoWire.Stats
    let platform: DemoWire.Platform
    /// Rows in the platform's `email_logs`; nil when its database was not named.
    let emailLogs: Int?
    let clicks: Int
    let unsubscribes: Int

    /// Everything that does not add up, in words.
    var complaints: [String] {
        let balance = stats.balance
        let accounted = balance.sent + balance.suppressed + balance.skipped + balance.failed + balance.unknown
        var found: [String] = []
        func expect(_ left: Int, _ right: Int, _ meaning: String) {
            if left != right { found.append("\(meaning): \(left) and \(right)") }
        }
        expect(imported.processed, rows, "rows in the file and rows processed")
        expect(imported.added + imported.upserts + imported.errors, rows, "rows accounted for by the import and rows in the file")
        expect(balance.planned, accounted, "planned, and sent + suppressed + skipped + failed + unknown")
        expect(balance.pending, 0, "still pending, and none")
        expect(platform.jobsTaken, balance.sent, "jobs that the platform took, and sent")
        expect(platform.uniqueJobs, balance.sent, "different jobs, and sent")
        expect(platform.withoutRow, 0, "jobs without a row in email_logs, and none")
        expect(platform.settled, balance.sent, "jobs settled at the platform, and sent")
        expect(stats.delivered, platform.delivered, "delivered by our statistics and by the platform's")
        expect(stats.bounced, platform.bounced, "bounced by our statistics and by the platform's")
        if let emailLogs { expect(emailLogs, balance.sent, "rows in email_logs, and sent") }
        return found
    }

    /// Whether nobody was lost and nobody got two.
    var isClosed: Bool { complaints.isEmpty }
}
