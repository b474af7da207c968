import ArgumentParser
import CommCore
import Foundation
import Logging
import Postgres

/// Where a command finds its settings; shared by every command that needs any.
struct SettingsOptions: ParsableArguments {
    @Option(help: "Environment file with the settings; COMM_ENV_FILE or .env when absent.")
    var envFile: String?

    /// Arguments for the configuration reader of CommCore.
    var arguments: [String] {
        envFile.map { ["--env-file", $0] } ?? []
    }

    /// The settings of commctl, or the end of the program with every problem named.
    func configuration() throws -> ControlConfiguration {
        let start = DaemonStart<ControlConfiguration>(arguments: arguments, environment: ProcessInfo.processInfo.environment)
        switch start {
        case .run(let configuration): return configuration
        case .end(let code, let output):
            FileHandle.standardError.write(Data((output + "\n").utf8))
            throw ExitCode(code)
        }
    }
}

/// The stores as an operator's command uses them: opened for one command, closed after it.
struct OperatorSession: Sendable {
    let configuration: ControlConfiguration
    let database: PostgresClient

    /// Runs `body` with an open session.
    ///
    /// Warnings of the clients go to standard error.
    static func with<Result: Sendable>(
        _ options: SettingsOptions,
        statementTimeout: Duration? = .seconds(30),
        _ body: (OperatorSession) async throws -> Result
    ) async throws -> Result {
        let configuration = try options.configuration()
        let database = PostgresClient(
            configuration: PostgresConfiguration(
                url: configuration.database.url.reveal(),
                poolSize: 1,
                applicationName: "commctl",
                statementTimeout: statementTimeout
            ),
            logger: logger
        )
        do {
            // What the command changes is in the audit log under the operator's name.
            try await database.execute("SELECT set_config('app.actor', \(Self.actor), false)")
            let result = try await body(OperatorSession(configuration: configuration, database: database))
            await database.close()
            return result
        } catch let error as TenancyError {
            await database.close()
            throw OperatorError(error)
        } catch {
            await database.close()
            throw error
        }
    }

    /// Runs an operation on many rows, which is one entry in the audit log instead of one for each of them.
    func noting<Result: Sendable>(
        _ note: AuditNote,
        tenantID: UUID,
        _ operation: () async throws -> Result
    ) async throws -> Result {
        try await database.execute("SELECT set_config('app.audit_rows', 'off', false)")
        let result = try await operation()
        try await AuditRepository(client: database).record(note, tenantID: tenantID)
        return result
    }

    /// `commctl:` and who is at the terminal, also behind sudo.
    static var actor: String {
        actor(environment: ProcessInfo.processInfo.environment, login: ProcessInfo.processInfo.userName)
    }

    static func actor(environment: [String: String], login: String) -> String {
        let user = environment["SUDO_USER"].flatMap { $0.isEmpty ? nil : $0 } ?? login
        return "commctl:" + (user.isEmpty ? "unknown" : user)
    }

    /// Quiet unless something is wrong.
    static var logger: Logger {
        var logger = Logger(label: "commctl", factory: StreamLogHandler.standardError(label:))
        logger.logLevel = .warning
        return logger
    }
}

/// An error of the domain, in words for the operator.
struct OperatorError: Error, CustomStringConvertible {
    let description: String

    init(_ error: TenancyError) {
        description = ([error.message] + error.problems.map { "  \($0.field): \($0.message)" }).joined(separator: "\n")
    }
}
