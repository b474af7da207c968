/// The rows that a statement returned, complete and in binary; reading them decodes on demand.
package struct PostgresRows: RandomAccessCollection, Sendable {
    private let handle: ResultHandle

    init(_ handle: ResultHandle) {
        self.handle = handle
    }

    package var startIndex: Int { 0 }
    package var endIndex: Int { handle.rowCount }

    /// The row at a position; reading from a row that does not exist throws `decoding`, it does not trap.
    package subscript(position: Int) -> PostgresRow {
        PostgresRow(handle: handle, index: position)
    }

    /// How many rows were inserted, updated, deleted, copied or returned.
    package var affected: Int { handle.affected }

    /// The columns' names, in order.
    package var columns: [String] { handle.columns.names }

    /// The command's name as the server reports it.
    var command: String { handle.command }
}
