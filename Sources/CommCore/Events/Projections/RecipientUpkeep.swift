import FoundationEssentials
import Postgres

/// What changes in the Mega List although nothing happens: engagement that grows old, suppressions that end.
package struct RecipientUpkeep: Sendable {
    /// How often a tenant's levels are looked at: an hour is little beside 30 days.
    static let interval: TimeInterval = 15 * 60
    /// The longest stretch of time that one step looks at.
    static let stretch: TimeInterval = 6 * 3_600
    /// Expired suppressions of one step.
    private static let page = 5_000

    private let client: PostgresClient
    private let time: any TimeSource

    package init(client: PostgresClient, time: any TimeSource) {
        self.client = client
        self.time = time
    }

    /// Lowers the engagement levels of the tenant that has waited longest.
    ///
    /// A level changes when one of the contact's times passes a limit. So only contacts are read whose times lie between the limits of
    /// the last step and those of this one: ranges of the indexes that the grid sorts by.
    ///
    /// - Returns: true when there may be more to do at once.
    package func ageEngagement() async throws -> Bool {
        let now = time.now
        return try await client.withTransaction { connection in
            try await connection.execute(
                """
                INSERT INTO engagement_ageing (tenant_id, aged_at) SELECT tenant_id, \(now) FROM tenants t
                 WHERE NOT EXISTS (SELECT FROM engagement_ageing a WHERE a.tenant_id = t.tenant_id) ON CONFLICT DO NOTHING
                """
            )
            let rows = try await connection.query(
                """
                SELECT tenant_id, aged_at FROM engagement_ageing WHERE aged_at <= \(now.addingTimeInterval(-Self.interval))
                 ORDER BY aged_at, tenant_id LIMIT 1 FOR UPDATE SKIP LOCKED
                """
            )
            guard let row = rows.first else { return false }
            let (tenantID, from): (UUID, Date) = (try row.get("tenant_id"), try row.get("aged_at"))
            let to = min(now, from.addingTimeInterval(Self.stretch))
            try await connection.execute(Self.ageing(tenantID, from: from, to: to))
            try await connection.execute("UPDATE engagement_ageing SET aged_at = \(to) WHERE tenant_id = \(tenantID)")
            return true
        }
    }

    private static func ageing(_ tenantID: UUID, from: Date, to: Date) -> SQL {
        let passed = EngagementLevel.limits.map { limit -> SQL in
            """
            SELECT id FROM contacts WHERE tenant_id = \(tenantID) AND deleted_at IS NULL
               AND \(sql: limit.column) > \(from.addingTimeInterval(-limit.age)) AND \(sql: limit.column) <= \(to.addingTimeInterval(-limit.age))
            """
        }
        let level = EngagementLevel.sql(clicked: "c.last_clicked_at", delivered: "c.last_delivered_at", sent: "c.last_sent_at", now: to)
        return """
            UPDATE contacts c SET engagement_level = \(sql: level)
             WHERE c.tenant_id = \(tenantID) AND c.id = ANY (ARRAY(\(sql: SQL.joined(passed, separator: " UNION ")))) \
               AND c.engagement_level <> \(sql: level)
            """
    }

    /// Takes the marks of ended suppressions off their contacts, unless another one stands.
    ///
    /// - Returns: true when there may be more to do at once.
    package func endSuppressions() async throws -> Bool {
        let now = time.now
        return try await client.withTransaction { connection in
            let rows = try await connection.query(
                """
                UPDATE contacts c SET suppression_reason = NULL, suppressed_at = NULL, suppressed_until = NULL
                  FROM (SELECT tenant_id, id FROM contacts WHERE suppressed_until <= \(now) LIMIT \(Self.page) FOR UPDATE SKIP LOCKED) ended
                 WHERE c.tenant_id = ended.tenant_id AND c.id = ended.id
                """
            )
            return rows.affected == Self.page
        }
    }
}
