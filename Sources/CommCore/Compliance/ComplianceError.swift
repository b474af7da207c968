/// Why a request about a suppression, a person, a consent or retention was refused.
package struct ComplianceError: Error, Sendable, Equatable {
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

    static func invalid(_ field: String, _ code: String, _ message: String) -> ComplianceError {
        ComplianceError(.invalid, message, problems: [FieldProblem(field: field, code: code, message: message)])
    }
}
