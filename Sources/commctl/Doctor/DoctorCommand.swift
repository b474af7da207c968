import ArgumentParser
import CommCore
import Foundation
import Postgres
import Redis

/// Looks at everything that the daemons depend on and says what to do.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Checks stores, schema, durability and backlogs, and says what to do.",
        discussion: "Changes nothing. Ends with 1 when something is broken; advice alone is no error."
    )

    @OptionGroup var settings: SettingsOptions

    func run() async throws {
        let findings = try await OperatorSession.with(settings) { session in
            await DatabaseExamination(session: session).findings()
                + RedisExamination(configuration: session.configuration).findings()
                + PlatformExamination(configuration: session.configuration).findings()
        }
        for finding in findings { print(finding.line) }
        guard findings.allSatisfy({ $0.grade != .broken }) else { throw ExitCode.failure }
    }
}
