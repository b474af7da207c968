import FoundationEssentials
import Postgres

/// Asks for failed messages of requests to be tried again: the wish of ``RetryRepository``, without a campaign; the same worker grants it.
package struct MessageRetryRepository: Sendable {
    private static let mostShown = 100

    private let client: PostgresClient
    private let time: any TimeSource

    package init(client: PostgresClient, time: any TimeSource) {
        self.client = client
        self.time = time
    }

    /// Leaves the wish.
    ///
    /// One that is open and means the same is answered again. Messages whose fallback went out are left out: somebody would be told twice.
    /// - Returns: the wish, nil when no message is of these classes; and how many are left out.
    /// - Throws: `QueueError.notFound` for a request that the tenant does not have.
    package func request(
        tenantID: UUID,
        selection: RetrySelection,
        classes: [RetryClass],
        by who: String?
    ) async throws -> (wish: CampaignRetry?, replaced: Int64) {
        let now = time.now
        return try await client.withTenant(tenantID) { connection in
            if let id = selection.requestID { try await Self.require(request: id, tenantID: tenantID, on: connection) }
            let open = try await connection.query(
                """
                SELECT \(sql: CampaignRetry.columns) FROM campaign_retries
                 WHERE tenant_id = \(tenantID) AND campaign_id IS NULL AND finished_at IS NULL AND classes = \(classes)::text[]
                   AND request_id IS NOT DISTINCT FROM \(selection.requestID)::uuid
                   AND channel IS NOT DISTINCT FROM \(selection.channel?.rawValue)::text
                   AND message_ids IS NOT DISTINCT FROM \(selection.messageIDs)::uuid[] ORDER BY id LIMIT 1
                """
            )
            if let row = open.first {
                let wish = try CampaignRetry(row: row)
                return (wish, wish.replaced)
            }
            let condition = Self.condition(tenantID: tenantID, selection, classes, now: now)
            let (count, replaced): (Int64, Int64) = try await connection.query(
                """
                SELECT count(*) FILTER (WHERE NOT is_replaced) AS count, count(*) FILTER (WHERE is_replaced) AS replaced
                  FROM (SELECT \(sql: Self.isReplaced) AS is_replaced FROM delivery_events d WHERE \(sql: condition)) d
                """
            ).one { (try $0.get("count"), try $0.get("replaced")) }
            guard count > 0 else { return (nil, replaced) }
            let wish = try await connection.query(
                """
                INSERT INTO campaign_retries (tenant_id, id, request_id, channel, message_ids, classes, requested_by, requested, replaced,
                                              created_at)
                VALUES (\(tenantID), \(UUIDv7.make(at: now)), \(selection.requestID), \(selection.channel?.rawValue),
                        \(selection.messageIDs)::uuid[], \(classes)::text[], \(who), \(count), \(replaced), \(now))
                RETURNING \(sql: CampaignRetry.columns)
                """
            ).one(CampaignRetry.init(row:))
            return (wish, replaced)
        }
    }

    /// Asks for one message to be tried again, whatever it failed for.
    ///
    /// - Throws: `QueueError`: `notFound`, `notFailed`, `replaced`; `CampaignError.illegalTransition` for one of a campaign, whose balance is reopened by a
    ///   wish for the campaign.
    package func request(tenantID: UUID, messageID: UUID, by who: String?) async throws -> CampaignRetry {
        let now = time.now
        let facts = try await client.withTenant(tenantID) { connection in
            try await MessageStatusRepository.facts(tenantID: tenantID, id: messageID, now: now, on: connection)
        }
        guard let facts else { throw QueueError.messageNotFound }
        guard facts.request != nil else {
            let way = "POST /api/campaigns/{id}/retry-failed"
            throw CampaignError(.illegalTransition, "Messages of a campaign are tried again by class: \(way)")
        }
        let state = facts.state(now: now)
        let refusal = QueueError(.notFailed, "The message is \(state.rawValue): only what failed here is tried again", state: state)
        guard let outcome = facts.logged?.outcome, ["failed", "unknown"].contains(outcome) else { throw refusal }
        let (wish, replaced) = try await request(
            tenantID: tenantID,
            selection: RetrySelection(messageIDs: [messageID]),
            classes: RetryClass.allCases,
            by: who
        )
        guard replaced == 0 else {
            throw QueueError(.replaced, "Its fallback went out in its place: sent again, it would be told twice", state: state)
        }
        guard let wish else { throw QueueError(.notFailed, "The message's time is over: it is not tried again", state: .expired) }
        return wish
    }

    /// The wishes of a tenant, newest first, those for campaigns among them.
    package func list(tenantID: UUID) async throws -> [CampaignRetry] {
        try await client.query(
            """
            SELECT \(sql: CampaignRetry.columns) FROM campaign_retries WHERE tenant_id = \(tenantID) ORDER BY id DESC LIMIT \(Self.mostShown)
            """,
            tenant: tenantID
        ).map(CampaignRetry.init(row:))
    }

    /// - Throws: `QueueError.notFound`.
    package func find(tenantID: UUID, id: UUID) async throws -> CampaignRetry {
        let rows = try await client.query(
            "SELECT \(sql: CampaignRetry.columns) FROM campaign_retries WHERE tenant_id = \(tenantID) AND id = \(id)",
            tenant: tenantID
        )
        guard let row = rows.first else { throw QueueError(.notFound, "Retry not found") }
        return try CampaignRetry(row: row)
    }

    private static func require(request id: UUID, tenantID: UUID, on connection: PostgresConnection) async throws {
        let found = try await connection.query("SELECT FROM message_requests WHERE tenant_id = \(tenantID) AND id = \(id)")
        guard !found.isEmpty else { throw QueueError(.notFound, "Request not found") }
    }

    /// Whether the fallback of a row `d` went into the queue.
    static let isReplaced: SQL = """
        EXISTS (SELECT FROM message_fallbacks f WHERE f.tenant_id = d.tenant_id AND f.after_id = d.id AND f.used_at IS NOT NULL)
        """

    /// The rows `d` of the delivery log that are meant, found by the index of what was not sent; what has expired is over, and what was said to
    /// an erased person cannot be written again.
    static func condition(tenantID: UUID, _ selection: RetrySelection, _ classes: [RetryClass], now: Date) -> SQL {
        var parts: [SQL] = [
            """
            d.tenant_id = \(tenantID) AND d.request_id IS NOT NULL AND d.outcome <> 'sent' AND d.outcome IN ('failed', 'unknown')
            AND NOT d.is_test AND d.merge_values IS NOT NULL AND \(sql: RetryClass.sql) = ANY(\(classes)::text[])
            AND EXISTS (SELECT FROM message_requests r WHERE r.tenant_id = d.tenant_id AND r.id = d.request_id
                           AND (r.expires_at IS NULL OR r.expires_at > \(now)))
            """
        ]
        if let id = selection.requestID { parts.append("d.request_id = \(id)") }
        if let channel = selection.channel { parts.append("d.channel = \(channel.rawValue)") }
        if let ids = selection.messageIDs {
            parts.append("d.id = ANY(\(ids)::uuid[]) AND d.created_at = ANY(\(ids.compactMap(UUIDv7.time(of:)))::timestamptz[])")
        }
        return .joined(parts, separator: " AND ")
    }
}
