/// Why a request about a person was refused.
package struct PersonError: Error, Sendable, Equatable {
    package enum Code: String, Sendable, CaseIterable {
        case notFound
        case invalid
    }

    package let code: Code
    /// A sentence for the client.
    package let message: String
    package let problems: [FieldProblem]

    package init(_ code: Code, _ message: String, problems: [FieldProblem] = []) {
        self.code = code
        self.message = message
        self.problems = problems
    }

    static func invalid(_ field: String, _ code: String, _ message: String) -> PersonError {
        PersonError(.invalid, message, problems: [FieldProblem(field: field, code: code, message: message)])
    }
}
