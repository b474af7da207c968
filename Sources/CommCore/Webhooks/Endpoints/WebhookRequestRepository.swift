import FoundationEssentials
import Postgres

/// SQL of what an owner asks to be sent out of turn: a test, one event again, a stretch of time again.
///
/// Nothing is sent here: comm-stats finds it within moments.
package struct WebhookRequestRepository: Sendable {
    private let client: PostgresClient
    private let time: any TimeSource

    package init(client: PostgresClient, time: any TimeSource) {
        self.client = client
        self.time = time
    }

    /// Asks for a sample event, also to an endpoint that is disabled or pauses.
    ///
    /// - Parameter type: a name; nil is `message.delivered`.
    /// - Returns: the sample's id, under which its attempt is logged.
    package func test(tenantID: UUID, endpointID: UUID, type: String?) async throws -> UUID {
        let found = FeedEventType.matching(type ?? FeedEventType.delivered.wireName)
        guard found.count == 1, let word = found.first else {
            let known = FeedEventType.allCases.map(\.wireName).joined(separator: ", ")
            throw Self.invalid("event_type", "unknown", "event_type must be one of \(known)")
        }
        let now = time.now
        let id = UUIDv7.make(at: now)
        try await client.withTenant(tenantID) { connection in
            try await WebhookEndpointRepository.lock(tenantID: tenantID, id: endpointID, on: connection)
            try await connection.execute(
                """
                INSERT INTO webhook_pending (tenant_id, endpoint_id, id, kind, event_id, event_type, bucket_at, due_at, created_at)
                VALUES (\(tenantID), \(endpointID), \(id), 'test', \(id), \(word.rawValue), \(now), \(now), \(now))
                """
            )
            try await Self.wake(tenantID: tenantID, endpointID: endpointID, now: now, on: connection)
        }
        return id
    }

    /// Asks for one event again, whatever the endpoint's filter says.
    package func resend(tenantID: UUID, endpointID: UUID, eventID: UUID) async throws {
        let now = time.now
        try await client.withTenant(tenantID) { connection in
            try await WebhookEndpointRepository.lock(tenantID: tenantID, id: endpointID, on: connection)
            let made = try await connection.query(
                """
                INSERT INTO webhook_pending (tenant_id, endpoint_id, id, kind, event_id, event_type, bucket_at, due_at, created_at)
                SELECT \(tenantID), \(endpointID), \(UUIDv7.make(at: now)), 'resend', \(eventID), e.type, e.bucket_at, \(now), \(now)
                FROM (SELECT type, bucket_at FROM email_events WHERE tenant_id = \(tenantID) AND id = \(eventID)
                      UNION ALL
                      -- What happened in the queue has the id of its message.
                      SELECT CASE WHEN outcome = 'skipped' AND reason = \(MessageState.cancelledReason) THEN 'cancelled' ELSE 'queued' END,
                             created_at
                      FROM delivery_events
                      WHERE tenant_id = \(tenantID) AND id = \(eventID) AND created_at = \(UUIDv7.time(of: eventID))
                      UNION ALL
                      SELECT 'queued', \(UUIDv7.time(of: eventID)) FROM message_queue
                      WHERE tenant_id = \(tenantID) AND priority IN (0, 1, 2, 3, 4) AND id = \(eventID)) e
                WHERE e.bucket_at IS NOT NULL LIMIT 1
                """
            ).affected
            guard made > 0 else { throw WebhookError(.notFound, "Event not found") }
            try await Self.wake(tenantID: tenantID, endpointID: endpointID, now: now, on: connection)
        }
    }

    /// Asks for a stretch of time again.
    ///
    /// - Parameter failedOnly: only what was given up and not delivered since.
    package func replay(
        tenantID: UUID,
        endpointID: UUID,
        from: Date?,
        to: Date?,
        eventTypes: [String]? = nil,
        failedOnly: Bool = false,
        requestedBy: String
    ) async throws -> WebhookReplay {
        let now = time.now
        var check = FieldCheck()
        if from == nil { check.add(.required("from")) }
        let end = min(to ?? now, now)
        if let from, from >= end { check.add("from", "invalid", "from must be before to, and not in the future") }
        for (index, pattern) in (eventTypes ?? []).enumerated() where FeedEventType.matching(pattern).isEmpty {
            check.add("event_types[\(index)]", "unknown", "event_types holds a name that is not known")
        }
        guard check.problems.isEmpty, let from else { throw WebhookError(.invalid, "The replay is not valid", problems: check.problems) }
        return try await client.withTenant(tenantID) { connection in
            try await WebhookEndpointRepository.lock(tenantID: tenantID, id: endpointID, on: connection)
            let running = try await connection.query(
                """
                SELECT FROM webhook_replays WHERE tenant_id = \(tenantID) AND endpoint_id = \(endpointID) AND finished_at IS NULL
                """
            )
            guard running.isEmpty else { throw WebhookError(.replayRunning, "A replay of this endpoint still runs") }
            let rows = try await connection.query(
                """
                INSERT INTO webhook_replays (tenant_id, endpoint_id, id, from_time, to_time, position, to_position, failed_only, event_types,
                                             requested_by, created_at)
                SELECT \(tenantID), \(endpointID), \(UUIDv7.make(at: now)), \(from), \(end),
                       (\(sql: Self.boundary(tenantID, before: from))), (\(sql: Self.boundary(tenantID, before: end))), \(failedOnly),
                       \(eventTypes)::text[], \(requestedBy), \(now)
                RETURNING \(sql: WebhookReplay.columns)
                """
            )
            try await Self.wake(tenantID: tenantID, endpointID: endpointID, now: now, on: connection)
            return try rows.one(WebhookReplay.init(row:))
        }
    }

    /// The newest replays of an endpoint.
    package func replays(tenantID: UUID, endpointID: UUID) async throws -> [WebhookReplay] {
        try await client.query(
            """
            SELECT \(sql: WebhookReplay.columns) FROM webhook_replays WHERE tenant_id = \(tenantID) AND endpoint_id = \(endpointID)
            ORDER BY id DESC LIMIT 50
            """,
            tenant: tenantID
        ).map(WebhookReplay.init(row:))
    }

    /// The last position that was recorded before a moment.
    ///
    /// Positions rise with time, so halving finds it: there is no index by time, which every event would have to keep up.
    private static func boundary(_ tenantID: UUID, before moment: Date) -> SQL {
        """
        WITH RECURSIVE half AS (
            SELECT kept_from AS low, last_position + 1 AS high FROM event_feeds WHERE tenant_id = \(tenantID)
            UNION ALL
            SELECT CASE WHEN m.recorded_at < \(moment) THEN m.position + 1 ELSE h.low END,
                   CASE WHEN m.recorded_at < \(moment) THEN h.high ELSE m.position END
            FROM half h CROSS JOIN LATERAL (
                SELECT position, recorded_at FROM event_feed
                WHERE tenant_id = \(tenantID) AND position = (h.low + h.high) / 2) m
            WHERE h.low < h.high)
        SELECT coalesce(max(low), 1) - 1 FROM half
        """
    }

    private static func wake(tenantID: UUID, endpointID: UUID, now: Date, on connection: PostgresConnection) async throws {
        try await connection.execute(
            """
            UPDATE webhook_states SET wake_at = least(wake_at, \(now)) WHERE tenant_id = \(tenantID) AND endpoint_id = \(endpointID)
            """
        )
    }

    private static func invalid(_ field: String, _ code: String, _ message: String) -> WebhookError {
        WebhookError(.invalid, message, problems: [FieldProblem(field: field, code: code, message: message)])
    }
}
