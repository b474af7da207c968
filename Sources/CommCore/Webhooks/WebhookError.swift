/// Why a request about webhooks was refused.
package struct WebhookError: Error, Sendable, Equatable {
    package enum Code: String, Sendable, CaseIterable {
        case notFound
        case invalid
        /// The tenant has as many endpoints as it may have.
        case tooMany
        /// A replay of the endpoint still runs.
        case replayRunning
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

    static let notFound = WebhookError(.notFound, "Webhook endpoint not found")
}
