extension PostgresConnection {
    /// Runs `body` between BEGIN and COMMIT; an error of `body` rolls back and is passed on.
    ///
    /// A `connectionClosed` error out of the COMMIT leaves open whether it took effect.
    package func transaction<R: Sendable>(_ body: @Sendable (PostgresConnection) async throws -> R) async throws -> R {
        try await transaction(settings: [], body)
    }

    /// The same with statements that travel together with BEGIN.
    func transaction<R: Sendable>(
        settings: [SQL],
        _ body: @Sendable (PostgresConnection) async throws -> R
    ) async throws -> R {
        guard !isInTransaction else { throw PostgresError(.invalidInput, "a transaction is open already; use savepoint") }
        do {
            _ = try await pipeline(["BEGIN"] + settings)
            let value = try await body(self)
            try await commit()
            return value
        } catch {
            await rollback("ROLLBACK")
            throw error
        }
    }

    /// Runs `body` within the open transaction so that its failure undoes only its own work.
    package func savepoint<R: Sendable>(_ body: @Sendable (PostgresConnection) async throws -> R) async throws -> R {
        nesting += 1
        defer { nesting -= 1 }
        let name = "savepoint_\(nesting)"
        _ = try await execute("SAVEPOINT \(raw: name)")
        do {
            let value = try await body(self)
            try await execute("RELEASE SAVEPOINT \(raw: name)")
            return value
        } catch {
            await rollback("ROLLBACK TO SAVEPOINT \(name); RELEASE SAVEPOINT \(name)")
            throw error
        }
    }

    private func commit() async throws {
        let rows = try await perform(.ignore) { try $0.queryOnce("COMMIT") }
        guard rows.command == "COMMIT" else {
            throw PostgresError(.transactionAborted, "a statement of the transaction had failed, so it was rolled back")
        }
    }

    /// Undoes, whether or not the task is cancelled; a connection that cannot do so is closed.
    private func rollback(_ script: String) async {
        guard isInTransaction else { return }
        do { try await perform(.ignore) { try $0.script(script) } } catch { close() }
    }
}
