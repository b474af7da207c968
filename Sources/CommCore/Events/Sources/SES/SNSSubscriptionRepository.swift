import FoundationEssentials
import Postgres

/// SQL of the subscriptions that SNS asks us to confirm.
struct SNSSubscriptionRepository: Sendable {
    struct Wish: Sendable {
        let topic: String
        let subscribeURL: String
        /// This one included.
        let attempts: Int
    }

    let client: PostgresClient

    /// Notes that a topic waits for its confirmation; a newer request takes the older one's place.
    static func ask(_ request: SNSConfirmationRequest, at now: Date, on connection: PostgresConnection) async throws {
        try await connection.execute(
            """
            INSERT INTO sns_subscriptions (topic_arn, subscribe_url, requested_at, due_at)
            VALUES (\(request.topic), \(request.subscribeURL), \(now), \(now))
            ON CONFLICT (topic_arn) DO UPDATE
                SET subscribe_url = excluded.subscribe_url, requested_at = excluded.requested_at, due_at = excluded.due_at,
                    attempts = 0, confirmed_at = NULL, last_error = NULL
            """
        )
    }

    /// Takes what is due; the next attempt is the lease.
    func claim(limit: Int, mostAttempts: Int, now: Date) async throws -> [Wish] {
        try await client.query(
            """
            UPDATE sns_subscriptions s
            SET attempts = s.attempts + 1, due_at = \(now)::timestamptz + least(3600, 30 * (1 << least(s.attempts, 7))) * interval '1 second'
            FROM (SELECT topic_arn FROM sns_subscriptions
                  WHERE confirmed_at IS NULL AND attempts < \(mostAttempts) AND due_at <= \(now)
                  ORDER BY due_at LIMIT \(limit) FOR UPDATE SKIP LOCKED) due
            WHERE s.topic_arn = due.topic_arn
            RETURNING s.topic_arn, s.subscribe_url, s.attempts
            """
        ).map { row in
            Wish(topic: try row.get("topic_arn"), subscribeURL: try row.get("subscribe_url"), attempts: try row.get("attempts"))
        }
    }

    /// The token in the address is of no more use.
    func succeed(_ wish: Wish, now: Date) async throws {
        try await client.execute(
            """
            UPDATE sns_subscriptions SET confirmed_at = \(now), subscribe_url = '', last_error = NULL
            WHERE topic_arn = \(wish.topic) AND subscribe_url = \(wish.subscribeURL)
            """
        )
    }

    func fail(_ wish: Wish, reason: String) async throws {
        try await client.execute(
            "UPDATE sns_subscriptions SET last_error = \(reason) WHERE topic_arn = \(wish.topic) AND subscribe_url = \(wish.subscribeURL)"
        )
    }
}
