import CLibPQ

/// Owns one `PGresult`.
///
/// It is `Sendable` although it holds a C pointer: libpq never changes a result once it is complete, and its documentation
/// (33.19) allows results to be passed freely between threads. The pointer is freed once, in `deinit`.
final class ResultHandle: Sendable {
    nonisolated(unsafe) private let result: OpaquePointer
    let columns: PostgresColumns
    let rowCount: Int

    /// Takes over the result.
    init(_ result: OpaquePointer, columns: PostgresColumns?) {
        self.result = result
        self.columns = columns ?? PostgresColumns(result: result)
        rowCount = Int(PQntuples(result))
    }

    deinit {
        PQclear(result)
    }

    /// The rows that the command touched or returned.
    var affected: Int {
        PQcmdTuples(result).flatMap { Int(String(cString: $0)) } ?? 0
    }

    /// The command's name as the server reports it: `COMMIT`, `INSERT 0 1`.
    var command: String {
        PQcmdStatus(result).map { String(cString: $0) } ?? ""
    }

    /// Calls `body` with the bytes of a value, nil for NULL.
    ///
    /// The row must exist; a column out of range counts as NULL.
    @inline(__always)
    func withValue<R>(row: Int, column: Int, _ body: (PostgresValue?) throws -> R) rethrows -> R {
        let (row, column) = (Int32(truncatingIfNeeded: row), Int32(truncatingIfNeeded: column))
        guard PQgetisnull(result, row, column) == 0, let pointer = PQgetvalue(result, row, column) else { return try body(nil) }
        let bytes = UnsafeRawBufferPointer(start: pointer, count: Int(PQgetlength(result, row, column)))
        return try body(PostgresValue(type: columns.types[Int(column)], bytes: bytes))
    }
}
