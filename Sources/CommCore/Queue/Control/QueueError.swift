/// Why a request about the queue was refused.
package struct QueueError: Error, Sendable, Equatable {
    package enum Code: String, Sendable, CaseIterable {
        case notFound
        case invalid
        /// A sender has the message in hand: whether it leaves is decided already.
        case inFlight
        /// The message is not in the queue any more.
        case alreadyLeft
        /// Only the operator may do so.
        case operatorOnly
        /// The message has not failed.
        case notFailed
        /// Its fallback went out in its place.
        case replaced
    }

    package let code: Code
    /// A sentence for the client.
    package let message: String
    package var problems: [FieldProblem] = []
    /// Where the message stands, when that is why.
    package var state: MessageState?

    package init(_ code: Code, _ message: String, problems: [FieldProblem] = [], state: MessageState? = nil) {
        (self.code, self.message, self.problems, self.state) = (code, message, problems, state)
    }

    static let messageNotFound = QueueError(.notFound, "Message not found")

    static func invalid(_ field: String, _ code: String, _ message: String) -> QueueError {
        QueueError(.invalid, message, problems: [FieldProblem(field: field, code: code, message: message)])
    }
}
