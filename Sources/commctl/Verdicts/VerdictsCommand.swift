import ArgumentParser
import CommCore
import Foundation
import Postgres

/// Looks after the verdicts on clicks and opens.
struct VerdictsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verdicts",
        abstract: "Looks after the verdicts on clicks and opens.",
        subcommands: [VerdictsRecalculateCommand.self]
    )
}

/// Judges stored clicks and opens again.
struct VerdictsRecalculateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recalculate",
        abstract: "Judges a tenant's stored clicks and opens again, and everything that is counted by them.",
        discussion: """
            For after tracking_networks was changed; when the rules change with a new version, comm-stats does it by itself. May run beside \
            everything else, be broken off, and be run again.
            """
    )

    @OptionGroup var settings: SettingsOptions
    @OptionGroup var range: VerdictsRange

    func run() async throws {
        let range = try range.parsed()
        let result = try await OperatorSession.with(settings, statementTimeout: nil) { session in
            try await session.database.execute("SET ROLE comm_worker")
            let note = AuditNote(eventType: "operation", action: "recalculated", resourceType: "verdict", resourceID: range.campaignID)
            return try await session.noting(note, tenantID: range.tenantID) {
                try await VerdictRecalculation(client: session.database, time: SystemTime()).run(range)
            }
        }
        print("\(result.messages) messages looked at, \(result.revised) clicks and opens have another verdict")
    }
}

/// Which clicks and opens are meant.
struct VerdictsRange: ParsableArguments {
    @Option(help: "The tenant's id.")
    var tenant: UUID

    @Option(help: "One campaign; all of the tenant's when absent.")
    var campaign: UUID?

    @Option(help: "Only what happened from then on (2026-01-31, or 2026-01-31T12:00:00Z).")
    var from: String?

    @Option(help: "Only what happened before then; a day is meant to its end.")
    var to: String?

    func validate() throws {
        _ = try parsed()
    }

    func parsed() throws -> VerdictRecalculation.Range {
        VerdictRecalculation.Range(
            tenantID: tenant,
            campaignID: campaign,
            from: try Self.time(from, "--from") ?? .distantPast,
            to: try Self.time(to, "--to", endOfDay: true) ?? .distantFuture
        )
    }

    /// A moment, or a day in UTC.
    private static func time(_ text: String?, _ name: String, endOfDay: Bool = false) throws -> Date? {
        guard let text else { return nil }
        if let date = ISO8601.date(from: text) { return date }
        guard text.utf8.count == 10, let day = ISO8601.date(from: text + "T00:00:00Z") else {
            throw ValidationError("\(name) is a day (2026-01-31) or a moment (2026-01-31T12:00:00Z)")
        }
        return endOfDay ? day.addingTimeInterval(86_400 - 0.001) : day
    }
}
