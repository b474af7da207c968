/// Why a contact or a list was not found, or what was sent for it was refused.
package struct ContactError: Error, Sendable {
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

    static let contactNotFound = ContactError(.notFound, "Contact not found")
    static let listNotFound = ContactError(.notFound, "List not found")

    /// The refusal of a request with these problems; its message is that of the first.
    static func invalid(_ problems: [FieldProblem]) -> ContactError {
        ContactError(.invalid, problems.first?.message ?? "The request is invalid", problems: problems)
    }
}
