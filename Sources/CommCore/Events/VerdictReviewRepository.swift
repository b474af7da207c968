import FoundationEssentials
import Postgres

/// SQL of judging stored clicks and opens again, and of how far that has come for each tenant.
enum VerdictReviewRepository {
    /// An event on the walk; without a message when it is none that is meant.
    struct WalkedEvent: Sendable {
        let position: VerdictRecalculation.Position
        let messageID: UUID?
        let campaignID: UUID?
    }

    /// A tenant whose stored verdicts are of older rules, and how far it has come.
    struct Review: Sendable {
        let tenantID: UUID
        let after: VerdictRecalculation.Position?
    }

    /// Those of the next events that are clicks and opens in the range, and behind them the last event that was looked at.
    static func events(
        of range: VerdictRecalculation.Range,
        after last: VerdictRecalculation.Position?,
        limit: Int,
        on connection: PostgresConnection
    ) async throws -> [WalkedEvent] {
        let behind: SQL = last.map { "AND (id, bucket_at) > (\($0.id)::uuid, \($0.bucket)::timestamptz)" } ?? ""
        let ofCampaign: SQL = range.campaignID.map { "AND campaign_id = \($0)" } ?? ""
        let rows = try await connection.query(
            """
            WITH walked AS MATERIALIZED (
                SELECT id, bucket_at, message_id, campaign_id, type, occurred_at FROM email_events
                WHERE tenant_id = \(range.tenantID) \(sql: behind)
                ORDER BY id, bucket_at LIMIT \(limit))
            (SELECT id, bucket_at, message_id, campaign_id FROM walked
             WHERE type IN ('opened', 'clicked') AND message_id IS NOT NULL \(sql: ofCampaign)
               AND occurred_at BETWEEN \(storable(range.from)) AND \(storable(range.to)))
            UNION ALL
            (SELECT id, bucket_at, NULL, NULL FROM walked ORDER BY id DESC, bucket_at DESC LIMIT 1)
            """
        )
        return try rows.map { row in
            WalkedEvent(
                position: VerdictRecalculation.Position(id: try row.get("id"), bucket: try row.get("bucket_at")),
                messageID: try row.get("message_id"),
                campaignID: try row.get("campaign_id")
            )
        }
    }

    /// Notes on the clicks and opens of these messages by which rules they were judged.
    static func stamp(_ references: [TrackedMessageRepository.Reference], rules: Int, on connection: PostgresConnection) async throws {
        let ranges = references.map { EventIdentity.range(of: $0.key.messageID) }
        try await connection.execute(
            """
            UPDATE email_events e SET verdict_rules = \(rules)
            FROM (SELECT h.tenant_id, h.id, h.bucket_at
                  FROM (SELECT unnest(\(references.map(\.key.tenantID))::uuid[]) AS tenant_id,
                               unnest(\(references.map(\.key.messageID))::uuid[]) AS message_id,
                               unnest(\(references.map(\.createdAt))::timestamptz[]) AS bucket_at,
                               unnest(\(ranges.map(\.lowerBound.uuid))::uuid[]) AS first_id,
                               unnest(\(ranges.map(\.upperBound.uuid))::uuid[]) AS last_id) m
                  CROSS JOIN LATERAL (SELECT tenant_id, id, bucket_at FROM email_events
                                      WHERE tenant_id = m.tenant_id AND bucket_at = m.bucket_at AND id BETWEEN m.first_id AND m.last_id
                                        AND message_id = m.message_id AND type IN ('clicked', 'opened')
                                        AND verdict_rules < \(rules)) h) v
            WHERE e.tenant_id = v.tenant_id AND e.id = v.id AND e.bucket_at = v.bucket_at
            """
        )
    }

    /// Begins a review for tenants whose clicks and opens were last gone through by older rules, or never.
    static func begin(rules: Int, now: Date, on client: PostgresClient) async throws {
        try await client.execute(
            """
            INSERT INTO verdict_reviews AS r (tenant_id, rules, started_at)
            SELECT t.tenant_id, \(rules), \(now)::timestamptz FROM tenants t
            WHERE NOT EXISTS (SELECT FROM verdict_reviews o WHERE o.tenant_id = t.tenant_id AND o.rules >= \(rules))
            ORDER BY t.tenant_id
            ON CONFLICT (tenant_id) DO UPDATE SET
                rules = excluded.rules, started_at = excluded.started_at, finished_at = NULL, after_id = NULL, after_bucket = NULL,
                messages = 0, revised = 0
            WHERE r.rules < excluded.rules
            """
        )
    }

    /// Takes the unfinished review that has done least, so that a large tenant does not hold up the small ones; locked for the
    /// transaction.
    static func claim(rules: Int, on connection: PostgresConnection) async throws -> Review? {
        let rows = try await connection.query(
            """
            SELECT tenant_id, after_id, after_bucket FROM verdict_reviews
            WHERE finished_at IS NULL AND rules = \(rules) ORDER BY messages, tenant_id LIMIT 1 FOR UPDATE SKIP LOCKED
            """
        )
        guard let row = rows.first else { return nil }
        let (id, bucket): (UUID?, Date?) = (try row.get("after_id"), try row.get("after_bucket"))
        var after: VerdictRecalculation.Position?
        if let id, let bucket { after = VerdictRecalculation.Position(id: id, bucket: bucket) }
        return Review(tenantID: try row.get("tenant_id"), after: after)
    }

    /// Moves a review on; without a step it has come to its end.
    static func advance(_ review: Review, by step: VerdictRecalculation.Step?, now: Date, on connection: PostgresConnection) async throws {
        guard let step else {
            try await connection.execute("UPDATE verdict_reviews SET finished_at = \(now) WHERE tenant_id = \(review.tenantID)")
            return
        }
        try await connection.execute(
            """
            UPDATE verdict_reviews SET after_id = \(step.last.id), after_bucket = \(step.last.bucket),
                   messages = messages + \(step.result.messages), revised = revised + \(step.result.revised)
            WHERE tenant_id = \(review.tenantID)
            """
        )
    }

    /// Within what a timestamp can hold.
    private static func storable(_ date: Date) -> Date {
        min(max(date, Date(timeIntervalSince1970: 0)), Date(timeIntervalSince1970: 32_503_680_000))
    }
}
