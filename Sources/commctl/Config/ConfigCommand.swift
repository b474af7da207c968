import ArgumentParser
import CommCore
import Foundation

/// Everything about settings: their reference, and whether those at hand are in order.
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Shows what can be set, and checks what is set.",
        subcommands: [ConfigReferenceCommand.self, ConfigCheckCommand.self]
    )
}

/// Writes the reference from which `docs/configuration.md` and `.env.example` are made.
struct ConfigReferenceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "reference", abstract: "Prints the reference of all settings.")

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case markdown, env
    }

    @Option(help: "markdown: docs/configuration.md; env: .env.example.")
    var format = Format.markdown

    func run() {
        let text =
            switch format {
            case .markdown: ConfigurationReference.markdown()
            case .env: ConfigurationReference.envExample()
            }
        FileHandle.standardOutput.write(Data(text.utf8))
    }
}

/// Checks the settings as each program would at its start.
struct ConfigCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Checks the settings of one program, or of all, without starting anything.",
        discussion: "Ends with 78 when there is a problem; every problem is named."
    )

    @OptionGroup var settings: SettingsOptions

    @Option(help: "comm-api, comm-sender, comm-stats or commctl; all of them when absent.")
    var program: String?

    func validate() throws {
        guard let program, Program(rawValue: program) == nil else { return }
        throw ValidationError("--program is one of " + Program.allCases.map(\.rawValue).joined(separator: ", "))
    }

    func run() throws {
        var isValid = true
        for program in Program.allCases where self.program == nil || self.program == program.rawValue {
            let (code, output) = check(program)
            print(code == 0 ? "\(program.rawValue): \(output)" : output)
            isValid = isValid && code == 0
        }
        guard isValid else { throw ExitCode(78) }
    }

    private func check(_ program: Program) -> (code: Int32, output: String) {
        switch program {
        case .api: outcome(DaemonStart<APIConfiguration>.self)
        case .sender: outcome(DaemonStart<SenderConfiguration>.self)
        case .stats: outcome(DaemonStart<StatsConfiguration>.self)
        case .control: outcome(DaemonStart<ControlConfiguration>.self)
        }
    }

    private func outcome<Configuration>(_: DaemonStart<Configuration>.Type) -> (code: Int32, output: String) {
        let environment = ProcessInfo.processInfo.environment
        switch DaemonStart<Configuration>(arguments: settings.arguments + ["--check-config"], environment: environment) {
        case .run: return (0, "configuration is valid")
        case .end(let code, let output): return (code, output)
        }
    }
}
