/// Everything that is wrong with a configuration.
package struct ConfigurationError: Error, Sendable, Equatable {
    /// One thing that is wrong.
    package struct Problem: Sendable, Equatable {
        /// The setting, or the option or file it came from.
        package let name: String
        /// What is wrong with it; never the value of a secret.
        package let reason: String
    }

    /// All of them, in the order of the reference.
    package let problems: [Problem]
}

extension ConfigurationError: CustomStringConvertible {
    /// A headline and one line for each problem.
    package var description: String {
        let lines = problems.map { "  \($0.name): \($0.reason)" }
        return "the configuration has \(problems.count) problem\(problems.count == 1 ? "" : "s"):\n" + lines.joined(separator: "\n")
    }
}
