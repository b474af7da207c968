/// A plain struct that can be filled from the settings.
package protocol DaemonConfiguration: Sendable {
    /// Whose configuration it is.
    static var program: Program { get }

    /// Takes every value from the reader, which remembers what is wrong.
    init(reading reader: inout ConfigurationReader)
}

extension DaemonConfiguration {
    /// The configuration from some sources.
    ///
    /// - Throws: `ConfigurationError` with all problems at once.
    package init(from sources: ConfigurationSources) throws(ConfigurationError) {
        var reader = ConfigurationReader(sources, program: Self.program)
        self.init(reading: &reader)
        try reader.finish()
    }

    /// The configuration from a dictionary of variables.
    ///
    /// - Throws: `ConfigurationError` with all problems at once.
    package init(environment: [String: String]) throws(ConfigurationError) {
        try self.init(from: ConfigurationSources(environment: environment))
    }
}
