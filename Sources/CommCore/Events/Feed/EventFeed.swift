import FoundationEssentials
import Postgres

/// The order in which a tenant's events were committed: what webhooks and streams are told.
///
/// Only tenants whose events somebody reads have a feed. For the others a batch of events costs one look at an empty table.
enum EventFeed {
    /// Adds events that were just stored.
    ///
    /// It has to be the last thing that a transaction does: the feeds stay locked until the commit, so that no position becomes visible
    /// before one that precedes it, and whoever holds this lock waits for nobody.
    static func append(_ events: [Event], on connection: PostgresConnection, now: Date) async throws {
        guard !events.isEmpty else { return }
        let tenants = Set(events.map(\.tenantID))
        let open = try await connection.query(
            """
            SELECT tenant_id FROM event_feeds WHERE tenant_id = ANY(\(Array(tenants))::uuid[]) AND is_open
            ORDER BY tenant_id FOR UPDATE
            """
        )
        guard !open.isEmpty else { return }
        let read = Set(try open.map { try $0.get("tenant_id") as UUID })
        let facts = events.filter { read.contains($0.tenantID) }
        try await connection.execute(
            """
            WITH fact AS (
                SELECT * FROM unnest(\(facts.map(\.tenantID))::uuid[], \(facts.map(\.id))::uuid[], \(facts.map(\.bucket))::timestamptz[],
                                     \(facts.map(\.type.rawValue))::text[], \(facts.map(\.campaignID))::uuid[],
                                     \(facts.map(\.isAutomated))::boolean[], \(facts.map(\.channel.rawValue))::text[])
                     WITH ORDINALITY AS f(tenant_id, event_id, bucket_at, type, campaign_id, is_automated, channel, n)),
            counted AS (
                UPDATE event_feeds f SET last_position = f.last_position + c.count
                FROM (SELECT tenant_id, count(*) AS count FROM fact GROUP BY 1) c
                WHERE f.tenant_id = c.tenant_id
                RETURNING f.tenant_id, f.last_position - c.count AS before)
            INSERT INTO event_feed (tenant_id, position, event_id, bucket_at, type, campaign_id, channel, is_automated, recorded_at)
            SELECT f.tenant_id, c.before + row_number() OVER (PARTITION BY f.tenant_id ORDER BY f.n), f.event_id, f.bucket_at, f.type,
                   f.campaign_id, f.channel, f.is_automated, \(now)::timestamptz
            FROM fact f JOIN counted c ON c.tenant_id = f.tenant_id
            """
        )
    }

    /// Adds what happened to messages in the queue; nothing where nobody reads that.
    ///
    /// Like the events it has to be the last thing of its transaction.
    ///
    /// - Parameter messages: a query of `id`, `campaign_id` and `channel`, which is not run where nobody reads.
    static func append(
        _ type: FeedEventType,
        of messages: SQL,
        tenantID: UUID,
        on connection: PostgresConnection,
        now: Date
    ) async throws {
        let open = try await connection.query("SELECT FROM event_feeds f WHERE \(sql: isRead(type, tenantID: tenantID, now: now))")
        guard !open.isEmpty else { return }
        try await connection.execute(appending(type, of: messages, tenantID: tenantID, now: now))
    }

    /// The statement that does so; for few messages it can be sent as it is.
    static func appending(_ type: FeedEventType, of messages: SQL, tenantID: UUID, now: Date) -> SQL {
        """
        WITH fact AS MATERIALIZED (\(sql: messages)),
        counted AS (
            UPDATE event_feeds f SET last_position = f.last_position + (SELECT count(*) FROM fact)
            WHERE \(sql: isRead(type, tenantID: tenantID, now: now))
            RETURNING f.last_position - (SELECT count(*) FROM fact) AS before)
        INSERT INTO event_feed (tenant_id, position, event_id, bucket_at, type, campaign_id, channel, is_automated, recorded_at)
        SELECT \(tenantID), c.before + row_number() OVER (ORDER BY m.id), m.id, \(sql: SequenceIDs.time(of: "m.id")), \(type.rawValue),
               m.campaign_id, m.channel, false, \(now)::timestamptz
        FROM counted c CROSS JOIN fact m
        """
    }

    /// Whether somebody is told what happens in the queue, of a row `f` of event_feeds.
    private static func isRead(_ type: FeedEventType, tenantID: UUID, now: Date) -> SQL {
        let isOpen: SQL = "f.tenant_id = \(tenantID) AND f.is_open"
        guard type == .queued else { return isOpen }
        return """
            \(sql: isOpen) AND (f.queued_until > \(now) OR EXISTS (
                SELECT FROM webhook_endpoints e
                WHERE e.tenant_id = f.tenant_id AND e.event_types && ARRAY[\(type.rawValue)::text, \(type.wireName)::text]))
            """
    }

    /// Adds a notice, which is no event of a message; nothing where nobody reads.
    static func append(_ notice: FeedNotice, tenantID: UUID, on connection: PostgresConnection, now: Date) async throws {
        try await connection.execute(
            """
            WITH counted AS (
                UPDATE event_feeds SET last_position = last_position + 1 WHERE tenant_id = \(tenantID) AND is_open
                RETURNING last_position)
            INSERT INTO event_feed (tenant_id, position, event_id, bucket_at, type, channel, is_automated, data, recorded_at)
            SELECT \(tenantID), last_position, \(notice.id), \(now)::timestamptz, \(notice.type.rawValue), 'none', false, \(notice.data),
                   \(now)::timestamptz
            FROM counted
            """
        )
    }

    /// Makes sure that the tenant's events are written to a feed from now on.
    ///
    /// - Parameter queuedUntil: until when messages that are queued are told, too.
    /// - Returns: the newest position.
    static func open(
        tenantID: UUID,
        queuedUntil: Date? = nil,
        on connection: PostgresConnection,
        now: Date
    ) async throws -> Int64 {
        try await connection.query(
            """
            INSERT INTO event_feeds AS f (tenant_id, used_at, queued_until) VALUES (\(tenantID), \(now), \(queuedUntil))
            ON CONFLICT (tenant_id) DO UPDATE SET is_open = true, used_at = greatest(f.used_at, excluded.used_at),
                                                  queued_until = greatest(f.queued_until, excluded.queued_until)
            RETURNING last_position
            """
        ).one { try $0.get("last_position") }
    }
}

extension Event {
    /// A click or open that is not a person's.
    fileprivate var isAutomated: Bool {
        verdict == .scanner || verdict == .machine
    }
}
