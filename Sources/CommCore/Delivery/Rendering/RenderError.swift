/// Why a mail could not be rendered.
package struct RenderError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What kind of failure it is.
    ///
    /// All but the first two concern one recipient only.
    package enum Code: String, Sendable, CaseIterable {
        /// A base address is not an absolute http(s) URL without query.
        case invalidBase
        /// The program refers to fields or links that it does not have.
        case invalidProgram
        /// Not one value for each field.
        case valueCount
        /// A tracked link's target is no web URL once the recipient's values are filled in.
        case invalidLink
        /// A body exceeds `MessageRenderer.largestBody`.
        case bodyTooLarge
        /// The loops of a part take more rounds than `LogicState.mostRounds`.
        case tooManyRounds
    }

    /// What kind of failure it is.
    package let code: Code
    /// A sentence for the message's record; holds no value of the recipient.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    static let tooLarge = RenderError(.bodyTooLarge, "the mail is larger than \(MessageRenderer.largestBody) bytes")

    package var description: String { "\(code.rawValue): \(message)" }
}
