/// Why a message was refused.
package struct MessageError: Error, Sendable, Equatable {
    package enum Code: String, Sendable, CaseIterable {
        case invalid
        case notFound
        /// The content breaks a limit of the compile step; `problems` say which.
        case contentRefused
        /// There is a template of that name, channel and language already.
        case exists
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

    static func invalid(_ problems: [FieldProblem]) -> MessageError {
        MessageError(.invalid, problems.first?.message ?? "The message is not valid", problems: problems)
    }
}
