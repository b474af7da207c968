/// A setting with the type of its value.
package struct ConfigurationKey<Value: Sendable>: Sendable {
    /// Why a text is not a value; a sentence that starts after the setting's name and never quotes the text.
    struct Refusal: Error {
        let reason: String

        init(_ reason: String) {
            self.reason = reason
        }
    }

    /// The setting without its type.
    package let declaration: ConfigurationDeclaration
    /// The value when none is given, or when the given one was refused.
    let absent: Value
    /// Reads a given text.
    let parse: @Sendable (String) -> Result<Value, Refusal>
}

/// The parts of a declaration that do not depend on the type of the value.
struct ConfigurationEntry {
    let name: String
    let chapter: ConfigurationDeclaration.Chapter
    var readBy: Set<Program> = .all
    var requiredBy: Set<Program> = []
    var requirement: String?
    let summary: String

    func declaration(kind: String, defaultText: String?, isSecret: Bool = false) -> ConfigurationDeclaration {
        ConfigurationDeclaration(
            name: name,
            chapter: chapter,
            kind: kind,
            defaultText: defaultText,
            isSecret: isSecret,
            readBy: readBy,
            requiredBy: requiredBy,
            requirement: requirement,
            summary: summary
        )
    }
}
