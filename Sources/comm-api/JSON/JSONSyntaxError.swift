/// Why a body is not acceptable JSON, and where.
struct JSONSyntaxError: Error, Equatable {
    enum Code: String {
        case invalid
        case tooDeep = "too_deep"
        case duplicateKey = "duplicate_key"
        /// U+0000 or half of a surrogate pair: no text that could be stored.
        case unstorableText = "unstorable_text"
    }

    let code: Code
    let message: String
    /// Counted from 1.
    let line: Int
    /// In bytes, counted from 1.
    let column: Int
    /// The field that was being read, for example `contacts[2].name`; nil at the top.
    let field: String?
}
