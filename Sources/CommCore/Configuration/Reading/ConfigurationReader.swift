import Configuration

/// Reads settings one by one and remembers everything that is wrong, so that all of it can be told at once.
package struct ConfigurationReader {
    private let reader: ConfigReader
    private let program: Program
    private var problems: [ConfigurationError.Problem]

    init(_ sources: ConfigurationSources, program: Program) {
        self.reader = sources.makeReader()
        self.program = program
        self.problems = sources.problems
    }

    /// The value of a setting, its default when it is not given.
    ///
    /// When the given text is refused, or a required one is missing, that is remembered and the default is returned;
    /// `finish()` will throw.
    mutating func value<Value>(_ key: ConfigurationKey<Value>) -> Value {
        let declaration = key.declaration
        guard let text = text(of: declaration) else {
            if declaration.requiredBy.contains(program) { refuse(declaration, "is not set and \(program.rawValue) needs it") }
            return key.absent
        }
        guard !text.contains("\0") else {
            refuse(declaration, "holds a NUL character")
            return key.absent
        }
        switch key.parse(text) {
        case .success(let value): return value
        case .failure(let refusal):
            refuse(declaration, refusal.reason)
            return key.absent
        }
    }

    /// The value of a secret that the program cannot do without; an empty one stands in for a missing one until `finish()` throws.
    mutating func required(_ key: ConfigurationKey<Secret?>) -> Secret {
        value(key) ?? Secret("")
    }

    /// Remembers a problem with a setting; the first one counts.
    mutating func refuse(_ declaration: ConfigurationDeclaration, _ reason: String) {
        guard !problems.contains(where: { $0.name == declaration.name }) else { return }
        problems.append(.init(name: declaration.name, reason: reason))
    }

    /// Throws when anything was wrong.
    func finish() throws(ConfigurationError) {
        guard !problems.isEmpty else { return }
        let order = Dictionary(uniqueKeysWithValues: ConfigurationKeys.all.enumerated().map { ($0.element.name, $0.offset) })
        // Sources first (they have no place in the list), then settings in the order of the reference.
        let sorted = problems.enumerated().sorted { (order[$0.element.name] ?? -1, $0.offset) < (order[$1.element.name] ?? -1, $1.offset) }
        throw ConfigurationError(problems: sorted.map(\.element))
    }

    private func text(of declaration: ConfigurationDeclaration) -> String? {
        let components = declaration.name.lowercased().split(separator: "_").map(String.init)
        return reader.string(forKey: ConfigKey(components), isSecret: declaration.isSecret)
    }
}
