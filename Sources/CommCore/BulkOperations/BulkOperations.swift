import FoundationEssentials
import Logging
import Postgres

/// Bulk operations on contacts: small ones at once, large ones batch by batch by whoever claims them, and the way back.
///
/// A batch is one transaction: its contacts are locked, changed and logged, and the operation moves on. So an operation goes on after a
/// crash where it stood, can be cancelled between two batches, and never does a batch twice.
package struct BulkOperations: Sendable {
    /// Contacts up to which an operation runs within the call that asks for it.
    package static let smallest = 1_000
    /// Batches that a worker does before it looks whether somebody else has waited longer.
    private static let batchesPerTurn = 25
    private static let mostAttempts = 8

    private let repository: BulkOperationRepository
    private let client: PostgresClient
    private let time: any TimeSource
    private let faults: FaultPoints
    private let logger: Logger

    package init(client: PostgresClient, time: any TimeSource, faults: FaultPoints = .none, logger: Logger) {
        repository = BulkOperationRepository(client: client)
        self.client = client
        self.time = time
        self.faults = faults
        self.logger = logger
    }

    // MARK: - Asking

    /// Makes an operation, and runs it when it is small.
    ///
    /// - Parameter atOnce: contacts up to which it runs before the call returns; more are left to comm-stats.
    /// - Returns: the operation as it is then.
    package func submit(
        tenantID: UUID,
        _ change: BulkChange,
        _ selection: BulkSelection,
        createdBy: String,
        atOnce: Int = smallest
    ) async throws -> BulkOperation {
        let now = time.now
        let compiled = try BulkSelectionSQL(selection, of: change.kind, tenantID: tenantID, now: now)
        let id = UUIDv7.make(at: now)
        let lease = try await client.withTenant(tenantID) { connection -> BulkOperationRepository.Lease? in
            try await requireLists(change, tenantID: tenantID, on: connection)
            let few = try await compiled.first(atOnce + 1, on: connection).flatMap { $0.count <= atOnce ? $0 : nil }
            let lease = few.map { _ in BulkOperationRepository.Lease(tenantID: tenantID, operationID: id, token: UUID()) }
            let draft = BulkOperationRepository.Draft(
                id: id,
                change: change,
                selection: try StoredSelection(selection),
                undoes: nil,
                requested: selection.requested,
                createdBy: createdBy
            )
            try await repository.insert(draft, lease: lease, tenantID: tenantID, now: now, on: connection)
            // What is named by id is frozen now; a large filter when the work begins.
            if let few {
                try await repository.freeze(Self.query(few), tenantID: tenantID, operationID: id, on: connection)
            } else if case .ids = selection {
                try await repository.freeze(compiled.query, tenantID: tenantID, operationID: id, on: connection)
            }
            return lease
        }
        if let lease { try await runAtOnce(lease) }
        return try await repository.get(tenantID: tenantID, id: id)
    }

    /// Takes an operation back, contact by contact where nothing else has changed the same thing since.
    ///
    /// Taking back is an operation too, so it can itself be taken back.
    package func undo(tenantID: UUID, id: UUID, createdBy: String, atOnce: Int = smallest) async throws -> BulkOperation {
        let now = time.now
        let newID = UUIDv7.make(at: now)
        let lease = try await client.withTenant(tenantID) { connection -> BulkOperationRepository.Lease? in
            let original = try await lockUndoable(tenantID: tenantID, id: id, now: now, on: connection)
            let isSmall = original.changed <= atOnce
            let lease = isSmall ? BulkOperationRepository.Lease(tenantID: tenantID, operationID: newID, token: UUID()) : nil
            let draft = BulkOperationRepository.Draft(
                id: newID,
                change: try original.change(),
                selection: try StoredSelection(.changed(by: id)),
                undoes: id,
                requested: nil,
                createdBy: createdBy
            )
            try await repository.insert(draft, lease: lease, tenantID: tenantID, now: now, on: connection)
            try await connection.execute(
                "UPDATE bulk_operations SET undone_by = \(newID) WHERE tenant_id = \(tenantID) AND id = \(id)"
            )
            let changed = BulkSelectionSQL.changed(by: id, tenantID: tenantID)
            if isSmall { try await repository.freeze(changed, tenantID: tenantID, operationID: newID, on: connection) }
            return lease
        }
        if let lease { try await runAtOnce(lease) }
        return try await repository.get(tenantID: tenantID, id: newID)
    }

    /// Stops an operation behind the batch that it is in; what was changed stays changed and can be taken back.
    package func cancel(tenantID: UUID, id: UUID) async throws -> BulkOperation {
        let now = time.now
        let rows = try await client.query(
            """
            UPDATE bulk_operations SET cancel_requested = true,
                   state = CASE WHEN lease_until > \(now) THEN state ELSE 'cancelled' END,
                   finished_at = CASE WHEN lease_until > \(now) THEN NULL ELSE \(now)::timestamptz END,
                   undo_until = CASE WHEN lease_until > \(now) THEN NULL ELSE \(now.addingTimeInterval(30 * 86_400))::timestamptz END,
                   lease_token = CASE WHEN lease_until > \(now) THEN lease_token END
             WHERE tenant_id = \(tenantID) AND id = \(id) AND state IN ('queued', 'running')
            RETURNING id
            """,
            tenant: tenantID
        )
        let operation = try await repository.get(tenantID: tenantID, id: id)
        guard !rows.isEmpty else { throw BulkError(.finished, "The operation is \(operation.state.rawValue) already") }
        return operation
    }

    /// Lets an operation that failed or was cancelled go on where it stood; what it did already is not done twice.
    ///
    /// - Returns: the operation; what is left is done already when it is little.
    package func resume(tenantID: UUID, id: UUID, atOnce: Int = smallest) async throws -> BulkOperation {
        let now = time.now
        let lease = try await client.withTenant(tenantID) { connection -> BulkOperationRepository.Lease? in
            let operation = try await repository.lock(tenantID: tenantID, id: id, on: connection)
            guard operation.state != .completed else { throw BulkError(.finished, "The operation is completed already") }
            guard operation.state.isFinal else { throw BulkError(.notFinished, "The operation is \(operation.state.rawValue)") }
            guard operation.undoneBy == nil else { throw BulkError(.notResumable, "The operation has been taken back") }
            guard operation.isResumable(at: now) else { throw BulkError(.notResumable, "The 30 days for going on are over") }
            if let original = operation.undoes {
                let undoing = try await repository.lock(tenantID: tenantID, id: original, on: connection).undoneBy
                guard undoing == id else { throw BulkError(.notResumable, "The operation is being taken back by another one") }
            }
            let left = operation.matched.map { $0 - operation.processed }
            let lease = left.flatMap {
                $0 <= atOnce ? BulkOperationRepository.Lease(tenantID: tenantID, operationID: id, token: UUID()) : nil
            }
            try await repository.reopen(lease, tenantID: tenantID, id: id, now: now, on: connection)
            return lease
        }
        if let lease { try await runAtOnce(lease) }
        return try await repository.get(tenantID: tenantID, id: id)
    }

    package func get(tenantID: UUID, id: UUID) async throws -> BulkOperation {
        try await repository.get(tenantID: tenantID, id: id)
    }

    /// Operations, newest first.
    package func list(tenantID: UUID, state: BulkState? = nil, page: IDPage = .first) async throws -> [BulkOperation] {
        try await repository.list(tenantID: tenantID, state: state, page: page)
    }

    // MARK: - Working

    /// Claims an operation and does a turn of it.
    ///
    /// - Returns: whether there may be more to do at once.
    package func step() async throws -> Bool {
        guard let lease = try await repository.claim(now: time.now) else { return false }
        do {
            for _ in 0..<Self.batchesPerTurn {
                guard try await batch(lease) else { return true }
            }
            try await repository.release(lease, failure: nil, mostAttempts: Self.mostAttempts, pause: 0, now: time.now)
        } catch let error as PostgresError where error.code != .cancelled {
            try await setBack(lease, error)
        } catch let error as BulkError {
            // It will not be better next time, and the tenant's next operation waits.
            try await repository.release(lease, failure: error.message, mostAttempts: 1, pause: 0, now: time.now)
        }
        return true
    }

    /// Drops the logs of operations that can no longer be taken back.
    ///
    /// - Returns: whether there may be more.
    package func forgetExpired() async throws -> Bool {
        try await repository.forgetExpired(now: time.now)
    }

    /// Runs to its end; if others are in the way, comm-stats goes on with it.
    private func runAtOnce(_ lease: BulkOperationRepository.Lease) async throws {
        do {
            while try await batch(lease) {}
        } catch let error as PostgresError where error.isTransient {
            try await repository.release(lease, failure: nil, mostAttempts: Self.mostAttempts, pause: 0, now: time.now)
        }
    }

    private func setBack(_ lease: BulkOperationRepository.Lease, _ error: PostgresError) async throws {
        logger.warning(
            "a bulk operation was set back",
            metadata: ["tenant_id": "\(lease.tenantID)", "operation_id": "\(lease.operationID)", "error": "\(error)"]
        )
        let reason = error.isTransient ? "Other work was in the way too often" : "The operation failed for a reason on our side"
        try await repository.release(
            lease,
            failure: reason,
            mostAttempts: error.isTransient ? 100 : Self.mostAttempts,
            pause: error.isTransient ? 1 : 5,
            now: time.now
        )
    }

    /// Does the next batch.
    ///
    /// - Returns: false when the operation has ended, or is somebody else's by now.
    private func batch(_ lease: BulkOperationRepository.Lease) async throws -> Bool {
        try await faults.hit("bulk.batch.before")
        return try await client.withTenant(lease.tenantID) { connection in
            try await connection.execute(BulkBatchRepository.settings)
            guard let (operation, next) = try await repository.lock(lease, on: connection) else { return false }
            let now = time.now
            guard !operation.cancelRequested else {
                try await repository.finish(lease, .cancelled, now: now, on: connection)
                return false
            }
            guard let matched = operation.matched else {
                try await freeze(operation, lease, now: now, on: connection)
                return true
            }
            guard operation.kind != .export, let ids = try await repository.batch(next, of: lease, on: connection) else {
                try await complete(lease, operation, now: now, on: connection)
                return false
            }
            // Whoever asked for it, also when comm-stats does it: the history of suppressions names them.
            try await TransactionActor.set(operation.createdBy, on: connection)
            let scope = BulkScope(tenantID: lease.tenantID, operationID: operation.id, now: now)
            let worker = BulkBatchRepository(scope: scope, change: try operation.change(), undoes: operation.undoes)
            let counts = try await worker.run(ids, on: connection)
            try await faults.hit("bulk.batch.mid")
            try await repository.advance(lease, by: ids.count, counts, now: now, on: connection)
            guard operation.processed + ids.count >= matched else { return true }
            try await repository.finish(lease, .completed, now: now, on: connection)
            return false
        }
    }

    private func complete(
        _ lease: BulkOperationRepository.Lease,
        _ operation: BulkOperation,
        now: Date,
        on connection: PostgresConnection
    ) async throws {
        if operation.kind == .export, let matched = operation.matched {
            try await repository.advance(lease, by: matched, .init(), now: now, on: connection)
        }
        try await repository.finish(lease, .completed, now: now, on: connection)
    }

    private func freeze(
        _ operation: BulkOperation,
        _ lease: BulkOperationRepository.Lease,
        now: Date,
        on connection: PostgresConnection
    ) async throws {
        let stored: StoredSelection = try operation.selection.decode()
        guard let selection = try stored.selection() else {
            throw BulkError(.invalid, "The operation has lost its selection")
        }
        let compiled = try BulkSelectionSQL(selection, of: operation.kind, tenantID: lease.tenantID, now: now)
        try await repository.freeze(compiled.query, tenantID: lease.tenantID, operationID: operation.id, on: connection)
    }

    // MARK: - Conditions

    private func requireLists(_ change: BulkChange, tenantID: UUID, on connection: PostgresConnection) async throws {
        for list in change.lists {
            let found = try await connection.query(
                "SELECT FROM lists WHERE tenant_id = \(tenantID) AND id = \(list.id) AND deleted_at IS NULL FOR KEY SHARE"
            )
            guard found.isEmpty else { continue }
            let what = list.field == "to_list_id" ? "Target list" : list.field == "from_list_id" ? "Source list" : "List"
            throw BulkError(
                .listNotFound,
                "\(what) not found",
                problems: [FieldProblem(field: list.field, code: "not_found", message: "\(what) not found")]
            )
        }
    }

    private func lockUndoable(tenantID: UUID, id: UUID, now: Date, on connection: PostgresConnection) async throws -> BulkOperation {
        let rows = try await connection.query(
            """
            SELECT \(sql: BulkOperation.columns),
                   (SELECT u.state FROM bulk_operations u WHERE u.tenant_id = o.tenant_id AND u.id = o.undone_by) AS undoing
              FROM bulk_operations o WHERE o.tenant_id = \(tenantID) AND o.id = \(id) FOR UPDATE OF o
            """
        )
        guard let row = rows.first else { throw BulkError.operationNotFound }
        let operation = try BulkOperation(row: row)
        let undoing: BulkState? = try row.get("undoing")
        guard operation.state.isFinal else { throw BulkError(.notFinished, "The operation still runs; cancel it first") }
        guard operation.kind.isUndoable else { throw BulkError(.notUndoable, "A \(operation.kind.rawValue) cannot be undone") }
        // An undo that did not come to its end may be asked for again: what it did is passed over.
        if let undoing, undoing != .cancelled, undoing != .failed {
            throw BulkError(.alreadyUndone, "The operation has been undone already")
        }
        guard operation.changed > 0 else { throw BulkError(.notUndoable, "The operation changed nothing") }
        guard let until = operation.undoUntil, until > now else { throw BulkError(.notUndoable, "The 30 days for undoing are over") }
        return operation
    }

    private static func query(_ ids: [UUID]) -> SQL {
        "SELECT id FROM unnest(\(ids)::uuid[]) AS id"
    }
}
