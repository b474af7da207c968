import AsyncHTTPClient
import Foundation
import NIOHTTP1

/// The demo from the first request to the closing balance.
struct DemoRun: Sendable {
    let settings: DemoSettings
    let http: HTTPClient
    let terminal: Terminal

    /// Runs every step in order and reports; the balance says whether everything was accounted for.
    func run() async throws -> DemoBalance {
        var clock = StageClock()
        let before = try await platformCounts()

        terminal.heading("Preparing")
        let account = try await provision()
        try await prepareOptOuts(account)
        clock.lap("provision")
        let (list, imported) = try await importContacts(account)
        clock.lap("import")
        let campaign = try await createCampaign(account, list: list)
        clock.lap("campaign")
        let compiled: DemoWire.Compiled = try await account.api.send(.POST, "/api/campaigns/\(campaign.wire)/compile")
        terminal.line(
            "  compiled version \(compiled.version): \(ProgressBar.grouped(compiled.totalRecipients)) recipients, \(compiled.excluded) opted out before"
        )
        clock.lap("compile")

        terminal.heading("Sending")
        try await account.api.perform(.POST, "/api/campaigns/\(campaign.wire)/schedule")
        let progress = try await follow(account, campaign: campaign, total: compiled.totalRecipients, before: before)
        clock.record("send", progress.handedOverAfter)
        clock.record("deliver", progress.deliveredAfter)
        clock.record("events", progress.reportedAfter)
        clock.restart()

        terminal.heading("A recipient reads it")
        let visit = try await visit(account, campaign: campaign)
        clock.lap("recipient")

        let balance = try await closingBalance(account, campaign: campaign, before: before, imported: imported, visit: visit)
        let report = DemoReport(settings: settings, account: account, campaign: campaign, balance: balance, clock: clock)
        try report.write(to: settings.result)
        report.print(on: terminal)
        return balance
    }

    /// What the platform's stand-in has counted since it was started.
    func platformCounts() async throws -> DemoWire.Platform {
        try await RestClient(http: http, base: settings.platform).document("/stats")
    }

    private func closingBalance(
        _ account: DemoAccount,
        campaign: UUID,
        before: DemoWire.Platform,
        imported: DemoWire.Imported,
        visit: RecipientVisit
    ) async throws -> DemoBalance {
        let stats: DemoWire.Stats = try await account.api.send(.GET, "/api/campaigns/\(campaign.wire)/stats")
        let now = try await platformCounts()
        return DemoBalance(
            rows: settings.recipients,
            imported: imported,
            stats: stats,
            platform: now.since(before),
            emailLogs: try await PlatformRows.count(motorBlock: account.motorBlock),
            clicks: visit.clicks,
            unsubscribes: visit.unsubscribes
        )
    }
}

extension UUID {
    /// The id as the API writes it.
    var wire: String { uuidString.lowercased() }
}
