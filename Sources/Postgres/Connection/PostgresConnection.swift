import CLibPQ
import Glibc
import Synchronization

/// One connection, lent to one borrower at a time; its blocking work runs on a thread of its own.
///
/// Statements are prepared on first use and results come in binary. When the calling task is cancelled the server is asked
/// to cancel the statement; if it does not confirm that, the connection is closed.
package actor PostgresConnection {
    private let executor: ConnectionExecutor
    private var wire: Wire?
    private let socket: Int32
    private nonisolated let reusable = Atomic(true)
    var isCopying = false
    /// Counts savepoints and cursors, to give each a name.
    var nesting = 0

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private init(wire: sending Wire, executor: ConnectionExecutor) {
        self.executor = executor
        socket = PQsocket(wire.connection)
        self.wire = wire
    }

    /// Opens a connection outside of any pool; whoever opens it closes it.
    package static func connect(_ configuration: PostgresConfiguration) async throws -> PostgresConnection {
        let executor = try ConnectionExecutor()
        let wire = try await executor.run { try Wire.open(configuration) }
        return PostgresConnection(wire: wire, executor: executor)
    }

    /// Runs one statement and returns all its rows.
    package func query(_ sql: SQL) async throws -> PostgresRows {
        try await retryingStalePlan { try $0.query(sql) }
    }

    /// Runs one statement and returns how many rows it touched.
    @discardableResult
    package func execute(_ sql: SQL) async throws -> Int {
        try await query(sql).affected
    }

    /// Runs statements in one round trip, in one implicit transaction unless there is an explicit one.
    package func pipeline(_ statements: [SQL]) async throws -> [PostgresRows] {
        try await retryingStalePlan { try $0.pipeline(statements) }
    }

    /// Runs a text of several statements (migrations, DDL); they share an implicit transaction unless the text says otherwise.
    package func executeScript(_ text: String) async throws {
        try await perform { try $0.script(text) }
    }

    /// Closes the connection; what is done with it afterwards fails with `connectionClosed`.
    package func close() {
        reusable.store(false, ordering: .releasing)
        wire = nil
    }

    /// Whether a transaction is open.
    package var isInTransaction: Bool { wire?.isInTransaction ?? false }

    /// Whether the pool may lend it to the next borrower.
    nonisolated var isReusable: Bool { reusable.load(ordering: .acquiring) }

    /// Whether an idle connection still looks usable: the server says nothing unasked but good-bye.
    nonisolated var looksAlive: Bool {
        var descriptor = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        return isReusable && poll(&descriptor, 1, 0) == 0
    }
}

extension PostgresConnection {
    /// Runs one blocking operation on the connection's thread, with the cancellation of the calling task passed on.
    func perform<R: Sendable>(_ policy: Wire.InterruptPolicy = .cancelStatement, _ body: (Wire) throws -> R) async throws -> R {
        guard let wire, !wire.isBroken else { throw PostgresError(.connectionClosed, "the connection is closed") }
        if policy != .ignore, Task.isCancelled { throw PostgresError(.cancelled, "the task was cancelled") }
        let interrupt = wire.interrupt
        let operation = interrupt.arm()
        wire.policy = policy
        defer {
            interrupt.disarm()
            reusable.store(wire.isReusable, ordering: .releasing)
        }
        return try await withTaskCancellationHandler {
            try operate(wire, body)
        } onCancel: {
            interrupt.request(operation)
        }
    }

    /// A method, so that the closure around its call belongs to the actor: one that did not use `self` would run on the cooperative pool.
    private func operate<R>(_ wire: Wire, _ body: (Wire) throws -> R) throws -> R {
        try wire.operate { try body(wire) }
    }

    /// Repeats a statement once if the server has outdated its plan, which is safe outside a transaction only.
    private func retryingStalePlan<R: Sendable>(_ body: (Wire) throws -> R) async throws -> R {
        guard !isCopying else { throw PostgresError(.invalidInput, "the connection is in the middle of a COPY") }
        let wasInTransaction = isInTransaction
        do {
            return try await perform(.cancelStatement, body)
        } catch let error as PostgresError where error.isStalePlan && !wasInTransaction {
            return try await perform(.cancelStatement, body)
        }
    }
}
