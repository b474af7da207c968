import Foundation

/// The closing page of the demo, on the terminal and as a file.
struct DemoReport {
    let settings: DemoSettings
    let account: DemoAccount
    let campaign: UUID
    let balance: DemoBalance
    let clock: StageClock

    /// Prints the balance, where the time went, and what to look at.
    func print(on terminal: Terminal) {
        let counts = balance.stats.balance
        terminal.heading("Balance")
        row(terminal, "planned", counts.planned)
        row(terminal, "sent", counts.sent)
        for (name, count) in [("suppressed", counts.suppressed), ("skipped", counts.skipped), ("failed", counts.failed)] {
            row(terminal, name, count, remark: reasons(of: name))
        }
        row(terminal, "unknown", counts.unknown)
        let sum = counts.sent + counts.suppressed + counts.skipped + counts.failed + counts.unknown
        terminal.line("  \(counts.planned == sum ? "closed" : "NOT CLOSED"): the five add up to \(ProgressBar.grouped(sum))")

        terminal.heading("At the platform")
        row(terminal, "jobs", balance.platform.jobsTaken, remark: "\(ProgressBar.grouped(balance.platform.uniqueJobs)) different ones")
        if let rows = balance.emailLogs { row(terminal, "email_logs", rows) }
        row(terminal, "delivered", balance.platform.delivered)
        row(terminal, "bounced", balance.platform.bounced)
        row(terminal, "clicked", balance.clicks)
        row(terminal, "unsubscribed", balance.unsubscribes)

        terminal.heading("Where the time went")
        for stage in clock.stages {
            terminal.line("  \(label(stage.name))\(ProgressBar.padded(Self.text(stage.seconds), 10)) s\(rate(stage))")
        }
        printPlaces(terminal)
        for complaint in balance.complaints { terminal.line("  does not add up: \(complaint)") }
    }

    /// Writes the result as JSON.
    func write(to file: URL) throws {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try encoder.encode(document).write(to: file, options: .atomic)
    }

    private func printPlaces(_ terminal: Terminal) {
        terminal.heading("To look at")
        terminal.line("  \(settings.api)/api/health      \(settings.api)/metrics      \(settings.api)/openapi.json")
        terminal.line("  \(settings.platform)/stats      the platform's stand-in")
        terminal.line("  \(settings.sinkStore.path)      the first delivered mails")
        terminal.line("  \(settings.result.path)")
        terminal.line("  curl -H 'Authorization: Bearer \(account.apiKey)' \(settings.api)/api/campaigns/\(campaign.wire)/stats")
        terminal.line()
    }

    private func row(_ terminal: Terminal, _ name: String, _ count: Int, remark: String = "") {
        terminal.line("  \(label(name))\(ProgressBar.padded(ProgressBar.grouped(count), 12))\(remark.isEmpty ? "" : "   \(remark)")")
    }

    private func label(_ name: String) -> String {
        name + String(repeating: " ", count: max(0, 14 - name.count))
    }

    private func reasons(of outcome: String) -> String {
        balance.stats.balance.byReason
            .filter { $0.outcome == outcome && $0.count > 0 }
            .map { "\($0.reason ?? "no reason") \(ProgressBar.grouped($0.count))" }
            .joined(separator: ", ")
    }

    /// The messages a second of a stage that handles messages.
    private func rate(_ stage: (name: String, seconds: Double)) -> String {
        let amount: Int? =
            switch stage.name {
            case "import": balance.rows
            case "send": balance.stats.balance.planned
            case "deliver": balance.platform.settled
            case "events": balance.stats.delivered + balance.stats.bounced
            default: nil
            }
        guard let amount, stage.seconds > 0 else { return "" }
        return "   \(ProgressBar.grouped(Int(Double(amount) / stage.seconds)))/s"
    }

    private static func text(_ seconds: Double) -> String {
        let hundredths = Int((seconds * 100).rounded())
        let fraction = hundredths % 100
        return "\(ProgressBar.grouped(hundredths / 100)).\(fraction < 10 ? "0" : "")\(fraction)"
    }

    private var document: Document {
        let counts = balance.stats.balance
        return Document(
            recipients: balance.rows,
            planned: counts.planned,
            sent: counts.sent,
            suppressed: counts.suppressed,
            skipped: counts.skipped,
            failed: counts.failed,
            unknown: counts.unknown,
            jobs: balance.platform.jobsTaken,
            uniqueJobs: balance.platform.uniqueJobs,
            emailLogs: balance.emailLogs,
            delivered: balance.platform.delivered,
            bounced: balance.platform.bounced,
            clicks: balance.clicks,
            unsubscribes: balance.unsubscribes,
            closed: balance.isClosed,
            problems: balance.complaints,
            tenantId: account.tenant.wire,
            campaignId: campaign.wire,
            seconds: Dictionary(clock.stages.map { ($0.name, $0.seconds) }, uniquingKeysWith: +)
        )
    }

    private struct Document: Encodable {
        let recipients: Int
        let planned: Int
        let sent: Int
        let suppressed: Int
        let skipped: Int
        let failed: Int
        let unknown: Int
        let jobs: Int
        let uniqueJobs: Int
        let emailLogs: Int?
        let delivered: Int
        let bounced: Int
        let clicks: Int
        let unsubscribes: Int
        let closed: Bool
        let problems: [String]
        let tenantId: String
        let campaignId: String
        let seconds: [String: Double]
    }
}
