import FoundationEssentials
import Postgres

/// SQL of sending: leases on endpoints, what they are to be told, what came of it.
///
/// Longer than other files: the statements share the fence, and are read side by side.
struct WebhookWorkRepository: Sendable {
    private static let liveLimit = 50
    private static let pendingLimit = 25
    /// Where order is by message: so many deliveries that hold something up let nothing more out of the feed.
    private static let heldLimit = 500
    /// How far the feed is looked through for what an endpoint wants, at a time.
    private static let reach: Int64 = 20_000

    let client: PostgresClient
    let owner: String
    /// How long a lease lasts unless it is renewed by recording.
    let lease: TimeInterval

    // MARK: Leases

    /// Takes endpoints that have something to be told, those that were served longest ago first.
    ///
    /// - Parameter slow: those whose last round was slow, or the others.
    func claim(limit: Int, slow: Bool, now: Date) async throws -> [WebhookLease] {
        try await client.query(
            """
            WITH next AS (
                SELECT s.tenant_id, s.endpoint_id FROM webhook_states s
                JOIN webhook_endpoints e ON e.tenant_id = s.tenant_id AND e.id = s.endpoint_id
                JOIN event_feeds f ON f.tenant_id = s.tenant_id
                JOIN tenants t ON t.tenant_id = s.tenant_id AND t.status = 'active'
                WHERE s.is_slow = \(slow) AND (s.lease_until IS NULL OR s.lease_until <= \(now))
                  AND (s.wake_at <= \(now) OR e.enabled AND NOT s.is_held AND s.due_at <= \(now) AND s.position < f.last_position)
                ORDER BY s.served_at LIMIT \(limit) FOR UPDATE OF s SKIP LOCKED)
            UPDATE webhook_states s
            SET lease_owner = \(owner), lease_until = \(now.addingTimeInterval(lease)), lease_token = gen_random_uuid(), served_at = \(now)
            FROM next n
            JOIN webhook_endpoints e ON e.tenant_id = n.tenant_id AND e.id = n.endpoint_id
            WHERE s.tenant_id = n.tenant_id AND s.endpoint_id = n.endpoint_id
            RETURNING s.tenant_id, s.endpoint_id, s.lease_token, e.url, e.event_types, e.campaign_ids, e.channels, e.include_automated,
                      e.ordering, e.max_concurrency::int AS max_concurrency, e.max_per_second::int AS max_per_second, s.is_slow,
                      \(sql: Self.stateColumns)
            """
        ).map(Self.lease(row:))
    }

    /// Gives the endpoint back, with the time at which it is next to be looked at; nothing when it is somebody else's by now.
    func release(_ lease: WebhookLease) async throws {
        try await client.withTransaction { connection in
            guard try await Self.fence(lease, on: connection) else { return }
            try await connection.execute(
                """
                UPDATE webhook_states s SET lease_owner = NULL, lease_until = NULL, lease_token = NULL, wake_at = \(sql: Self.wake("s.due_at"))
                FROM webhook_endpoints e
                WHERE \(sql: Self.own(lease)) AND e.tenant_id = s.tenant_id AND e.id = s.endpoint_id
                """
            )
        }
    }

    /// The secrets that sign, newest first, and the headers; still sealed.
    func credentials(of lease: WebhookLease, now: Date) async throws -> [(kind: String, sealed: [UInt8])] {
        try await client.query(
            """
            SELECT kind, sealed FROM webhook_credentials
            WHERE tenant_id = \(lease.tenantID) AND endpoint_id = \(lease.endpointID) AND (expires_at IS NULL OR expires_at > \(now))
            ORDER BY created_at DESC, id DESC LIMIT 6
            """
        ).map { (try $0.get("kind"), try $0.get("sealed")) }
    }

    // MARK: Windows

    /// What is to be told now: what waited and is due, then what is next in the feed.
    func window(_ lease: WebhookLease, now: Date) async throws -> WebhookWindow {
        let mayGoOn = lease.state.isEnabled && lease.state.dueAt <= now
        let pending = try await pending(lease, mayGoOn: mayGoOn, now: now)
        guard mayGoOn, !lease.state.isHeld else { return WebhookWindow(deliveries: pending, position: lease.state.position) }
        let (live, position) = try await live(lease, now: now)
        let held = lease.ordering == .message && !live.isEmpty ? try await held(lease) : [:]
        return WebhookWindow(deliveries: pending + live, held: held, position: position)
    }

    /// What is held up, and until when.
    private func held(_ lease: WebhookLease) async throws -> [UUID: Date] {
        let rows = try await client.query(
            """
            SELECT lane, max(due_at) AS due_at FROM webhook_pending
            WHERE tenant_id = \(lease.tenantID) AND endpoint_id = \(lease.endpointID) AND holds AND lane IS NOT NULL
            GROUP BY lane
            """
        )
        return Dictionary(try rows.map { (try $0.get("lane") as UUID, try $0.get("due_at") as Date) }) { first, _ in first }
    }

    private func pending(_ lease: WebhookLease, mayGoOn: Bool, now: Date) async throws -> [WebhookDelivery] {
        try await client.query(
            """
            WITH p AS MATERIALIZED (
                SELECT * FROM webhook_pending p
                WHERE p.tenant_id = \(lease.tenantID) AND p.endpoint_id = \(lease.endpointID) AND p.due_at <= \(now)
                  AND (p.kind IN ('test', 'resend') OR \(mayGoOn))
                  AND NOT (p.holds AND EXISTS (
                      SELECT FROM webhook_pending q
                      WHERE q.tenant_id = p.tenant_id AND q.endpoint_id = p.endpoint_id AND q.due_at > \(now) AND q.holds
                        AND q.lane = p.lane AND q.position < p.position))
                ORDER BY p.kind = 'test' DESC, p.holds DESC, p.position, p.due_at LIMIT \(Self.pendingLimit)),
            w AS (
                SELECT p.*, p.event_type AS type, f.data, f.campaign_id, coalesce(f.channel, 'email') AS channel,
                       coalesce(f.recorded_at, p.created_at) AS recorded_at
                FROM p LEFT JOIN event_feed f ON f.tenant_id = p.tenant_id AND f.position = p.position)
            SELECT w.id, w.kind, true AS is_pending, w.position, w.bucket_at, w.attempts::int AS attempts, w.first_attempt_at, w.holds,
                   \(sql: EventFact.columns)
            FROM w \(sql: EventFact.joins)
            ORDER BY w.kind = 'test' DESC, w.holds DESC, w.position, w.due_at
            """
        ).map { try Self.delivery(row: $0, now: now) }
    }

    private func live(_ lease: WebhookLease, now: Date) async throws -> ([WebhookDelivery], Int64) {
        let limit = min(Self.liveLimit, lease.maxPerSecond ?? Self.liveLimit)
        let rows = try await client.query(
            """
            WITH feed AS (
                SELECT least(last_position, \(lease.state.position)::bigint + \(Self.reach)) AS reach FROM event_feeds
                WHERE tenant_id = \(lease.tenantID)),
            w AS MATERIALIZED (
                SELECT f.* FROM event_feed f
                WHERE f.tenant_id = \(lease.tenantID) AND f.position > \(lease.state.position) AND f.position <= (SELECT reach FROM feed)
                  AND \(sql: lease.filter.condition)
                ORDER BY f.position LIMIT \(limit))
            SELECT gen_random_uuid() AS id, 'live' AS kind, false AS is_pending, w.position, w.bucket_at, 0 AS attempts,
                   NULL::timestamptz AS first_attempt_at, true AS holds, feed.reach, \(sql: EventFact.columns)
            FROM feed LEFT JOIN w ON true \(sql: EventFact.joins)
            ORDER BY w.position
            """
        )
        guard let first = rows.first else { return ([], lease.state.position) }
        let reach: Int64 = try first.get("reach")
        guard try !first.isNull("event_id") else { return ([], max(reach, lease.state.position)) }
        let deliveries = try rows.map { try Self.delivery(row: $0, now: now) }
        return (deliveries, deliveries.count == limit ? deliveries.last?.position ?? reach : reach)
    }

    // MARK: Recording

    /// Writes what came of a window in one transaction.
    ///
    /// - Returns: how the endpoint stands now; nil when somebody else holds it, and then nothing was written.
    func record(_ outcome: WindowOutcome, of lease: WebhookLease, now: Date) async throws -> WebhookLease.State? {
        try await client.withTransaction { connection in
            guard try await Self.fence(lease, on: connection) else { return nil }
            try await Self.finish(outcome.finished, lease, on: connection)
            try await Self.wait(outcome, lease, now: now, on: connection)
            try await WebhookLogRepository.insert(outcome.attempts, of: lease, now: now, on: connection)
            let since = lease.state.failingSince ?? outcome.failingSince
            if let reason = outcome.disabled { try await Self.disable(lease, reason, now: now, on: connection) }
            let hasDelivered = outcome.attempts.contains { $0.outcome == .delivered }
            let rows = try await connection.query(
                """
                UPDATE webhook_states s
                SET position = greatest(s.position, \(outcome.position)), due_at = \(outcome.dueAt), failures = \(outcome.failures),
                    failing_since = \(outcome.failingSince), is_slow = \(outcome.isSlow),
                    last_success_at = CASE WHEN \(hasDelivered) THEN \(now) ELSE s.last_success_at END,
                    last_failure_at = CASE WHEN \(outcome.lastError != nil) THEN \(now) ELSE s.last_failure_at END,
                    last_error = CASE WHEN \(outcome.attempts.isEmpty) THEN s.last_error ELSE \(outcome.lastError)::text END,
                    is_held = (SELECT count(*) FROM webhook_pending p
                               WHERE p.tenant_id = s.tenant_id AND p.endpoint_id = s.endpoint_id AND p.holds)
                              >= CASE e.ordering WHEN 'endpoint' THEN 1 ELSE \(Self.heldLimit) END,
                    wake_at = \(sql: Self.wake("\(outcome.dueAt)::timestamptz")), lease_until = \(now.addingTimeInterval(self.lease))
                FROM webhook_endpoints e
                WHERE \(sql: Self.own(lease)) AND e.tenant_id = s.tenant_id AND e.id = s.endpoint_id
                RETURNING \(sql: Self.stateColumns)
                """
            )
            if let reason = outcome.disabled {
                // The feed's lock is the last that is taken.
                let notice = try FeedNotice.endpointDisabled(
                    lease.endpointID,
                    url: lease.url,
                    reason: reason.rawValue,
                    failingSince: since,
                    now: now
                )
                try await EventFeed.append(notice, tenantID: lease.tenantID, on: connection, now: now)
            }
            return try rows.first.map(Self.state(row:))
        }
    }

    private static func finish(_ ids: [UUID], _ lease: WebhookLease, on connection: PostgresConnection) async throws {
        guard !ids.isEmpty else { return }
        try await connection.execute(
            """
            DELETE FROM webhook_pending
            WHERE tenant_id = \(lease.tenantID) AND endpoint_id = \(lease.endpointID) AND id = ANY(\(ids)::uuid[])
            """
        )
    }

    private static func wait(
        _ outcome: WindowOutcome,
        _ lease: WebhookLease,
        now: Date,
        on connection: PostgresConnection
    ) async throws {
        let waiting = outcome.waiting
        guard !waiting.isEmpty else { return }
        let deliveries = waiting.map(\.delivery)
        let lanes = deliveries.map { $0.holds ? WindowOutcome.key($0, lease) : nil }
        try await connection.execute(
            """
            INSERT INTO webhook_pending AS p (tenant_id, endpoint_id, id, kind, position, event_id, event_type, bucket_at, attempts,
                                              first_attempt_at, due_at, holds, lane, created_at)
            SELECT \(lease.tenantID), \(lease.endpointID), w.*, \(now)::timestamptz
            FROM unnest(\(deliveries.map(\.id))::uuid[], \(deliveries.map(\.kind.rawValue))::text[], \(deliveries.map(\.position))::bigint[],
                        \(deliveries.map(\.eventID))::uuid[], \(deliveries.map(\.eventType))::text[],
                        \(deliveries.map(\.bucketAt))::timestamptz[], \(waiting.map(\.attempts))::smallint[],
                        \(waiting.map(\.firstAttemptAt))::timestamptz[], \(waiting.map(\.dueAt))::timestamptz[],
                        \(deliveries.map(\.holds))::boolean[], \(lanes)::uuid[]) AS w
            ON CONFLICT (tenant_id, endpoint_id, id) DO UPDATE
            SET attempts = excluded.attempts, first_attempt_at = excluded.first_attempt_at, due_at = excluded.due_at, lane = excluded.lane
            """
        )
        guard !outcome.blocked.isEmpty else { return }
        // What waits behind it is not looked at before.
        try await connection.execute(
            """
            UPDATE webhook_pending p SET due_at = b.due_at
            FROM unnest(\(Array(outcome.blocked.keys))::uuid[], \(Array(outcome.blocked.values))::timestamptz[]) AS b(lane, due_at)
            WHERE p.tenant_id = \(lease.tenantID) AND p.endpoint_id = \(lease.endpointID) AND p.holds AND p.lane = b.lane
              AND p.due_at < b.due_at
            """
        )
    }

    private static func disable(
        _ lease: WebhookLease,
        _ reason: WebhookEndpoint.DisabledReason,
        now: Date,
        on connection: PostgresConnection
    ) async throws {
        try await connection.execute(
            """
            UPDATE webhook_endpoints SET enabled = false, disabled_reason = \(reason.rawValue), disabled_at = \(now), updated_at = \(now)
            WHERE tenant_id = \(lease.tenantID) AND id = \(lease.endpointID)
            """
        )
        let note = AuditNote(
            eventType: "webhook_disabled",
            action: "disabled",
            resourceType: "webhook_endpoint",
            resourceID: lease.endpointID,
            details: try PostgresJSON(encoding: ["reason": reason.rawValue])
        )
        try await AuditRepository.record(note, tenantID: lease.tenantID, on: connection)
    }

    // MARK: Replays

    /// Moves the next part of a running replay among what is pending, unless enough of it is there already.
    ///
    /// - Returns: false when no replay runs any more.
    func refill(_ lease: WebhookLease, now: Date) async throws -> Bool {
        try await client.withTransaction { connection in
            guard try await Self.fence(lease, on: connection) else { return false }
            let rows = try await connection.query(
                """
                SELECT r.id, r.position, r.to_position, r.failed_only, r.event_types,
                       (SELECT count(*) FROM webhook_pending p WHERE p.tenant_id = r.tenant_id AND p.endpoint_id = r.endpoint_id
                           AND p.kind = 'replay')::int AS waiting
                FROM webhook_replays r
                WHERE r.tenant_id = \(lease.tenantID) AND r.endpoint_id = \(lease.endpointID) AND r.finished_at IS NULL
                ORDER BY r.id LIMIT 1
                """
            )
            guard let row = rows.first else { return false }
            guard try Self.liveLimit > row.get("waiting") as Int else { return true }
            try await Self.move(row, lease, now: now, on: connection)
            return true
        }
    }

    private static func move(_ replay: PostgresRow, _ lease: WebhookLease, now: Date, on connection: PostgresConnection) async throws {
        let (from, to): (Int64, Int64) = (try replay.get("position"), try replay.get("to_position"))
        let end = min(to, from + reach)
        var filter = lease.filter
        if let patterns: [String] = try replay.get("event_types") {
            let asked = Set(patterns.flatMap(FeedEventType.matching))
            filter.types = filter.types.map { $0.intersection(asked) } ?? asked
        }
        var condition = filter.condition
        if try replay.get("failed_only") {
            condition += """
                 AND EXISTS (SELECT FROM webhook_attempts a WHERE a.tenant_id = f.tenant_id AND a.event_id = f.event_id
                                 AND a.endpoint_id = \(lease.endpointID) AND a.outcome = 'given_up')
                 AND NOT EXISTS (SELECT FROM webhook_attempts a WHERE a.tenant_id = f.tenant_id AND a.event_id = f.event_id
                                     AND a.endpoint_id = \(lease.endpointID) AND a.outcome = 'delivered')
                """
        }
        let limit = 2 * liveLimit
        let moved = try await connection.query(
            """
            INSERT INTO webhook_pending (tenant_id, endpoint_id, id, kind, position, event_id, event_type, bucket_at, due_at, created_at)
            SELECT f.tenant_id, \(lease.endpointID), gen_random_uuid(), 'replay', f.position, f.event_id, f.type, f.bucket_at, \(now), \(now)
            FROM event_feed f
            WHERE f.tenant_id = \(lease.tenantID) AND f.position > \(from) AND f.position <= \(end) AND \(sql: condition)
            ORDER BY f.position LIMIT \(limit)
            RETURNING position
            """
        )
        let last = try moved.map { try $0.get("position") as Int64 }.max()
        let position = moved.count == limit ? last ?? end : end
        try await connection.execute(
            """
            UPDATE webhook_replays SET position = \(position), queued = queued + \(moved.count),
                   finished_at = CASE WHEN \(position >= to) THEN \(now)::timestamptz END
            WHERE tenant_id = \(lease.tenantID) AND endpoint_id = \(lease.endpointID) AND id = \(try replay.get("id") as UUID)
            """
        )
    }

    // MARK: Pieces

    private static func fence(_ lease: WebhookLease, on connection: PostgresConnection) async throws -> Bool {
        try await !connection.query("SELECT FROM webhook_states s WHERE \(sql: own(lease)) FOR UPDATE").isEmpty
    }

    private static func own(_ lease: WebhookLease) -> SQL {
        "s.tenant_id = \(lease.tenantID) AND s.endpoint_id = \(lease.endpointID) AND s.lease_token = \(lease.token)"
    }

    /// When what is pending is due; of all but tests and resends not before the endpoint's own time, and never while it is disabled.
    private static func wake(_ dueAt: SQL) -> SQL {
        """
        least((SELECT min(CASE WHEN p.kind IN ('test', 'resend') THEN p.due_at WHEN e.enabled THEN greatest(p.due_at, \(sql: dueAt)) END)
               FROM webhook_pending p WHERE p.tenant_id = s.tenant_id AND p.endpoint_id = s.endpoint_id),
              CASE WHEN e.enabled
                    AND EXISTS (SELECT FROM webhook_replays r
                                WHERE r.tenant_id = s.tenant_id AND r.endpoint_id = s.endpoint_id AND r.finished_at IS NULL)
                    AND NOT EXISTS (SELECT FROM webhook_pending p
                                    WHERE p.tenant_id = s.tenant_id AND p.endpoint_id = s.endpoint_id AND p.kind = 'replay')
                   THEN \(sql: dueAt) END)
        """
    }

    private static let stateColumns: SQL = """
        e.enabled, s.position, s.is_held, s.due_at, s.failures, s.failing_since,
        EXISTS (SELECT FROM webhook_replays r
                WHERE r.tenant_id = s.tenant_id AND r.endpoint_id = s.endpoint_id AND r.finished_at IS NULL) AS has_replay
        """

    private static func state(row: PostgresRow) throws -> WebhookLease.State {
        WebhookLease.State(
            isEnabled: try row.get("enabled"),
            position: try row.get("position"),
            isHeld: try row.get("is_held"),
            dueAt: try row.get("due_at"),
            failures: try row.get("failures"),
            failingSince: try row.get("failing_since"),
            hasReplay: try row.get("has_replay")
        )
    }

    private static func lease(row: PostgresRow) throws -> WebhookLease {
        WebhookLease(
            tenantID: try row.get("tenant_id"),
            endpointID: try row.get("endpoint_id"),
            token: try row.get("lease_token"),
            url: try row.get("url"),
            filter: FeedFilter(
                patterns: try row.get("event_types"),
                campaignIDs: try row.get("campaign_ids"),
                channels: try row.get("channels"),
                includesAutomated: try row.get("include_automated")
            ),
            ordering: WebhookEndpoint.Ordering(rawValue: try row.get("ordering")) ?? .endpoint,
            maxConcurrency: try row.get("max_concurrency"),
            maxPerSecond: try row.get("max_per_second"),
            isSlow: try row.get("is_slow"),
            state: try state(row: row)
        )
    }

    private static func delivery(row: PostgresRow, now: Date) throws -> WebhookDelivery {
        let kind = WebhookDelivery.Kind(rawValue: try row.get("kind")) ?? .live
        let (eventID, word): (UUID, String) = (try row.get("event_id"), try row.get("type"))
        let type = FeedEventType(rawValue: word)
        let fact = try kind == .test ? EventFact.sample(type ?? .delivered, eventID: eventID, at: now) : EventFact(row: row)
        let lane: UUID? = try row.get("message_id") ?? row.get("contact_id")
        return WebhookDelivery(
            id: try row.get("id"),
            kind: kind,
            isPending: try row.get("is_pending"),
            position: try row.get("position"),
            eventID: eventID,
            eventType: word,
            bucketAt: try row.get("bucket_at"),
            attempts: try row.get("attempts"),
            firstAttemptAt: try row.get("first_attempt_at"),
            holds: try row.get("holds"),
            lane: lane ?? eventID,
            message: WebhookSender.Message(id: fact.id, body: Array(fact.json.utf8))
        )
    }
}
