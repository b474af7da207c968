import FoundationEssentials
import Postgres

/// SQL of the gateways' health: what each sender has met, for the others and for people.
package struct ChannelHealthRepository: Sendable {
    /// What a sender last wrote counts for this long (seconds).
    package static let freshness: TimeInterval = 30

    private let client: PostgresClient

    package init(client: PostgresClient) {
        self.client = client
    }

    /// A gateway as its senders see it.
    package struct Entry: Sendable, Equatable {
        package let gateway: String
        package let channel: Channel
        /// The worst that a sender has.
        package let state: GatewayHealth.State
        package let openUntil: Date?
        /// Senders that have it.
        package let senders: Int
        /// Messages of the last minute.
        package let answered: Int
        package let unanswered: Int
        /// Milliseconds of a hand-over, on average.
        package let latency: Double
        package let updatedAt: Date
    }

    /// Every gateway of which a sender has told lately, by name.
    package func list(now: Date) async throws -> [Entry] {
        try await client.query(
            """
            SELECT gateway, min(channel) AS channel, count(*) AS senders, sum(answered)::bigint AS answered,
                   sum(unanswered)::bigint AS unanswered, avg(latency_ms) AS latency, max(updated_at) AS updated_at,
                   CASE WHEN bool_or(state = 'open') THEN 'open' WHEN bool_or(state = 'half_open') THEN 'half_open' ELSE 'closed' END AS state,
                   max(open_until) AS open_until
            FROM channel_health WHERE updated_at > \(now.addingTimeInterval(-Self.freshness)) GROUP BY gateway, channel ORDER BY gateway, channel
            """
        ).map { row in
            Entry(
                gateway: try row.get("gateway"),
                channel: try row.get("channel"),
                state: GatewayHealth.State(rawValue: try row.get("state")) ?? .closed,
                openUntil: try row.get("open_until"),
                senders: try row.get("senders"),
                answered: try row.get("answered"),
                unanswered: try row.get("unanswered"),
                latency: try row.get("latency"),
                updatedAt: try row.get("updated_at")
            )
        }
    }

    /// Writes what this sender knows of its gateways, and forgets senders that are long gone.
    func save(_ reports: [(report: GatewayHealth.Report, channel: Channel)], instance: String, now: Date) async throws {
        guard !reports.isEmpty else { return }
        let all = reports.map(\.report)
        try await client.execute(
            """
            WITH gone AS (DELETE FROM channel_health WHERE updated_at < \(now.addingTimeInterval(-86_400)))
            INSERT INTO channel_health (gateway, instance, channel, state, open_until, answered, unanswered, latency_ms, updated_at)
            SELECT g.gateway, \(instance), g.channel, g.state, g.open_until, g.answered, g.unanswered, g.latency, \(now)
            FROM unnest(\(all.map(\.gateway))::text[], \(reports.map(\.channel.rawValue))::text[], \(all.map(\.state.rawValue))::text[],
                        \(all.map(\.until))::timestamptz[], \(all.map(\.answered))::bigint[], \(all.map(\.unanswered))::bigint[],
                        \(all.map { $0.latency * 1_000 })::float8[])
                 AS g (gateway, channel, state, open_until, answered, unanswered, latency)
            ON CONFLICT (gateway, instance) DO UPDATE SET channel = excluded.channel, state = excluded.state,
                open_until = excluded.open_until, answered = excluded.answered, unanswered = excluded.unanswered,
                latency_ms = excluded.latency_ms, updated_at = excluded.updated_at
            """
        )
    }

    /// Gateways that other senders pass over now, with the time until when.
    func openElsewhere(than instance: String, now: Date) async throws -> [String: Date] {
        let rows = try await client.query(
            """
            SELECT gateway, max(open_until) AS until FROM channel_health
            WHERE instance <> \(instance) AND state = 'open' AND open_until > \(now)
              AND updated_at > \(now.addingTimeInterval(-Self.freshness))
            GROUP BY gateway
            """
        )
        return try Dictionary(uniqueKeysWithValues: rows.map { (try $0.get("gateway"), try $0.get("until")) })
    }
}
