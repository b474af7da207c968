import FoundationEssentials
import Postgres

/// Projection: what became of messages, by hour, channel and gateway, so that nobody counts the delivery log.
///
/// What was recorded counts in the hour in which it was, also where a retry takes it back later; what came back counts in the hour in which
/// it happened.
struct DeliveryCounters {
    /// Facts that say how a message fared, each once per message; the word that they are counted under.
    private static let words: [EventType: String] = [
        .delivered: "delivered", .bounced: "bounced", .complained: "complained", .failed: "rejected", .blocked: "rejected",
    ]

    private let events: [Event]
    private let chunks: [DispatchedChunk]

    /// - Parameters:
    ///   - events: new ones.
    ///   - chunks: what was recorded in the delivery log.
    init(events: [Event], chunks: [DispatchedChunk]) {
        self.events = events.filter { Self.words[$0.type] != nil && $0.messageID != nil }
        // What the express lanes and the queue's control record is counted in their own statements.
        self.chunks = chunks.filter { $0.campaignID != nil }
    }

    func apply(on connection: PostgresConnection) async throws {
        var sources: [SQL] = []
        if !chunks.isEmpty { sources.append(recorded) }
        if !events.isEmpty { sources.append(reported) }
        guard !sources.isEmpty else { return }
        // In the order of the key, so that transactions side by side lock in the same order.
        try await connection.execute(
            """
            INSERT INTO delivery_counters AS k (tenant_id, hour, channel, gateway, outcome, total)
            SELECT f.tenant_id, date_trunc('hour', f.at, 'UTC'), f.channel, f.gateway, f.outcome, count(*)
              FROM (\(sql: .joined(sources, separator: " UNION ALL "))) f
             GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
            ON CONFLICT (tenant_id, hour, channel, gateway, outcome) DO UPDATE SET total = k.total + excluded.total
            """
        )
    }

    private var recorded: SQL {
        """
        SELECT d.tenant_id, d.occurred_at AS at, d.channel, coalesce(d.gateway, '') AS gateway, d.outcome
          FROM (\(sql: DispatchedChunk.logged(chunks))) d WHERE NOT d.is_test
        """
    }

    private var reported: SQL {
        """
        SELECT e.tenant_id, e.at, l.channel, coalesce(l.gateway, '') AS gateway, e.word AS outcome
          FROM (SELECT unnest(\(events.map(\.tenantID))::uuid[]) AS tenant_id, unnest(\(events.map(\.messageID))::uuid[]) AS id,
                       unnest(\(events.map(\.bucket))::timestamptz[]) AS created_at,
                       unnest(\(events.map(\.occurredAt))::timestamptz[]) AS at,
                       unnest(\(events.map { Self.words[$0.type] })::text[]) AS word) e
         CROSS JOIN LATERAL (SELECT d.channel, d.gateway FROM delivery_events d
                              WHERE d.tenant_id = e.tenant_id AND d.id = e.id AND d.created_at = e.created_at AND NOT d.is_test LIMIT 1) l
        """
    }
}
