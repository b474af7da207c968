import FoundationEssentials
import Postgres

/// SQL that measures what waits in the outbound pipeline.
package struct QueueBacklogRepository: Sendable {
    private let client: PostgresClient

    package init(client: PostgresClient) {
        self.client = client
    }

    /// What waits now.
    ///
    /// Messages of bulk lanes are counted by their chunks, so the size of a campaign does not matter.
    package func measure(now: Date) async throws -> QueueBacklog {
        let rows = try await client.query(
            """
            WITH chunks AS (
                SELECT coalesce(sum(size) FILTER (WHERE state <> 'handed_over'), 0)::bigint AS bulk,
                       coalesce(sum(size) FILTER (WHERE state = 'handed_over'), 0)::bigint AS unconfirmed,
                       min(created_at) FILTER (WHERE state = 'handed_over') AS oldest_unconfirmed
                FROM queue_chunks
            ), singles AS (
                SELECT count(*) AS single, min(due_at) AS oldest_single FROM (
                    SELECT due_at FROM message_queue WHERE NOT in_chunk AND campaign_id IS NOT NULL AND NOT is_test
                    UNION ALL
                    SELECT due_at FROM message_queue WHERE NOT in_chunk AND (request_id IS NOT NULL OR is_test)) m
            )
            SELECT * FROM chunks, singles
            """
        )
        return try rows.one { row in
            func age(_ column: String) throws -> TimeInterval {
                let moment: Date? = try row.get(column)
                return moment.map { max(0, now.timeIntervalSince($0)) } ?? 0
            }
            return QueueBacklog(
                bulkMessages: try row.get("bulk"),
                singleMessages: try row.get("single"),
                oldestSingleAge: try age("oldest_single"),
                unconfirmedMessages: try row.get("unconfirmed"),
                oldestUnconfirmedAge: try age("oldest_unconfirmed")
            )
        }
    }
}
