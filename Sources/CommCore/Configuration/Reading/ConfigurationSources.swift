import Configuration
import Foundation

/// Where settings come from, the strongest first: command line, environment, systemd credentials, environment file.
///
/// An empty text counts as not given, in every source.
package struct ConfigurationSources: Sendable {
    /// Settings from the command line, by the name of the variable.
    package var commandLine: [String: String] = [:]
    /// The environment of the process.
    package var environment: [String: String] = [:]
    /// Files below `$CREDENTIALS_DIRECTORY`, by the name of the variable.
    package var credentials: [String: String] = [:]
    /// The environment file.
    package var environmentFile: [String: String] = [:]
    /// What was wrong with the sources themselves.
    package var problems: [ConfigurationError.Problem] = []

    /// No settings at all.
    package init() {}

    /// Settings from a dictionary; what tests need.
    package init(environment: [String: String]) {
        self.environment = environment
    }

    /// Everything that a process was started with; reads the environment file and the credentials.
    init(options: CommandLineOptions, environment: [String: String]) {
        self.commandLine = options.settings
        self.environment = environment
        self.problems = options.problems
        credentials = Self.readCredentials(in: environment["CREDENTIALS_DIRECTORY"])
        readEnvironmentFile(named: options.environmentFile ?? environment["COMM_ENV_FILE"])
    }

    /// The sources as one reader of the configuration library.
    func makeReader() -> ConfigReader {
        let layers = [commandLine, environment, credentials, environmentFile].map { layer in
            EnvironmentVariablesProvider(
                environmentVariables: layer.filter { !$0.value.isEmpty },
                secretsSpecifier: .dynamic { name, _ in Self.secretNames.contains(name) }
            )
        }
        return ConfigReader(providers: layers)
    }

    private static let secretNames = Set(ConfigurationKeys.all.filter(\.isSecret).map(\.name))

    /// A file that was named must be there; the default, `.env` in the working directory, may be missing.
    private mutating func readEnvironmentFile(named name: String?) {
        let path = name ?? ".env"
        do {
            let text = try String(contentsOfFile: path, encoding: .utf8)
            let (values, problems) = EnvironmentFile.parse(text, path: path)
            environmentFile = values
            self.problems += problems
        } catch {
            guard name != nil || FileManager.default.fileExists(atPath: path) else { return }
            problems.append(.init(name: path, reason: "cannot be read as a UTF-8 environment file"))
        }
    }

    private static func readCredentials(in directory: String?) -> [String: String] {
        guard let directory else { return [:] }
        var values: [String: String] = [:]
        for declaration in ConfigurationKeys.all {
            let path = "\(directory)/\(declaration.credentialName)"
            guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { continue }
            values[declaration.name] = text.trimmingCharacters(in: .whitespacesAndNewlines)
        }
        return values
    }
}
