import FoundationEssentials

/// One thing that happened to a message, whoever tells of it.
package struct MessageEvent: Sendable, Equatable {
    /// `queued`, the outcome of an attempt, or the type of an event that came back.
    package let type: String
    package let occurredAt: Date
    /// Who says so: `queue`, `sender`, or the reporter.
    package let source: String
    package var gateway: String?
    package var reason: String?
    /// The try that it belongs to; nil for what came back.
    package var attempt: Int?
    /// The id of an event that came back.
    package var id: UUID?
    /// Whether a person is behind a click or an open.
    package var verdict: String?
    /// A JSON object, of what came back.
    package var payload: String?
}
