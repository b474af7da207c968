import ArgumentParser

/// The operator's tool: a thin face on CommCore.
@main
struct Commctl: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "commctl",
        abstract: "Operates Communications Block: schema, tenants, keys, configuration, health; compiles templates.",
        discussion: "Settings come from the environment, as for the daemons: docs/configuration.md lists them.",
        subcommands: [
            MigrateCommand.self, TenantCommand.self, KeyCommand.self, ConfigCommand.self, DoctorCommand.self, DemoCommand.self,
            CompileCommand.self, ReportsCommand.self, RecipientsCommand.self, VerdictsCommand.self,
        ]
    )
}
