import Foundation
import Glibc

/// What a program does after reading its command line: run, or say something and end.
package enum DaemonStart<Configuration: DaemonConfiguration>: Sendable {
    /// Run with this configuration.
    case run(Configuration)
    /// Print and end with a code: to standard output for 0, else to standard error.
    case end(code: Int32, output: String)

    /// Decides from arguments (without the program's name) and environment.
    package init(arguments: [String], environment: [String: String]) {
        let options = CommandLineOptions(arguments, program: Configuration.program)
        if options.help {
            self = .end(code: 0, output: ConfigurationReference.help(for: Configuration.program))
            return
        }
        do {
            let configuration = try Configuration(from: ConfigurationSources(options: options, environment: environment))
            self = options.checkConfiguration ? .end(code: 0, output: "configuration is valid") : .run(configuration)
        } catch {
            self = .end(code: Self.invalidConfigurationCode, output: "\(Configuration.program.rawValue): \(error)")
        }
    }

    /// The configuration of this process; ends the process for `--help`, `--check-config` and a bad configuration.
    package static func configurationOrExit() -> Configuration {
        let start = Self(arguments: Array(CommandLine.arguments.dropFirst()), environment: ProcessInfo.processInfo.environment)
        switch start {
        case .run(let configuration): return configuration
        case .end(let code, let output):
            let stream = code == 0 ? FileHandle.standardOutput : FileHandle.standardError
            stream.write(Data((output + "\n").utf8))
            exit(code)
        }
    }

    /// EX_CONFIG of sysexits.h; units name it in `RestartPreventExitStatus=`.
    private static var invalidConfigurationCode: Int32 { 78 }
}
