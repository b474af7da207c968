/// Why a request was refused: what a client is told has one shape, the reasons are each part's own.
package struct Refusal<Code: RefusalCode>: Error, Sendable, Equatable {
    package let code: Code
    /// A sentence for the client.
    package let message: String
    /// What is wrong with which field, where that is why.
    package let problems: [FieldProblem]

    package init(_ code: Code, _ message: String, problems: [FieldProblem] = []) {
        self.code = code
        self.message = message
        self.problems = problems
    }

    /// The refusal of a request with these problems; its message is that of the first.
    package static func invalid(_ problems: [FieldProblem]) -> Refusal {
        Refusal(.invalid, problems.first?.message ?? "The request is invalid", problems: problems)
    }

    package static func invalid(_ field: String, _ code: String, _ message: String) -> Refusal {
        invalid([FieldProblem(field: field, code: code, message: message)])
    }
}

/// The reasons of one part of the product: a closed set.
package protocol RefusalCode: Hashable, Sendable {
    /// A field of the request is wrong; `problems` say which.
    static var invalid: Self { get }
}
