import ArgumentParser
import CommCore
import Foundation

/// Brings the schema forward, or says where it stands.
struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Brings the database's schema forward, or shows where it stands.",
        subcommands: [MigrateUpCommand.self, MigrateStatusCommand.self]
    )
}

/// Where the migrations lie.
struct MigrationsOptions: ParsableArguments {
    @Option(
        name: .customLong("migrations"),
        help: "Folder of the migrations; ./migrations when absent, else ../share/communications-block/migrations beside the program."
    )
    var folder: String?

    /// The folder to read.
    var path: String {
        if let folder { return folder }
        if FileManager.default.fileExists(atPath: "migrations") { return "migrations" }
        let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        return program.deletingLastPathComponent().appending(path: "../share/communications-block/migrations").standardized.path
    }
}

/// Applies what is pending.
struct MigrateUpCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "up",
        abstract: "Applies every pending migration, each in a transaction. Run it as the owner of the database.",
        discussion: "Two at once are no problem: the second waits, and finds nothing to do."
    )

    @OptionGroup var settings: SettingsOptions
    @OptionGroup var migrations: MigrationsOptions

    func run() async throws {
        let configuration = try settings.configuration()
        let migrator = Migrator(
            url: configuration.database.url.reveal(),
            folder: migrations.path,
            logger: OperatorSession.logger
        )
        let applied = try await migrator.up()
        for migration in applied { print("applied \(migration.fileName)") }
        if applied.isEmpty { print("the schema is current") }
    }
}

/// Shows where every migration stands.
struct MigrateStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Shows where every migration stands; changes nothing."
    )

    @OptionGroup var settings: SettingsOptions
    @OptionGroup var migrations: MigrationsOptions

    @Flag(help: "Only check that the schema is the one that this version needs; say nothing if it is, else say why and end with 1.")
    var requireCurrent = false

    func run() async throws {
        if requireCurrent {
            return try await OperatorSession.with(settings) { session in try await SchemaGuard.requireCurrent(session.database) }
        }
        let configuration = try settings.configuration()
        let migrator = Migrator(
            url: configuration.database.url.reveal(),
            folder: migrations.path,
            logger: OperatorSession.logger
        )
        for status in try await migrator.status() {
            let when = status.appliedAt.map { "  \(ISO8601.string(from: $0))" } ?? ""
            print("\(status.state.rawValue.padding(toLength: 8, withPad: " ", startingAt: 0))  \(status.version) \(status.name)\(when)")
        }
    }
}
