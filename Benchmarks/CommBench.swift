import ArgumentParser

/// comm-bench: measures the suite beside what the same machine can do at best.
@main
struct CommBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "comm-bench",
        abstract: "Measures the suite beside the limits of the machine.",
        subcommands: [RunCommand.self, HelloCommand.self, CompileMemoryCommand.self, GridCommand.self],
        defaultSubcommand: RunCommand.self
    )
}
