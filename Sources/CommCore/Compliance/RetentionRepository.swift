import FoundationEssentials
import Postgres

/// The retention of a tenant.
package struct RetentionRepository: Sendable {
    private let client: PostgresClient
    private let time: any TimeSource

    package init(client: PostgresClient, time: any TimeSource) {
        self.client = client
        self.time = time
    }

    package func get(tenantID: UUID) async throws -> RetentionSettings {
        try await client.withTenant(tenantID) { try await Self.read(tenantID, on: $0) }
    }

    /// Changes what the patch names.
    package func update(tenantID: UUID, patch: RetentionPatch) async throws -> RetentionSettings {
        let problems = patch.problems
        guard problems.isEmpty else { throw ComplianceError.invalid(problems) }
        let now = time.now
        return try await client.withTenant(tenantID) { connection in
            try await connection.execute(
                """
                INSERT INTO retention_settings (tenant_id, import_errors_days, updated_at)
                VALUES (\(tenantID), \(RetentionSettings.standard.importErrorsDays), \(now)) ON CONFLICT DO NOTHING
                """
            )
            try await connection.execute("SELECT FROM retention_settings WHERE tenant_id = \(tenantID) FOR UPDATE")
            let changed = patch.applied(to: try await Self.read(tenantID, on: connection))
            try await connection.execute(
                """
                UPDATE retention_settings
                   SET events_days = \(changed.eventsDays), deliveries_days = \(changed.deliveriesDays), audit_days = \(changed.auditDays),
                       import_errors_days = \(changed.importErrorsDays), deleted_contacts_days = \(changed.deletedContactsDays),
                       updated_at = \(now)
                 WHERE tenant_id = \(tenantID)
                """
            )
            return changed
        }
    }

    private static func read(_ tenantID: UUID, on connection: PostgresConnection) async throws -> RetentionSettings {
        let rows = try await connection.query("SELECT * FROM retention_settings WHERE tenant_id = \(tenantID)")
        guard let row = rows.first else { return .standard }
        return RetentionSettings(
            eventsDays: try row.get("events_days"),
            deliveriesDays: try row.get("deliveries_days"),
            auditDays: try row.get("audit_days"),
            importErrorsDays: try row.get("import_errors_days"),
            deletedContactsDays: try row.get("deleted_contacts_days")
        )
    }
}
