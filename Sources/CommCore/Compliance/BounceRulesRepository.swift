import FoundationEssentials
import Postgres

/// The bounce rules of a tenant.
package struct BounceRulesRepository: Sendable {
    private let client: PostgresClient
    private let time: any TimeSource

    package init(client: PostgresClient, time: any TimeSource) {
        self.client = client
        self.time = time
    }

    package func get(tenantID: UUID) async throws -> BounceRules {
        try await client.withTenant(tenantID) { try await Self.read(tenantID, on: $0) }
    }

    /// Changes what the patch names; it counts from the next bounce on.
    package func update(tenantID: UUID, patch: BounceRulesPatch) async throws -> BounceRules {
        let problems = patch.problems
        guard problems.isEmpty else { throw ComplianceError.invalid(problems) }
        let now = time.now
        return try await client.withTenant(tenantID) { connection in
            try await connection.execute(
                "INSERT INTO bounce_rules (tenant_id, updated_at) VALUES (\(tenantID), \(now)) ON CONFLICT DO NOTHING"
            )
            try await connection.execute("SELECT FROM bounce_rules WHERE tenant_id = \(tenantID) FOR UPDATE")
            let changed = patch.applied(to: try await Self.read(tenantID, on: connection))
            try await connection.execute(
                """
                UPDATE bounce_rules
                   SET soft_limit = \(changed.softLimit), window_days = \(changed.windowDays), rest_days = \(changed.restDays),
                       escalation = \(changed.escalation), longest_rest_days = \(changed.longestRestDays), updated_at = \(now)
                 WHERE tenant_id = \(tenantID)
                """
            )
            return changed
        }
    }

    private static func read(_ tenantID: UUID, on connection: PostgresConnection) async throws -> BounceRules {
        let rows = try await connection.query("SELECT * FROM bounce_rules WHERE tenant_id = \(tenantID)")
        var rules = BounceRules.standard
        guard let row = rows.first else { return rules }
        rules.softLimit = try row.get("soft_limit")
        rules.windowDays = try row.get("window_days")
        rules.restDays = try row.get("rest_days")
        rules.escalation = try row.get("escalation")
        rules.longestRestDays = try row.get("longest_rest_days")
        return rules
    }
}
