import FoundationEssentials
import Postgres

/// SQL of the operations themselves: made, shown, claimed, moved on, ended.
struct BulkOperationRepository: Sendable {
    /// An operation that this process works on, until its lease ends.
    struct Lease: Sendable {
        let tenantID: UUID
        let operationID: UUID
        let token: UUID
    }

    /// An operation to be made.
    struct Draft: Sendable {
        let id: UUID
        let change: BulkChange
        let selection: StoredSelection
        let undoes: UUID?
        let requested: Int?
        let createdBy: String
    }

    /// Contacts to a batch: a transaction of some tenths of a second.
    static let batchSize = 2_000
    private static let leaseTime: TimeInterval = 60
    private static let undoTime: TimeInterval = 30 * 86_400

    let client: PostgresClient

    // MARK: - Making

    /// Makes an operation; with a lease it is the caller's to run.
    func insert(_ draft: Draft, lease: Lease?, tenantID: UUID, now: Date, on connection: PostgresConnection) async throws {
        let until = lease.map { _ in now.addingTimeInterval(Self.leaseTime) }
        try await connection.execute(
            """
            INSERT INTO bulk_operations (tenant_id, id, kind, parameters, selection, undoes, state, requested, created_by, created_at,
                                         started_at, due_at, lease_token, lease_until)
            VALUES (\(tenantID), \(draft.id), \(draft.change.kind), \(try PostgresJSON(encoding: draft.change.parameters)),
                    \(try PostgresJSON(encoding: draft.selection)), \(draft.undoes), \(lease == nil ? BulkState.queued : .running),
                    \(draft.requested), \(draft.createdBy), \(now), \(lease.map { _ in now }), \(now), \(lease?.token), \(until))
            """
        )
    }

    /// Freezes the contacts of a query of ids, in batches.
    ///
    /// - Parameter ids: a query with the one column `id`.
    func freeze(_ ids: SQL, tenantID: UUID, operationID: UUID, on connection: PostgresConnection) async throws {
        try await connection.execute("SELECT set_config('statement_timeout', '0', true)")
        try await connection.execute(
            """
            INSERT INTO bulk_operation_batches (tenant_id, operation_id, batch_no, contact_ids)
            SELECT \(tenantID), \(operationID), (n - 1) / \(Self.batchSize)::int, array_agg(id ORDER BY n)
              FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM (\(sql: ids)) AS wanted) AS numbered
             GROUP BY 3
            """
        )
        try await connection.execute(
            """
            UPDATE bulk_operations o SET matched = (SELECT coalesce(sum(cardinality(b.contact_ids)), 0) FROM bulk_operation_batches b
                                                     WHERE b.tenant_id = o.tenant_id AND b.operation_id = o.id)
             WHERE o.tenant_id = \(tenantID) AND o.id = \(operationID)
            """
        )
    }

    // MARK: - Showing

    func get(tenantID: UUID, id: UUID) async throws -> BulkOperation {
        let rows = try await client.query(
            "SELECT \(sql: BulkOperation.columns) FROM bulk_operations o WHERE o.tenant_id = \(tenantID) AND o.id = \(id)",
            tenant: tenantID
        )
        guard let row = rows.first else { throw BulkError.operationNotFound }
        return try BulkOperation(row: row)
    }

    func list(tenantID: UUID, state: BulkState?, page: IDPage) async throws -> [BulkOperation] {
        let before: SQL = page.before.map { "AND o.id < \($0)" } ?? ""
        let inState: SQL = state.map { "AND o.state = \($0)" } ?? ""
        return try await client.query(
            """
            SELECT \(sql: BulkOperation.columns) FROM bulk_operations o
             WHERE o.tenant_id = \(tenantID) \(sql: before) \(sql: inState)
             ORDER BY o.id DESC LIMIT \(page.limit)
            """,
            tenant: tenantID
        ).map(BulkOperation.init(row:))
    }

    // MARK: - Running

    /// Takes an operation that nobody works on; of each tenant the oldest only, so that its operations run in their order.
    func claim(now: Date) async throws -> Lease? {
        let token = UUID()
        let rows = try await client.query(
            """
            UPDATE bulk_operations o
               SET state = 'running', started_at = coalesce(o.started_at, \(now)), lease_token = \(token),
                   lease_until = \(now.addingTimeInterval(Self.leaseTime)), served_at = \(now)
              FROM (SELECT w.tenant_id, w.id FROM bulk_operations w
                     WHERE w.state IN ('queued', 'running') AND w.due_at <= \(now)
                       AND (w.lease_until IS NULL OR w.lease_until <= \(now))
                       AND NOT EXISTS (SELECT FROM bulk_operations e
                                        WHERE e.tenant_id = w.tenant_id AND e.state IN ('queued', 'running')
                                          AND (e.created_at, e.id) < (w.created_at, w.id))
                     ORDER BY w.served_at NULLS FIRST, w.created_at, w.id LIMIT 1 FOR UPDATE SKIP LOCKED) AS next
             WHERE o.tenant_id = next.tenant_id AND o.id = next.id
            RETURNING o.tenant_id, o.id
            """
        )
        return try rows.first.map { Lease(tenantID: try $0.get("tenant_id"), operationID: try $0.get("id"), token: token) }
    }

    /// The operation, locked for this transaction; nil when the lease is not the newest any more.
    func lock(_ lease: Lease, on connection: PostgresConnection) async throws -> (operation: BulkOperation, nextBatch: Int)? {
        let rows = try await connection.query(
            """
            SELECT \(sql: BulkOperation.columns), o.next_batch FROM bulk_operations o
             WHERE o.tenant_id = \(lease.tenantID) AND o.id = \(lease.operationID) AND o.lease_token = \(lease.token)
               AND o.state = 'running'
               FOR UPDATE
            """
        )
        return try rows.first.map { (try BulkOperation(row: $0), try $0.get("next_batch")) }
    }

    /// The operation, locked for this transaction, whoever works on it.
    func lock(tenantID: UUID, id: UUID, on connection: PostgresConnection) async throws -> BulkOperation {
        let rows = try await connection.query(
            "SELECT \(sql: BulkOperation.columns) FROM bulk_operations o WHERE o.tenant_id = \(tenantID) AND o.id = \(id) FOR UPDATE"
        )
        guard let row = rows.first else { throw BulkError.operationNotFound }
        return try BulkOperation(row: row)
    }

    /// Takes back that an operation has ended; with a lease it is the caller's to run.
    func reopen(_ lease: Lease?, tenantID: UUID, id: UUID, now: Date, on connection: PostgresConnection) async throws {
        let until = lease.map { _ in now.addingTimeInterval(Self.leaseTime) }
        try await connection.execute(
            """
            UPDATE bulk_operations
               SET state = \(lease == nil ? BulkState.queued : .running), cancel_requested = false, error = NULL, finished_at = NULL,
                   undo_until = NULL, attempts = 0, due_at = \(now), lease_token = \(lease?.token), lease_until = \(until)
             WHERE tenant_id = \(tenantID) AND id = \(id)
            """
        )
    }

    func batch(_ number: Int, of lease: Lease, on connection: PostgresConnection) async throws -> [UUID]? {
        try await connection.query(
            """
            SELECT contact_ids FROM bulk_operation_batches
             WHERE tenant_id = \(lease.tenantID) AND operation_id = \(lease.operationID) AND batch_no = \(number)
            """
        ).first.map { try $0.get("contact_ids") }
    }

    /// Moves on behind a batch, and renews the lease.
    func advance(
        _ lease: Lease,
        by size: Int,
        _ counts: BulkBatchRepository.Counts,
        now: Date,
        on connection: PostgresConnection
    ) async throws {
        try await connection.execute(
            """
            UPDATE bulk_operations
               SET next_batch = next_batch + 1, processed = processed + \(size), changed = changed + \(counts.changed),
                   skipped = skipped + \(counts.skipped), attempts = 0, lease_until = \(now.addingTimeInterval(Self.leaseTime))
             WHERE tenant_id = \(lease.tenantID) AND id = \(lease.operationID)
            """
        )
    }

    func finish(_ lease: Lease, _ state: BulkState, error: String? = nil, now: Date, on connection: PostgresConnection) async throws {
        try await connection.execute(
            """
            UPDATE bulk_operations SET state = \(state), error = \(error), finished_at = \(now), lease_token = NULL, lease_until = NULL,
                   undo_until = \(now.addingTimeInterval(Self.undoTime))
             WHERE tenant_id = \(lease.tenantID) AND id = \(lease.operationID)
            """
        )
    }

    /// Gives the operation back, to be gone on with by whoever comes; after too many failures in a row it fails for good.
    func release(_ lease: Lease, failure: String?, mostAttempts: Int, pause: TimeInterval, now: Date) async throws {
        try await client.withTenant(lease.tenantID) { connection in
            guard let (_, _) = try await lock(lease, on: connection) else { return }
            let failed = failure == nil ? 0 : 1
            let rows = try await connection.query(
                """
                UPDATE bulk_operations SET lease_token = NULL, lease_until = NULL, due_at = \(now.addingTimeInterval(pause)),
                       attempts = attempts + \(failed)
                 WHERE tenant_id = \(lease.tenantID) AND id = \(lease.operationID)
                RETURNING attempts
                """
            )
            let attempts: Int = try rows.one { try $0.get("attempts") }
            guard let failure, attempts >= mostAttempts else { return }
            try await finish(lease, .failed, error: failure, now: now, on: connection)
        }
    }

    // MARK: - Keeping

    /// Drops what is only needed for undoing from operations that can no longer be undone, a few operations at a time.
    ///
    /// - Returns: whether there may be more.
    func forgetExpired(now: Date, limit: Int = 5) async throws -> Bool {
        try await client.withTransaction { connection in
            let rows = try await connection.query(
                """
                UPDATE bulk_operations o SET undo_until = NULL
                  FROM (SELECT tenant_id, id FROM bulk_operations WHERE undo_until <= \(now)
                         ORDER BY undo_until LIMIT \(limit) FOR UPDATE SKIP LOCKED) AS old
                 WHERE o.tenant_id = old.tenant_id AND o.id = old.id
                RETURNING o.tenant_id, o.id
                """
            )
            for row in rows {
                let (tenantID, id): (UUID, UUID) = (try row.get("tenant_id"), try row.get("id"))
                _ = try await connection.pipeline([
                    "SELECT set_config('statement_timeout', '0', true)",
                    "DELETE FROM bulk_operation_items WHERE tenant_id = \(tenantID) AND operation_id = \(id)",
                    "DELETE FROM bulk_operation_batches WHERE tenant_id = \(tenantID) AND operation_id = \(id)",
                ])
            }
            return rows.count == limit
        }
    }
}
