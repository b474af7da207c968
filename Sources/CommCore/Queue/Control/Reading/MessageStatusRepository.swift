import FoundationEssentials
import Postgres

/// Reads one message by its key, wherever it is: its id says in which month.
package struct MessageStatusRepository: Sendable {
    /// Events of one message that are shown: the first ones.
    private static let mostEvents = 500

    private let client: PostgresClient
    private let time: any TimeSource

    package init(client: PostgresClient, time: any TimeSource) {
        self.client = client
        self.time = time
    }

    /// - Throws: `QueueError.notFound`.
    package func status(tenantID: UUID, id: UUID) async throws -> MessageStatus {
        let now = time.now
        return try await client.withTenant(tenantID) { connection in
            guard let facts = try await Self.facts(tenantID: tenantID, id: id, now: now, on: connection) else {
                throw QueueError.messageNotFound
            }
            let state = facts.state(now: now)
            let isWaiting = state.isLive || state == .waiting
            let (fallback, fallbackOf) = try await Self.fallback(of: facts, tenantID: tenantID, now: now, on: connection)
            return MessageStatus(
                facts: facts,
                state: state,
                events: try await Self.events(of: facts, tenantID: tenantID, on: connection),
                fallback: fallback,
                fallbackOf: fallbackOf,
                blockers: isWaiting ? try await Self.blockers(of: facts, tenantID: tenantID, now: now, on: connection) : []
            )
        }
    }

    /// The message itself; nil when the tenant has none of that id.
    static func facts(tenantID: UUID, id: UUID, now: Date, on connection: PostgresConnection) async throws -> MessageFacts? {
        guard let createdAt = UUIDv7.time(of: id) else { return nil }
        let page: SQL = """
            (SELECT \(sql: MessageFactsSQL.logged) FROM delivery_events d
              WHERE d.tenant_id = \(tenantID) AND d.id = \(id) AND d.created_at = \(createdAt))
            UNION ALL
            (SELECT \(sql: MessageFactsSQL.live) FROM message_queue q
              WHERE q.tenant_id = \(tenantID) AND q.priority IN (0, 1, 2, 3, 4) AND q.id = \(id))
            UNION ALL
            (SELECT \(sql: MessageFactsSQL.waiting) FROM message_fallbacks f
              WHERE f.tenant_id = \(tenantID) AND f.id = \(id) AND f.used_at IS NULL)
            LIMIT 1
            """
        return try await connection.query(MessageFactsSQL.complete(page, tenantID: tenantID, now: now)).first.map(MessageFacts.init(row:))
    }

    /// What stands behind a message of a request, and before it.
    private static func fallback(
        of facts: MessageFacts,
        tenantID: UUID,
        now: Date,
        on connection: PostgresConnection
    ) async throws -> (next: MessageFallback?, before: UUID?) {
        guard facts.request != nil else { return (nil, nil) }
        let rows = try await connection.query(
            """
            SELECT id, after_id, channel FROM message_fallbacks
             WHERE tenant_id = \(tenantID) AND (after_id = \(facts.id) OR id = \(facts.id))
            """
        )
        var (next, before): (MessageFallback?, UUID?) = (nil, nil)
        for row in rows {
            let (id, afterID): (UUID, UUID) = (try row.get("id"), try row.get("after_id"))
            guard afterID == facts.id else {
                before = afterID
                continue
            }
            let found = try await Self.facts(tenantID: tenantID, id: id, now: now, on: connection)
            next = MessageFallback(
                id: id,
                channel: try row.get("channel"),
                state: found?.state(now: now) ?? .unknown,
                reason: found?.logged?.reason ?? found?.live?.lastError
            )
        }
        return (next, before)
    }

    private static func blockers(
        of facts: MessageFacts,
        tenantID: UUID,
        now: Date,
        on connection: PostgresConnection
    ) async throws -> [CampaignBlocker] {
        var campaign: [CampaignBlocker]?
        if let id = facts.campaignID {
            campaign = try await CampaignFactsRepository.facts(tenantID: tenantID, campaignID: id, now: now, on: connection).blockers(
                now: now
            )
        }
        return facts.blockers(
            pauses: try await QueuePauseRepository.open(tenantID: tenantID, now: now, on: connection),
            senders: try await CampaignFactsRepository.senders(now: now, on: connection),
            campaign: campaign,
            now: now
        )
    }

    /// Everything that is known to have happened: the request, earlier tries, the outcome, and what came back.
    private static func events(of facts: MessageFacts, tenantID: UUID, on connection: PostgresConnection) async throws -> [MessageEvent] {
        // What only waits was asked for, and is not queued.
        var events = facts.waitsFor == nil ? [MessageEvent(type: "queued", occurredAt: facts.createdAt, source: "queue")] : []
        let tries = try await connection.query(
            """
            SELECT attempt, outcome, reason, gateway, occurred_at, retried_at FROM delivery_attempts
             WHERE tenant_id = \(tenantID) AND message_id = \(facts.id) ORDER BY occurred_at
            """
        )
        for row in tries {
            events.append(
                MessageEvent(
                    type: try row.get("outcome"),
                    occurredAt: try row.get("occurred_at"),
                    source: "sender",
                    gateway: try row.get("gateway"),
                    reason: try row.get("reason"),
                    attempt: try row.get("attempt")
                )
            )
            events.append(MessageEvent(type: "retried", occurredAt: try row.get("retried_at"), source: "queue"))
        }
        if let logged = facts.logged {
            events.append(
                MessageEvent(
                    type: logged.outcome == "sent" ? "handed_over" : logged.outcome,
                    occurredAt: logged.occurredAt,
                    source: "sender",
                    gateway: logged.gateway,
                    reason: logged.reason,
                    attempt: facts.attempts
                )
            )
        }
        return try await events + reported(of: facts, tenantID: tenantID, on: connection)
    }

    private static func reported(of facts: MessageFacts, tenantID: UUID, on connection: PostgresConnection) async throws -> [MessageEvent] {
        let ids = EventIdentity.range(of: facts.id)
        return try await connection.query(
            """
            SELECT id, type, occurred_at, source, verdict, payload,
                   coalesce(payload ->> 'bounce_reason', payload ->> 'reason', payload ->> 'error', payload ->> 'diagnostic') AS reason
              FROM email_events
             WHERE tenant_id = \(tenantID) AND bucket_at = \(UUIDv7.time(of: facts.id)) AND id BETWEEN \(ids.lowerBound.uuid) AND \(ids.upperBound.uuid)
               AND message_id = \(facts.id)
             ORDER BY occurred_at, id LIMIT \(mostEvents)
            """
        ).map { row in
            MessageEvent(
                type: try row.get("type"),
                occurredAt: try row.get("occurred_at"),
                source: try row.get("source"),
                reason: try row.get("reason"),
                id: try row.get("id"),
                verdict: try row.get("verdict"),
                payload: (try row.get("payload") as PostgresJSON?)?.text
            )
        }
    }
}
