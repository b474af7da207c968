/// Why a template was refused.
package struct TemplateError: Error, Sendable, Equatable {
    package enum Code: String, Sendable, CaseIterable {
        case notFound
        case invalid
        /// A campaign was made of it.
        case inUse
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

    static let notFound = TemplateError(.notFound, "Not found")
    static let inUse = TemplateError(.inUse, "Template is in use and cannot be deleted")
}
