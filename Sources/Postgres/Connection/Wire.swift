import CLibPQ
import Glibc

/// Owns one `PGconn` in non-blocking mode and waits for it with deadlines; lives on its connection's executor.
final class Wire {
    /// What a cancelled task does to the operation under way.
    enum InterruptPolicy {
        /// Asks the server to cancel the statement, and waits for its answer.
        case cancelStatement
        /// Stops waiting at once: the caller knows how to end the exchange.
        case abandon
        /// Carries on: COMMIT, ROLLBACK and the like.
        case ignore
    }

    /// How long a server may take to confirm a cancel request, and how much longer than the statement timeout it may be silent.
    static let grace: Duration = .seconds(5)

    let connection: OpaquePointer
    let interrupt = Interrupt()
    /// The longest silence of the server that is taken for work.
    private let silenceLimit: Duration?
    var policy = InterruptPolicy.cancelStatement
    /// True once the connection must not be used again.
    var isBroken = false
    var statements = StatementCache()
    private var cancelDeadline: ContinuousClock.Instant?

    /// Takes over an open connection.
    init(_ connection: OpaquePointer, statementTimeout: Duration?) {
        self.connection = connection
        silenceLimit = statementTimeout.map { $0 + Self.grace }
    }

    deinit {
        PQfinish(connection)
    }

    var isInTransaction: Bool { PQtransactionStatus(connection) != PQTRANS_IDLE }

    /// Whether another borrower may have the connection.
    var isReusable: Bool {
        !isBroken && PQstatus(connection) == CONNECTION_OK && PQtransactionStatus(connection) == PQTRANS_IDLE
    }

    /// Runs one operation, and settles what became of it if it was interrupted meanwhile.
    func operate<R>(_ body: () throws -> R) throws -> R {
        defer { cancelDeadline = nil }
        let outcome = Result { try body() }
        guard let deadline = cancelDeadline else { return try outcome.get() }
        while interrupt.cancelOutcome == nil, ContinuousClock.now < deadline {
            _ = poll(events: 0, deadline: deadline)
        }
        guard case .failure(let error) = outcome else {
            // Finished before the request arrived; the request may still hit whatever comes next.
            isBroken = true
            return try outcome.get()
        }
        let isConfirmed = interrupt.cancelOutcome == true && (error as? PostgresError)?.sqlState == SQLState.queryCanceled
        if !isConfirmed { isBroken = true }
        throw PostgresError(.cancelled, "the statement was cancelled because its task was")
    }

    /// Sends everything that is buffered, reading what arrives meanwhile so that neither side waits for the other.
    func flush() throws {
        while true {
            switch PQflush(connection) {
            case 0: return
            case 1: try wait(for: Int32(POLLIN | POLLOUT))
            default: throw lost()
            }
        }
    }

    /// The next result of the statement under way; nil when there is no more.
    ///
    /// The caller owns it.
    func nextResult() throws -> OpaquePointer? {
        while PQisBusy(connection) != 0 { try wait(for: Int32(POLLIN)) }
        return PQgetResult(connection)
    }

    /// Waits until the server has sent something (or can be sent to) and reads it.
    func wait(for events: Int32) throws {
        let limit = silenceLimit.map { ContinuousClock.now + $0 }
        while true {
            try noticeInterrupt()
            let deadline = cancelDeadline ?? limit
            let ready = poll(events: events, deadline: deadline)
            if ready == 0, let deadline, ContinuousClock.now >= deadline { throw silent() }
            if ready & Int32(POLLIN | POLLHUP | POLLERR) != 0, PQconsumeInput(connection) == 0 { throw lost() }
            if ready != 0 { return }
        }
    }

    /// Makes an error of the connection's state and gives the connection up.
    func lost() -> PostgresError {
        isBroken = true
        let message = PQerrorMessage(connection).map { String(cString: $0) } ?? ""
        return PostgresError(.connectionClosed, message.isEmpty ? "the connection was lost" : message.singleLine)
    }

    private func silent() -> PostgresError {
        isBroken = true
        if cancelDeadline != nil {
            return PostgresError(.cancelled, "the server did not confirm the cancellation; the connection was closed")
        }
        CancelRequest(of: connection)?.send { _ in }
        return PostgresError(.timeout, "the server was silent for longer than the statement timeout; the connection was closed")
    }

    private func noticeInterrupt() throws {
        guard cancelDeadline == nil, policy != .ignore, interrupt.isRequested else { return }
        if policy == .abandon { throw PostgresError(.cancelled, "the operation was cancelled because its task was") }
        cancelDeadline = ContinuousClock.now + Self.grace
        let (interrupt, operation) = (interrupt, interrupt.operation)
        guard let request = CancelRequest(of: connection) else { return interrupt.reportCancel(false, operation: operation) }
        request.send { interrupt.reportCancel($0, operation: operation) }
    }

    /// Waits for the socket or an interrupt; returns the socket's events, 0 for none.
    private func poll(events: Int32, deadline: ContinuousClock.Instant?) -> Int32 {
        withUnsafeTemporaryAllocation(of: pollfd.self, capacity: 2) { descriptors in
            descriptors[0] = pollfd(fd: events == 0 ? -1 : PQsocket(connection), events: Int16(events), revents: 0)
            descriptors[1] = pollfd(fd: interrupt.descriptor, events: Int16(POLLIN), revents: 0)
            guard Glibc.poll(descriptors.baseAddress, 2, milliseconds(until: deadline)) > 0 else { return 0 }
            if descriptors[1].revents != 0 { interrupt.drain() }
            return Int32(descriptors[0].revents)
        }
    }

    private func milliseconds(until deadline: ContinuousClock.Instant?) -> Int32 {
        guard let deadline else { return -1 }
        let (seconds, attoseconds) = (deadline - ContinuousClock.now).components
        return Int32(clamping: max(0, seconds) * 1000 + max(0, attoseconds) / 1_000_000_000_000_000 + 1)
    }
}

extension String {
    /// libpq's messages end in a line break and may span several lines.
    var singleLine: String {
        split(whereSeparator: \.isNewline).joined(separator: " ").replacing("\t", with: "")
    }
}
