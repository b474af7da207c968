import ArgumentParser
import CommCore
import Foundation
import Postgres

/// Makes and checks the counts that reports are read from.
struct ReportsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reports",
        abstract: "Makes the roll-ups of reports again, or proves that they are what the events say.",
        subcommands: [ReportsRebuildCommand.self, ReportsCheckCommand.self]
    )
}

/// Whose roll-ups.
struct ReportsScope: ParsableArguments {
    @Option(help: "The tenant's id.")
    var tenant: UUID

    @Option(help: "One campaign; all of the tenant's when absent.")
    var campaign: UUID?

    /// The campaigns that are meant; nil stands for messages without one.
    func campaigns(_ rebuilder: RollUpRebuilder) async throws -> [UUID?] {
        if let campaign { return [campaign] }
        return try await rebuilder.campaigns(of: tenant)
    }
}

/// Makes roll-ups again.
struct ReportsRebuildCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebuild",
        abstract: "Makes roll-ups again from the events; each campaign's projection waits while it is its turn."
    )

    @OptionGroup var settings: SettingsOptions
    @OptionGroup var scope: ReportsScope

    func run() async throws {
        try await OperatorSession.with(settings, statementTimeout: nil) { session in
            try await session.database.execute("SET ROLE comm_worker")
            let rebuilder = RollUpRebuilder(client: session.database)
            let note = AuditNote(eventType: "operation", action: "rebuilt", resourceType: "report", resourceID: scope.campaign)
            try await session.noting(note, tenantID: scope.tenant) {
                for campaign in try await scope.campaigns(rebuilder) {
                    try await rebuilder.rebuild(tenantID: scope.tenant, campaignID: campaign)
                    print("rebuilt \(campaign?.uuidString.lowercased() ?? "messages without a campaign")")
                }
            }
        }
    }
}

/// Compares roll-ups with the events.
struct ReportsCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Compares roll-ups with the events and changes nothing; exit code 1 when something differs."
    )

    @OptionGroup var settings: SettingsOptions
    @OptionGroup var scope: ReportsScope

    func run() async throws {
        let differences = try await OperatorSession.with(settings, statementTimeout: nil) { session in
            try await session.database.execute("SET ROLE comm_worker")
            let rebuilder = RollUpRebuilder(client: session.database)
            var found = try await rebuilder.checkSums(tenantID: scope.tenant)
            for campaign in try await scope.campaigns(rebuilder) {
                found += try await rebuilder.check(tenantID: scope.tenant, campaignID: campaign)
            }
            return found
        }
        for difference in differences {
            let place = difference.campaignID?.uuidString.lowercased() ?? "no campaign, or sums"
            print("\(difference.name) (\(place)): \(difference.rows) rows differ")
        }
        guard differences.isEmpty else { throw ExitCode(1) }
        print("all roll-ups are what the events say")
    }
}
