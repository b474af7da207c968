import FoundationEssentials
import Postgres

/// Counts a tenant's queue without reading it: messages of bulk lanes by their chunks, what has ended by the counters of its hours.
///
/// Messages that wait on their own are counted one by one up to a bound, and then the answer says so.
package struct QueueStatsRepository: Sendable {
    /// How far back one can ask.
    package static let mostHours = 24 * 31
    /// Single messages that are counted.
    static let mostSingles = 100_000

    private let client: PostgresClient
    private let time: any TimeSource

    package init(client: PostgresClient, time: any TimeSource) {
        self.client = client
        self.time = time
    }

    /// - Parameter hours: how far back what has ended is counted, whole hours, the running one among them.
    package func stats(tenantID: UUID, hours: Int = 24) async throws -> QueueStats {
        let now = time.now
        let hours = min(max(1, hours), Self.mostHours)
        return try await client.withTenant(tenantID) { connection in
            let pauses = try await QueuePauseRepository.open(tenantID: tenantID, now: now, on: connection)
            let results = try await connection.pipeline([
                Self.chunks(tenantID, now: now), Self.singles(tenantID, now: now),
                DeliveryCounterRepository.totals(tenantID: tenantID, since: Self.start(hours: hours, now: now)),
            ])
            let unconfirmed: Int = try results[0].reduce(0) { $0 + (try $1.get("unconfirmed") as Int) }
            let counted: Int = try results[1].reduce(0) { $0 + (try $1.get("counted") as Int) }
            let parts = try Self.parts(of: Array(results[0]) + Array(results[1]), pauses: pauses)
            return QueueStats(
                parts: parts,
                unconfirmed: unconfirmed,
                isLowerBound: counted > Self.mostSingles,
                ended: try Self.totals(results[2]),
                hours: hours
            )
        }
    }

    private static func chunks(_ tenantID: UUID, now: Date) -> SQL {
        let isLeased: SQL = "q.state = 'leased' AND q.lease_until > \(now)"
        let isFree: SQL = "q.state <> 'handed_over' AND NOT (\(sql: isLeased))"
        let isDue: SQL = "(q.due_at IS NULL OR q.due_at <= \(now))"
        return """
            SELECT q.priority, 'email' AS channel,
                   coalesce(sum(q.size) FILTER (WHERE \(sql: isLeased)), 0)::bigint AS active,
                   coalesce(sum(q.size) FILTER (WHERE \(sql: isFree) AND \(sql: isDue) AND c.status = 'sending'), 0)::bigint AS waiting,
                   coalesce(sum(q.size) FILTER (WHERE \(sql: isFree) AND NOT \(sql: isDue)), 0)::bigint AS scheduled,
                   0::bigint AS deferred,
                   coalesce(sum(q.size) FILTER (WHERE \(sql: isFree) AND \(sql: isDue) AND c.status <> 'sending'), 0)::bigint AS held,
                   min(coalesce(q.due_at, q.created_at)) FILTER (WHERE \(sql: isFree) AND \(sql: isDue) AND c.status = 'sending') AS oldest,
                   coalesce(sum(q.size) FILTER (WHERE q.state = 'handed_over'), 0)::bigint AS unconfirmed
              FROM queue_chunks q JOIN campaigns c ON c.tenant_id = q.tenant_id AND c.id = q.campaign_id
             WHERE q.tenant_id = \(tenantID) GROUP BY 1, 2
            """
    }

    /// Those of campaigns and those of requests are in indexes of their own.
    static func singles(_ tenantID: UUID, now: Date) -> SQL {
        let columns: SQL = "SELECT priority, channel, campaign_id, due_at, lease_until, attempts, is_test FROM message_queue"
        let isLeased: SQL = "m.lease_until > \(now)"
        let isFree: SQL = "(m.lease_until IS NULL OR m.lease_until <= \(now))"
        return """
            SELECT m.priority, m.channel,
                   count(*) FILTER (WHERE \(sql: isLeased)) AS active,
                   count(*) FILTER (WHERE \(sql: isFree) AND m.due_at <= \(now) AND coalesce(c.status = 'sending', true)) AS waiting,
                   count(*) FILTER (WHERE \(sql: isFree) AND m.due_at > \(now) AND m.attempts = 0) AS scheduled,
                   count(*) FILTER (WHERE \(sql: isFree) AND m.due_at > \(now) AND m.attempts > 0) AS deferred,
                   count(*) FILTER (WHERE \(sql: isFree) AND m.due_at <= \(now) AND c.status <> 'sending') AS held,
                   min(m.due_at) FILTER (WHERE \(sql: isFree) AND m.due_at <= \(now) AND coalesce(c.status = 'sending', true)) AS oldest,
                   count(*) AS counted
              FROM ((\(sql: columns) WHERE tenant_id = \(tenantID) AND NOT in_chunk AND campaign_id IS NOT NULL AND NOT is_test
                      LIMIT \(mostSingles + 1))
                    UNION ALL
                    (\(sql: columns) WHERE tenant_id = \(tenantID) AND NOT in_chunk AND (request_id IS NOT NULL OR is_test)
                      LIMIT \(mostSingles + 1))) m
              LEFT JOIN campaigns c ON c.tenant_id = \(tenantID) AND c.id = m.campaign_id AND NOT m.is_test
             GROUP BY 1, 2
            """
    }

    /// Where the first of so many hours begins, the running one among them.
    private static func start(hours: Int, now: Date) -> Date {
        let hour = (now.timeIntervalSince1970 / 3_600).rounded(.down)
        return Date(timeIntervalSince1970: (hour - Double(hours - 1)) * 3_600)
    }

    /// What a pause of the tenant, its channel or everything holds back is not waiting for a sender.
    private static func parts(of rows: [PostgresRow], pauses: [QueuePause]) throws -> [QueueStats.Part] {
        var lanes: [Key: QueueStats.Lane] = [:]
        for row in rows {
            let key = Key(priority: try row.get("priority"), channel: try row.get("channel"))
            var lane = QueueStats.Lane()
            (lane.active, lane.waiting) = (try row.get("active"), try row.get("waiting"))
            (lane.scheduled, lane.deferred, lane.held) = (try row.get("scheduled"), try row.get("deferred"), try row.get("held"))
            lane.oldestDue = try row.get("oldest")
            if let channel = Channel(rawValue: key.channel), pauses.contains(where: { $0.holds(channel: channel) }) {
                (lane.held, lane.waiting) = (lane.held + lane.waiting, 0)
            }
            lanes[key, default: QueueStats.Lane()].add(lane)
        }
        return lanes.sorted { $0.key < $1.key }.map { QueueStats.Part(priority: $0.key.priority, channel: $0.key.channel, lane: $0.value) }
    }

    private struct Key: Hashable, Comparable {
        let priority: Int
        let channel: String

        static func < (left: Key, right: Key) -> Bool { (left.priority, left.channel) < (right.priority, right.channel) }
    }

    private static func totals(_ rows: PostgresRows) throws -> [ChannelTotals] {
        struct Way: Hashable {
            let channel: String
            let gateway: String
        }
        var found: [Way: [String: Int64]] = [:]
        for row in rows {
            found[Way(channel: try row.get("channel"), gateway: try row.get("gateway")), default: [:]][try row.get("outcome")] =
                try row.get("total")
        }
        return found.sorted { ($0.key.channel, $0.key.gateway) < ($1.key.channel, $1.key.gateway) }.map {
            ChannelTotals(channel: $0.key.channel, gateway: $0.key.gateway.isEmpty ? nil : $0.key.gateway, outcomes: $0.value)
        }
    }
}
