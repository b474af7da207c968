import CLibPQ
import Glibc

extension Wire {
    /// Starts a COPY FROM STDIN.
    func beginCopy(_ statement: String) throws {
        guard PQsendQuery(connection, statement) == 1 else { throw lost() }
        try flush()
        guard let result = try nextResult() else { throw lost() }
        defer { PQclear(result) }
        if PQresultStatus(result) == PGRES_COPY_IN { return }
        let failure = failure(in: result) ?? PostgresError(.invalidInput, "the statement is not a COPY … FROM STDIN")
        if !isBroken { try? drain() }
        throw failure.naming(query: statement)
    }

    /// Sends a piece of data; returns when the socket has taken it, so that memory stays bounded.
    func sendCopy(_ bytes: UnsafeRawBufferPointer) throws {
        if policy == .abandon, interrupt.isRequested { throw PostgresError(.cancelled, "the COPY was cancelled because its task was") }
        guard let base = bytes.baseAddress?.assumingMemoryBound(to: CChar.self) else { return }
        var rest = UnsafeBufferPointer(start: base, count: bytes.count)
        while let start = rest.baseAddress, !rest.isEmpty {
            let size = min(rest.count, 1 << 20)
            try untilAccepted { PQputCopyData(connection, start, Int32(size)) }
            try flush()
            rest = UnsafeBufferPointer(rebasing: rest[size...])
        }
    }

    /// Ends a COPY; returns the number of rows stored.
    func endCopy(_ statement: String) throws -> Int {
        try untilAccepted { PQputCopyEnd(connection, nil) }
        try flush()
        do { return try single(columns: nil).affected } catch let error as PostgresError { throw error.naming(query: statement) }
    }

    /// Ends a COPY so that nothing of it is stored.
    func abortCopy() throws {
        try untilAccepted { PQputCopyEnd(connection, "aborted by the client") }
        try flush()
        do { try drain() } catch  where !isBroken {}
    }

    private func untilAccepted(_ put: () -> Int32) throws {
        while true {
            switch put() {
            case 1: return
            case 0: try wait(for: Int32(POLLIN | POLLOUT))
            default: throw lost()
            }
        }
    }
}
