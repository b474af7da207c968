/// One row of a result.
package struct PostgresRow: Sendable {
    private let handle: ResultHandle
    private let index: Int

    init(handle: ResultHandle, index: Int) {
        self.handle = handle
        self.index = index
    }

    /// The columns' names, in order.
    package var columns: [String] { handle.columns.names }

    /// Reads a column by name; NULL is an error.
    package func get<T: PostgresDecodable>(_ column: String, as _: T.Type = T.self) throws -> T {
        try get(position(of: column))
    }

    /// Reads a column by name; NULL is nil.
    package func get<T: PostgresDecodable>(_ column: String, as _: T.Type = T.self) throws -> T? {
        try get(position(of: column))
    }

    /// Reads a column by position, from 0; NULL is an error.
    package func get<T: PostgresDecodable>(_ column: Int, as _: T.Type = T.self) throws -> T {
        guard let value: T = try get(column) else {
            throw PostgresError(.decoding, "column \(name(column)) is NULL, where \(T.self) is wanted")
        }
        return value
    }

    /// Reads a column by position, from 0; NULL is nil.
    package func get<T: PostgresDecodable>(_ column: Int, as _: T.Type = T.self) throws -> T? {
        try check(column)
        return try handle.withValue(row: index, column: column) { value in
            guard let value else { return nil }
            guard let decoded = T.decode(value) else {
                throw PostgresError(.decoding, "column \(name(column)) (\(TypeOID.name(of: value.type))) cannot be read as \(T.self)")
            }
            return decoded
        }
    }

    /// Whether a column is NULL.
    package func isNull(_ column: String) throws -> Bool {
        let column = try position(of: column)
        try check(column)
        return handle.withValue(row: index, column: column) { $0 == nil }
    }

    /// Lends the raw bytes of a column (nil for NULL) without copying them; they are gone when `body` returns.
    package func withBytes<R>(_ column: Int, _ body: (UnsafeRawBufferPointer?) throws -> R) throws -> R {
        try check(column)
        return try handle.withValue(row: index, column: column) { try body($0?.bytes) }
    }

    private func check(_ column: Int) throws(PostgresError) {
        guard index >= 0, index < handle.rowCount else {
            throw PostgresError(.decoding, "there is no row \(index), the result has \(handle.rowCount)")
        }
        guard handle.columns.names.indices.contains(column) else {
            throw PostgresError(.decoding, "there is no column at position \(column), only \(handle.columns.names.count) columns")
        }
    }

    private func position(of column: String) throws(PostgresError) -> Int {
        if let position = handle.columns.index(of: column) { return position }
        throw PostgresError(.decoding, "there is no column \(column); the columns are \(columns.joined(separator: ", "))")
    }

    private func name(_ column: Int) -> String {
        handle.columns.names[column]
    }
}
