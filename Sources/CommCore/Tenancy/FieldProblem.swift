/// One refused field of a request: where, what kind of problem, and a sentence for the person who sent it.
package struct FieldProblem: Error, Sendable, Equatable {
    /// The name on the wire, with an index where it is an element: `list_ids[1]`.
    package let field: String
    /// A stable word that programs can act on, such as `required`, `invalid`, `too_long` or `unknown`.
    package let code: String
    package let message: String

    package init(field: String, code: String, message: String) {
        self.field = field
        self.code = code
        self.message = message
    }

    /// The field is missing or blank.
    package static func required(_ field: String) -> FieldProblem {
        FieldProblem(field: field, code: "required", message: "\(field) is required")
    }
}
