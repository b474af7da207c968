import FoundationEssentials
import Postgres

/// Deletes what tenants do not want to keep any longer, some rows at a time, and drops months that hold nothing any more.
package struct RetentionDuty: Sendable {
    private static let batch = 5_000
    /// Batches of one kind and tenant in a round, so that one tenant does not hold up the others.
    private static let batchesPerRound = 20
    private static let lockNotAvailable = "55P03"

    private let client: PostgresClient
    private let time: any TimeSource

    package init(client: PostgresClient, time: any TimeSource) {
        self.client = client
        self.time = time
    }

    /// Does a round over all tenants.
    ///
    /// - Returns: true when there is more to do at once.
    package func run() async throws -> Bool {
        var isMore = false
        var deleted = 0
        for tenant in try await tenants() {
            for statement in Self.statements(tenant.settings, tenantID: tenant.id, now: time.now) {
                let count = try await repeated(statement)
                deleted += count
                isMore = isMore || count >= Self.batch * Self.batchesPerRound
            }
            if tenant.settings.auditDays != nil { deleted += try await expireAudit(tenant.id) }
        }
        if deleted > 0 { try await dropEmptyMonths() }
        return isMore
    }

    private func tenants() async throws -> [(id: UUID, settings: RetentionSettings)] {
        let rows = try await client.query(
            """
            SELECT t.tenant_id, r.tenant_id IS NULL AS is_standard, r.events_days, r.deliveries_days, r.audit_days, r.import_errors_days,
                   r.deleted_contacts_days
              FROM tenants t LEFT JOIN retention_settings r ON r.tenant_id = t.tenant_id ORDER BY t.tenant_id
            """
        )
        return try rows.map { row in
            let isStandard: Bool = try row.get("is_standard")
            let settings = RetentionSettings(
                eventsDays: try row.get("events_days"),
                deliveriesDays: try row.get("deliveries_days"),
                auditDays: try row.get("audit_days"),
                importErrorsDays: try row.get("import_errors_days"),
                deletedContactsDays: try row.get("deleted_contacts_days")
            )
            return (try row.get("tenant_id"), isStandard ? .standard : settings)
        }
    }

    /// One statement for each kind that has an end; each deletes one batch.
    private static func statements(_ settings: RetentionSettings, tenantID: UUID, now: Date) -> [SQL] {
        func before(_ days: Int) -> Date { now.addingTimeInterval(-Double(days) * 86_400) }
        var statements: [SQL] = []
        if let days = settings.eventsDays {
            statements.append(
                """
                DELETE FROM email_events e USING (
                    SELECT id, bucket_at FROM email_events
                     WHERE tenant_id = \(tenantID) AND bucket_at < \(before(days)) AND occurred_at < \(before(days)) LIMIT \(batch)) old
                WHERE e.tenant_id = \(tenantID) AND e.id = old.id AND e.bucket_at = old.bucket_at
                """
            )
        }
        if let days = settings.deliveriesDays {
            statements.append(
                """
                DELETE FROM delivery_events d USING (
                    SELECT id, created_at FROM delivery_events
                     WHERE tenant_id = \(tenantID) AND created_at < \(before(days)) AND occurred_at < \(before(days)) LIMIT \(batch)) old
                WHERE d.tenant_id = \(tenantID) AND d.id = old.id AND d.created_at = old.created_at
                """
            )
        }
        if let days = settings.importErrorsDays {
            statements.append(
                """
                DELETE FROM import_errors i USING (
                    SELECT e.import_id, e.row_number FROM import_jobs j
                      JOIN import_errors e ON e.tenant_id = j.tenant_id AND e.import_id = j.id
                     WHERE j.tenant_id = \(tenantID) AND j.created_at < \(before(days)) LIMIT \(batch)) old
                WHERE i.tenant_id = \(tenantID) AND i.import_id = old.import_id AND i.row_number = old.row_number
                """
            )
        }
        if let days = settings.deletedContactsDays {
            statements.append(
                """
                DELETE FROM contacts c USING (
                    SELECT id FROM contacts WHERE tenant_id = \(tenantID) AND deleted_at < \(before(days)) LIMIT \(batch)) old
                WHERE c.tenant_id = \(tenantID) AND c.id = old.id
                """
            )
        }
        return statements
    }

    private func repeated(_ statement: SQL) async throws -> Int {
        var total = 0
        for _ in 0..<Self.batchesPerRound {
            let count = try await client.execute(statement)
            total += count
            if count < Self.batch { break }
        }
        return total
    }

    private func expireAudit(_ tenantID: UUID) async throws -> Int {
        let rows = try await client.query("SELECT comm_expire_audit(\(tenantID), \(time.now), \(Self.batch * 4)::int) AS gone")
        return try rows.one { try $0.get("gone") }
    }

    private func dropEmptyMonths() async throws {
        let before = time.now.addingTimeInterval(-90 * 86_400)
        for parent in ["email_events", "delivery_events", "audit_logs", "webhook_attempts"] {
            do {
                _ = try await client.query(
                    "SELECT comm_drop_empty_partitions(\(parent), (\(before)::timestamptz AT TIME ZONE 'UTC')::date)"
                )
            } catch let error as PostgresError where error.sqlState == Self.lockNotAvailable {
                continue  // Somebody reads the table for long: the next round will do.
            }
        }
    }
}
