import FoundationEssentials
import Postgres

/// A request that was made to an endpoint, and what came of it.
package struct WebhookAttempt: Sendable, Equatable {
    package enum Outcome: String, Sendable, CaseIterable {
        case delivered
        case failed
        /// The last attempt, which failed, too.
        case givenUp = "given_up"
    }

    package let id: UUID
    package let at: Date
    package let endpointID: UUID
    package let eventID: UUID
    package let eventType: String
    /// `live`, `replay`, `resend`, `test`.
    package let kind: String
    /// 1 is the first.
    package let attempt: Int
    package let outcome: String
    package let status: Int?
    package let latencyMilliseconds: Int
    package let error: String?
    package let response: String?
    package let retryAt: Date?
    /// Its place in the log.
    package let place: TimeCursor

    static let columns: SQL = """
        a.id, a.at, a.endpoint_id, a.event_id, a.event_type, a.kind, a.attempt::int AS attempt, a.outcome, a.status::int AS status,
        a.latency_ms, a.error, a.response, a.retry_at, \(sql: TimeCursor.microseconds(of: "a.at")) AS place
        """

    init(row: PostgresRow) throws {
        (id, at, endpointID, eventID) = (try row.get("id"), try row.get("at"), try row.get("endpoint_id"), try row.get("event_id"))
        let word: String = try row.get("event_type")
        eventType = FeedEventType(rawValue: word)?.wireName ?? word
        (kind, attempt, outcome) = (try row.get("kind"), try row.get("attempt"), try row.get("outcome"))
        (status, latencyMilliseconds, error) = (try row.get("status"), try row.get("latency_ms"), try row.get("error"))
        (response, retryAt) = (try row.get("response"), try row.get("retry_at"))
        place = TimeCursor(microseconds: try row.get("place"), id: try row.get("id"))
    }
}
