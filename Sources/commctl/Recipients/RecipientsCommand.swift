import ArgumentParser
import CommCore
import Foundation

/// Looks after the Mega List.
struct RecipientsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recipients",
        abstract: "Looks after the Mega List.",
        subcommands: [RecipientsRebuildCommand.self]
    )
}

/// Computes what projections keep about contacts anew.
struct RecipientsRebuildCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebuild",
        abstract: "Computes status, engagement, counts and times of a tenant's contacts anew from the events.",
        discussion: "May run beside everything else. Exit code 1 when --check has found a difference."
    )

    @OptionGroup var settings: SettingsOptions

    @Option(help: "The tenant's id.")
    var tenant: UUID

    @Flag(help: "Compares only, and changes nothing.")
    var check = false

    func run() async throws {
        let isCheck = check
        let report = try await OperatorSession.with(settings, statementTimeout: nil) { session in
            let note = AuditNote(eventType: "operation", action: isCheck ? "checked" : "rebuilt", resourceType: "recipients")
            return try await session.noting(note, tenantID: tenant) {
                try await RecipientProjectionRebuilder(client: session.database, time: SystemTime())
                    .rebuild(tenantID: tenant, isCheck: isCheck)
            }
        }
        print("\(report.contacts) contacts, \(report.different) different\(isCheck || report.different == 0 ? "" : " and set right")")
        for (column, count) in report.byColumn.sorted(by: { $0.key < $1.key }) { print("  \(column): \(count)") }
        for id in report.samples { print("  for example \(id.uuidString.lowercased())") }
        if isCheck, report.different > 0 { throw ExitCode(1) }
    }
}
