import FoundationEssentials
import Postgres

/// Deletes what tenants do not want to keep any longer, some rows at a time, and drops months that hold nothing any more.
package struct RetentionDuty: Sendable {
    private static let batch = 5_000
    /// Contacts, each of which has messages and events that forget it.
    private static let contacts = 500
    /// Batches of one kind and tenant in a round, so that one tenant does not hold up the others.
    private static let batchesPerRound = 20
    /// Who deletes, in the audit log.
    private static let actor = "comm-stats:retention"
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
            let bounces = Self.bounces(tenant.bounces, tenantID: tenant.id, now: time.now)
            for kind in Self.kinds(tenant.settings, tenantID: tenant.id, now: time.now) + [bounces] {
                let count = try await repeated(kind.statement)
                try await note(kind.name, count, olderThan: kind.days, tenantID: tenant.id)
                deleted += count
                isMore = isMore || count >= Self.batch * Self.batchesPerRound
            }
            if let days = tenant.settings.deletedContactsDays {
                let count = try await purge(tenant.id, deletedBefore: time.now.addingTimeInterval(-Double(days) * 86_400))
                try await note("contact", count, olderThan: days, tenantID: tenant.id)
                deleted += count
                isMore = isMore || count >= Self.contacts * Self.batchesPerRound
            }
            if let days = tenant.settings.auditDays {
                let count = try await expireAudit(tenant.id)
                try await note("audit_entry", count, olderThan: days, tenantID: tenant.id)
                deleted += count
            }
        }
        if deleted > 0 { try await dropEmptyMonths() }
        return isMore
    }

    private struct Tenant: Sendable {
        let id: UUID
        let settings: RetentionSettings
        /// Days after which an address that has not failed again has a clean slate.
        let bounces: Int
    }

    private func tenants() async throws -> [Tenant] {
        let rules = BounceRules.standard
        let rows = try await client.query(
            """
            SELECT t.tenant_id, r.tenant_id IS NULL AS is_standard, r.events_days, r.deliveries_days, r.audit_days, r.import_errors_days,
                   r.deleted_contacts_days,
                   coalesce(b.window_days, \(rules.windowDays)) + coalesce(b.longest_rest_days, \(rules.longestRestDays)) AS bounces_days
              FROM tenants t LEFT JOIN retention_settings r ON r.tenant_id = t.tenant_id
              LEFT JOIN bounce_rules b ON b.tenant_id = t.tenant_id ORDER BY t.tenant_id
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
            return Tenant(
                id: try row.get("tenant_id"),
                settings: isStandard ? .standard : settings,
                bounces: try row.get("bounces_days")
            )
        }
    }

    /// What has an end, and the statement that deletes one batch of it.
    private struct Kind: Sendable {
        /// As the audit log calls it.
        let name: String
        let days: Int
        let statement: SQL
    }

    /// Addresses of no contact that failed once: after their longest rest, and the window in which failures count, nothing is left of that.
    private static func bounces(_ days: Int, tenantID: UUID, now: Date) -> Kind {
        let before = now.addingTimeInterval(-Double(days) * 86_400)
        return Kind(
            name: "address_bounce",
            days: days,
            statement: """
                DELETE FROM address_bounces b USING (
                    SELECT address FROM address_bounces WHERE tenant_id = \(tenantID) AND touched_at < \(before) LIMIT \(batch)) old
                WHERE b.tenant_id = \(tenantID) AND b.address = old.address
                """
        )
    }

    private static func kinds(_ settings: RetentionSettings, tenantID: UUID, now: Date) -> [Kind] {
        func before(_ days: Int) -> Date { now.addingTimeInterval(-Double(days) * 86_400) }
        var kinds: [Kind] = []
        if let days = settings.eventsDays {
            kinds.append(
                Kind(
                    name: "event",
                    days: days,
                    statement: """
                        DELETE FROM email_events e USING (
                            SELECT id, bucket_at FROM email_events
                             WHERE tenant_id = \(tenantID) AND bucket_at < \(before(days)) AND occurred_at < \(before(days)) LIMIT \(batch)) old
                        WHERE e.tenant_id = \(tenantID) AND e.id = old.id AND e.bucket_at = old.bucket_at
                        """
                )
            )
        }
        if let days = settings.deliveriesDays {
            kinds.append(
                Kind(
                    name: "message",
                    days: days,
                    statement: """
                        DELETE FROM delivery_events d USING (
                            SELECT id, created_at FROM delivery_events
                             WHERE tenant_id = \(tenantID) AND created_at < \(before(days)) AND occurred_at < \(before(days)) LIMIT \(batch)) old
                        WHERE d.tenant_id = \(tenantID) AND d.id = old.id AND d.created_at = old.created_at
                        """
                )
            )
        }
        if let days = settings.deliveriesDays { kinds += requestKinds(days, before: before(days), tenantID: tenantID) }
        if let days = settings.importErrorsDays {
            kinds.append(
                Kind(
                    name: "import_error",
                    days: days,
                    statement: """
                        DELETE FROM import_errors i USING (
                            SELECT e.import_id, e.row_number FROM import_jobs j
                              JOIN import_errors e ON e.tenant_id = j.tenant_id AND e.import_id = j.id
                             WHERE j.tenant_id = \(tenantID) AND j.created_at < \(before(days)) LIMIT \(batch)) old
                        WHERE i.tenant_id = \(tenantID) AND i.import_id = old.import_id AND i.row_number = old.row_number
                        """
                )
            )
        }
        return kinds
    }

    /// What clients asked for, once nothing of it waits any more, and the content that nobody uses.
    private static func requestKinds(_ days: Int, before: Date, tenantID: UUID) -> [Kind] {
        [
            Kind(
                name: "message_request",
                days: days,
                statement: """
                    DELETE FROM message_requests r USING (
                        SELECT q.id FROM message_requests q
                         WHERE q.tenant_id = \(tenantID) AND q.created_at < \(before)
                           AND NOT EXISTS (SELECT FROM message_queue m WHERE m.tenant_id = \(tenantID) AND m.request_id = q.id)
                         LIMIT \(batch)) old
                    WHERE r.tenant_id = \(tenantID) AND r.id = old.id
                    """
            ),
            Kind(
                name: "message_fallback",
                days: days,
                statement: """
                    DELETE FROM message_fallbacks f USING (
                        SELECT after_id FROM message_fallbacks WHERE tenant_id = \(tenantID) AND created_at < \(before) LIMIT \(batch)) old
                    WHERE f.tenant_id = \(tenantID) AND f.after_id = old.after_id
                    """
            ),
            Kind(
                name: "message_content",
                days: days,
                statement: """
                    DELETE FROM message_artifacts a USING (
                        SELECT c.id FROM message_artifacts c
                         WHERE c.tenant_id = \(tenantID) AND c.used_at < \(before)
                           AND NOT EXISTS (SELECT FROM message_requests r WHERE r.tenant_id = \(tenantID) AND r.artifact_id = c.id)
                           AND NOT EXISTS (SELECT FROM message_templates t WHERE t.tenant_id = \(tenantID) AND t.artifact_id = c.id)
                         LIMIT \(batch)) old
                    WHERE a.tenant_id = \(tenantID) AND a.id = old.id AND a.used_at < \(before)
                    """
            ),
        ]
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

    /// Removes contacts that have been in the recycle bin for that long, as somebody would for good.
    private func purge(_ tenantID: UUID, deletedBefore: Date) async throws -> Int {
        var total = 0
        for _ in 0..<Self.batchesPerRound {
            let count = try await client.withTransaction { connection in
                let rows = try await connection.query(
                    """
                    SELECT id FROM contacts WHERE tenant_id = \(tenantID) AND deleted_at < \(deletedBefore)
                    ORDER BY deleted_at LIMIT \(Self.contacts) FOR UPDATE SKIP LOCKED
                    """
                )
                let ids = try rows.map { try $0.get("id") as UUID }
                try await ContactForgetting.forget(ids, tenantID: tenantID, on: connection)
                return try await connection.execute(
                    "DELETE FROM contacts WHERE tenant_id = \(tenantID) AND id = ANY(\(ids)::uuid[])"
                )
            }
            total += count
            if count < Self.contacts { break }
        }
        return total
    }

    /// What was deleted is one entry in the audit log, with who did it.
    private func note(_ kind: String, _ count: Int, olderThan days: Int, tenantID: UUID) async throws {
        guard count > 0 else { return }
        let details = try PostgresJSON(encoding: ["rows": count, "older_than_days": days])
        let note = AuditNote(eventType: "retention", action: "deleted", resourceType: kind, details: details)
        try await client.withTransaction { connection in
            try await TransactionActor.set(Self.actor, on: connection)
            try await AuditRepository.record(note, tenantID: tenantID, on: connection)
        }
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
