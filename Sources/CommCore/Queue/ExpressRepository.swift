import FoundationEssentials
import Postgres

/// SQL of the express lanes: messages that are claimed one by one, a few of every tenant that has some.
package struct ExpressRepository: Sendable {
    /// Tenants that one claim serves; the next one begins behind the last of them.
    private static let tenantsPerClaim = 32

    private let client: PostgresClient

    package init(client: PostgresClient) {
        self.client = client
    }

    /// Claims messages of a class that are due.
    ///
    /// Of campaigns these are tests only; what a campaign has put off goes by the bulk lanes.
    ///
    /// - Parameters:
    ///   - limit: messages at most; shared among the tenants that have some.
    ///   - after: the tenant behind which the search begins; nil for the first.
    /// - Returns: nil when nothing is due behind that tenant.
    package func claim(priority: Int16, limit: Int, after: UUID?, lease: TimeInterval, now: Date) async throws -> ExpressClaim? {
        var after = after ?? Self.first
        while true {
            if let claim = try await claimed(priority: priority, limit: limit, after: after, lease: lease, now: now) { return claim }
            // Those may all wait for a later time, and somebody behind them does not.
            guard let last = try await lastOfFull(priority: priority, after: after) else { return nil }
            after = last
        }
    }

    private static func isWaiting(_ priority: Int16) -> SQL {
        "q.priority = \(priority) AND NOT q.in_chunk AND (q.request_id IS NOT NULL OR q.is_test)"
    }

    /// The next tenants that have something in the queue, due or not.
    private static func waiting(_ priority: Int16, after: UUID) -> SQL {
        """
        waiting AS (
            (SELECT q.tenant_id, 1 AS n FROM message_queue q
             WHERE \(sql: isWaiting(priority)) AND q.tenant_id > \(after) ORDER BY q.tenant_id LIMIT 1)
            UNION ALL
            SELECT next.tenant_id, w.n + 1 FROM waiting w CROSS JOIN LATERAL (
                SELECT q.tenant_id FROM message_queue q
                WHERE \(sql: isWaiting(priority)) AND q.tenant_id > w.tenant_id ORDER BY q.tenant_id LIMIT 1) next
            WHERE w.n < \(tenantsPerClaim))
        """
    }

    /// The last of a claim's tenants; nil when there are none behind them.
    private func lastOfFull(priority: Int16, after: UUID) async throws -> UUID? {
        let full = Self.tenantsPerClaim
        return try await client.query(
            "WITH RECURSIVE \(sql: Self.waiting(priority, after: after)) SELECT tenant_id FROM waiting WHERE n = \(full)"
        ).first?.get("tenant_id")
    }

    private func claimed(priority: Int16, limit: Int, after: UUID, lease: TimeInterval, now: Date) async throws -> ExpressClaim? {
        let token = UUIDv7.make(at: now)
        let isWaiting = Self.isWaiting(priority)
        let rows = try await client.query(
            """
            WITH RECURSIVE \(sql: Self.waiting(priority, after: after)),
            due AS (
                SELECT d.* FROM waiting w CROSS JOIN LATERAL (
                    SELECT q.tenant_id, q.priority, q.id, q.lease_until IS NOT NULL AS was_left FROM message_queue q
                    WHERE \(sql: isWaiting) AND q.tenant_id = w.tenant_id AND q.due_at <= \(now)
                      AND (q.lease_until IS NULL OR q.lease_until < \(now))
                      AND \(sql: QueuePauses.isOpen(tenant: "w.tenant_id", now: now))
                    ORDER BY q.due_at, q.id LIMIT greatest(\(limit) / (SELECT count(*) FROM waiting), 1)
                    FOR UPDATE OF q SKIP LOCKED) d),
            taken AS (
                UPDATE message_queue q
                SET lease_until = \(now.addingTimeInterval(lease)), lease_token = \(token),
                    attempts = q.attempts + due.was_left::int,
                    last_error = CASE WHEN due.was_left THEN \(QueuedMessage.stopped) ELSE q.last_error END
                FROM due WHERE q.tenant_id = due.tenant_id AND q.priority = due.priority AND q.id = due.id AND q.priority = \(priority)
                RETURNING q.*)
            SELECT q.id, q.contact_id, q.recipient, q.merge_values, q.attempts, q.age_from, q.last_error, q.tenant_id, q.campaign_id,
                   q.request_id, q.channel, q.artifact_id, q.is_test, \(sql: Eligibility.columns),
                   (SELECT tenant_id FROM waiting WHERE n = \(Self.tenantsPerClaim)) AS last_tenant
            FROM taken q \(sql: Eligibility.joins(now: now, isMarketing: "q.is_test OR q.priority IN (2, 3)"))
            ORDER BY q.tenant_id, q.id
            """
        )
        guard let first = rows.first else { return nil }
        return ExpressClaim(
            priority: priority,
            token: token,
            groups: try Self.groups(rows),
            lastTenant: try first.get("last_tenant")
        )
    }

    private static let first = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))

    private static func groups(_ rows: PostgresRows) throws -> [ExpressClaim.Group] {
        var groups: [ExpressClaim.Group] = []
        var places: [ExpressClaim.Key: Int] = [:]
        for row in rows {
            guard let key = try key(row) else { continue }
            var message = try MessageRepository.queued(row)
            message.lastError = try row.get("last_error")
            if let place = places[key] {
                groups[place].messages.append(message)
            } else {
                places[key] = groups.count
                groups.append(ExpressClaim.Group(key: key, messages: [message]))
            }
        }
        return groups
    }

    private static func key(_ row: PostgresRow) throws -> ExpressClaim.Key? {
        let requestID: UUID? = try row.get("request_id")
        let campaignID: UUID? = try row.get("campaign_id")
        guard let origin = requestID.map(MessageOrigin.request) ?? campaignID.map(MessageOrigin.campaign) else { return nil }
        return ExpressClaim.Key(
            tenantID: try row.get("tenant_id"),
            origin: origin,
            channel: try row.get("channel"),
            artifactID: try row.get("artifact_id"),
            isTest: try row.get("is_test")
        )
    }
}
