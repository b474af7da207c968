/// Why a request about limits was refused.
package struct ThrottlingError: Error, Sendable, Equatable {
    package enum Code: String, Sendable, CaseIterable {
        case notFound
        case invalid
        /// There are as many as there may be.
        case tooMany
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
}
