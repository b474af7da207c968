/// The command line of a daemon: settings as `--comm-port 3011` or `--comm-port=3011`, and a few options of its own.
///
/// Stricter than the library's own provider, which ignores options that it does not know and cuts values at commas.
struct CommandLineOptions: Sendable {
    /// Settings by the name of their environment variable.
    private(set) var settings: [String: String] = [:]
    /// `--env-file`: file of settings to read.
    private(set) var environmentFile: String?
    /// `--check-config`: check the settings and end.
    private(set) var checkConfiguration = false
    /// `--help`: explain and end.
    private(set) var help = false
    /// What is wrong with the line.
    private(set) var problems: [ConfigurationError.Problem] = []

    /// Reads the arguments after the program's name.
    init(_ arguments: some Collection<String>, program: Program) {
        let names = Dictionary(
            uniqueKeysWithValues: ConfigurationKeys.all.filter { $0.readBy.contains(program) }.map { ($0.option, $0.name) }
        )
        var rest = Array(arguments)[...]
        while let argument = rest.popFirst() {
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            switch (parts[0], parts.count) {
            case ("--check-config", 1): checkConfiguration = true
            case ("--help", 1), ("-h", 1): help = true
            case ("--env-file", _): environmentFile = value(of: parts, from: &rest)
            case (let option, _):
                guard let name = names[option] else {
                    problems.append(.init(name: option, reason: "is not an option of \(program.rawValue); see --help"))
                    continue
                }
                settings[name] = value(of: parts, from: &rest)
            }
        }
    }

    private mutating func value(of parts: [String], from rest: inout ArraySlice<String>) -> String? {
        if parts.count == 2 { return parts[1] }
        if let next = rest.first, !next.hasPrefix("--") { return rest.popFirst() }
        problems.append(.init(name: parts[0], reason: "needs a value"))
        return nil
    }
}
