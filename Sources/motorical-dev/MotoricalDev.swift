import ArgumentParser

/// The development stand-in for the platform: its delivery engine, a mail sink, and its database.
@main
struct MotoricalDev: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "motorical-dev",
        abstract: "Stands in for the Motorical platform on a development machine.",
        subcommands: [EngineCommand.self, SinkCommand.self, InitDatabaseCommand.self]
    )
}
