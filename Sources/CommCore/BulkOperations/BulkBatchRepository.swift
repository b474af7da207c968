import FoundationEssentials
import Postgres

/// SQL of one batch: contacts are locked, changed and logged in one transaction, and the operation's position moves with it.
struct BulkBatchRepository: Sendable {
    /// What a batch did.
    struct Counts: Sendable {
        var changed = 0
        var skipped = 0
    }

    let scope: BulkScope
    let change: BulkChange
    /// The operation that is taken back.
    let undoes: UUID?

    /// Waits for another writer are short, so that an import never stands still for us; the batch is simply tried again.
    ///
    /// The operation itself is what the audit log shows, not each of its rows. A batch is some thousand lookups by key, whatever the planner
    /// takes its number of rows for.
    static let settings: SQL = """
        SELECT set_config('lock_timeout', '600ms', true), set_config('timezone', 'UTC', true),
               set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true),
               set_config('app.counts_tags', 'batch', true), set_config('app.audit_rows', 'off', true)
        """

    /// Changes the contacts of a batch and logs what was done.
    func run(_ ids: [UUID], on connection: PostgresConnection) async throws -> Counts {
        if change.kind == .purge { return try await purge(ids, on: connection) }
        guard let facet = change.facet(scope) else { return Counts() }
        // The second statement sees what was committed while the first one waited.
        let results = try await connection.pipeline([lock(ids), try statement(facet, ids)])
        return try results[1].one { Counts(changed: try $0.get("changed"), skipped: try $0.get("skipped")) }
    }

    /// In the order in which imports and upserts lock, so that they wait in line.
    private func lock(_ ids: [UUID]) -> SQL {
        """
        SELECT FROM contacts c WHERE c.tenant_id = \(scope.tenantID) AND c.id = ANY(\(ids)::uuid[])
         ORDER BY c.email_norm COLLATE "C" FOR NO KEY UPDATE
        """
    }

    private func statement(_ facet: BulkFacet, _ ids: [UUID]) throws -> SQL {
        let wish = try undoes == nil ? change.wish(scope) : BulkWish(after: "i.before", skip: changedSince(facet))
        let items: SQL =
            undoes.map {
                """
                JOIN LATERAL (SELECT x.before, x.after FROM bulk_operation_items x
                               WHERE x.tenant_id = \(scope.tenantID) AND x.operation_id = \($0) AND x.contact_id = t.contact_id
                                 AND x.skipped IS NULL OFFSET 0) AS i ON true
                """
            } ?? ""
        let writes = facet.writes.enumerated().map { "write_\(raw: String($0.offset)) AS (\(sql: $0.element))" as SQL }
        return """
            WITH target AS MATERIALIZED (
                SELECT g.id AS contact_id, c.id, c.email, c.email_norm, c.status, c.tags, c.attributes, c.deleted_at, c.deletion_id
                  FROM unnest(\(ids)::uuid[]) AS g (id) LEFT JOIN contacts c ON c.tenant_id = \(scope.tenantID) AND c.id = g.id
            ), plan AS MATERIALIZED (
                SELECT t.*, b.before, w.after, w.skip, w.skip IS NULL AND NOT (\(sql: facet.isEqual("b.before", "w.after"))) AS writes
                  FROM target t \(sql: items)
                 CROSS JOIN LATERAL (SELECT \(sql: facet.current) AS before) AS b
                 CROSS JOIN LATERAL (SELECT \(sql: wish.after) AS after,
                                            coalesce(\(sql: general), \(sql: wish.skip)) AS skip) AS w
            ), \(sql: SQL.joined(writes, separator: ", ")), logged AS (
                INSERT INTO bulk_operation_items (tenant_id, operation_id, contact_id, before, after, skipped)
                SELECT \(scope.tenantID), \(scope.operationID), contact_id, CASE WHEN writes THEN before END,
                       CASE WHEN writes THEN after END, skip
                  FROM plan WHERE writes OR skip IS NOT NULL
                 ORDER BY contact_id
                RETURNING skipped
            )
            SELECT count(*) FILTER (WHERE skipped IS NULL) AS changed, count(*) FILTER (WHERE skipped IS NOT NULL) AS skipped FROM logged
            """
    }

    /// Reasons that hold for every kind.
    private var general: SQL {
        let touchesDeleted = undoes != nil || change.kind == .delete || change.kind == .restore
        let ofDeleted: SQL = touchesDeleted ? "" : "WHEN t.deleted_at IS NOT NULL THEN 'deleted'"
        return "CASE WHEN t.id IS NULL THEN 'gone' \(sql: ofDeleted) END"
    }

    /// Somebody has given the contact another value since: that stays.
    private func changedSince(_ facet: BulkFacet) -> SQL {
        "CASE WHEN NOT (\(sql: facet.isEqual("b.before", "i.after"))) THEN 'changed_since' END"
    }

    /// Removes contacts for good.
    ///
    /// Suppressions stay; what was sent and what came back no longer says to whom.
    private func purge(_ ids: [UUID], on connection: PostgresConnection) async throws -> Counts {
        let rows = try await connection.query(
            """
            SELECT c.id FROM contacts c
             WHERE c.tenant_id = \(scope.tenantID) AND c.id = ANY(\(ids)::uuid[]) AND c.deleted_at IS NOT NULL
             ORDER BY c.email_norm COLLATE "C" FOR UPDATE
            """
        )
        let gone = try rows.map { try $0.get("id", as: UUID.self) }
        try await ContactForgetting.forget(gone, tenantID: scope.tenantID, on: connection)
        try await connection.execute("DELETE FROM contacts WHERE tenant_id = \(scope.tenantID) AND id = ANY(\(gone)::uuid[])")
        let left = Set(ids).subtracting(gone)
        try await connection.execute(
            """
            INSERT INTO bulk_operation_items (tenant_id, operation_id, contact_id, skipped)
            SELECT \(scope.tenantID), \(scope.operationID), id, 'not_deleted' FROM unnest(\(Array(left))::uuid[]) AS id
            """
        )
        return Counts(changed: gone.count, skipped: left.count)
    }
}
