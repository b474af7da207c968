import FoundationEssentials
import Postgres

/// SQL of the counters by hour, channel and gateway.
///
/// Who records messages of requests leaves what it adds as rows of their own, since senders side by side must not wait for one counter; a
/// duty folds those into the counters, and whoever reads adds up both.
package struct DeliveryCounterRepository: Sendable {
    /// How long hours are kept.
    static let keptDays = 400
    /// Additions that are folded at a time.
    static let batch = 20_000

    private let client: PostgresClient

    package init(client: PostgresClient) {
        self.client = client
    }

    /// The statement that counts rows with `tenant_id, channel, gateway, outcome, is_test`.
    static func addition(of rows: SQL, now: Date) -> SQL {
        """
        INSERT INTO delivery_counter_additions (tenant_id, hour, channel, gateway, outcome, total)
        SELECT m.tenant_id, date_trunc('hour', \(now)::timestamptz, 'UTC'), m.channel, coalesce(m.gateway, ''), m.outcome, count(*)
          FROM \(sql: rows) m WHERE NOT m.is_test GROUP BY m.tenant_id, m.channel, coalesce(m.gateway, ''), m.outcome
        """
    }

    /// What was counted of a tenant since an hour, folded or not.
    static func totals(tenantID: UUID, since: Date) -> SQL {
        """
        SELECT k.channel, k.gateway, k.outcome, sum(k.total)::bigint AS total FROM (
            SELECT channel, gateway, outcome, total FROM delivery_counters WHERE tenant_id = \(tenantID) AND hour >= \(since)
            UNION ALL
            SELECT channel, gateway, outcome, total FROM delivery_counter_additions WHERE tenant_id = \(tenantID) AND hour >= \(since)) k
         GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
        """
    }

    /// The same by channel in a period: whole hours, the first of which may have begun before it.
    static func channels(tenantID: UUID, period: ReportPeriod, on connection: PostgresConnection) async throws -> [ChannelCounts] {
        let isMeant: SQL = """
            tenant_id = \(tenantID) AND hour >= date_trunc('hour', \(period.from)::timestamptz, 'UTC') AND hour < \(period.to)
            """
        let rows = try await connection.query(
            """
            SELECT k.channel, k.outcome, sum(k.total)::bigint AS total FROM (
                SELECT channel, outcome, total FROM delivery_counters WHERE \(sql: isMeant)
                UNION ALL
                SELECT channel, outcome, total FROM delivery_counter_additions WHERE \(sql: isMeant)) k
             GROUP BY 1, 2
            """
        )
        var found: [String: [String: Int]] = [:]
        for row in rows { found[try row.get("channel"), default: [:]][try row.get("outcome")] = try row.get("total") }
        return Channel.allCases.map { ChannelCounts(channel: $0.rawValue, outcomes: found[$0.rawValue] ?? [:]) }
    }

    /// Folds what was added into the counters.
    ///
    /// - Returns: true when there is more to do at once.
    package func fold() async throws -> Bool {
        let taken: Int = try await client.query(
            """
            WITH taken AS (
                DELETE FROM delivery_counter_additions WHERE ctid = ANY(ARRAY(
                    SELECT ctid FROM delivery_counter_additions LIMIT \(Self.batch) FOR UPDATE SKIP LOCKED))
                RETURNING *),
            folded AS (
                INSERT INTO delivery_counters AS k (tenant_id, hour, channel, gateway, outcome, total)
                SELECT tenant_id, hour, channel, gateway, outcome, sum(total) FROM taken GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
                ON CONFLICT (tenant_id, hour, channel, gateway, outcome) DO UPDATE SET total = k.total + excluded.total)
            SELECT count(*) AS taken FROM taken
            """
        ).one { try $0.get("taken") }
        return taken == Self.batch
    }

    /// Deletes hours that are older than anybody asks for.
    package func forget(now: Date) async throws {
        let kept = now.addingTimeInterval(TimeInterval(-86_400 * Self.keptDays))
        try await client.execute("DELETE FROM delivery_counters WHERE hour < \(kept)")
    }
}
