import Postgres

extension PostgresRows {
    /// Reads the one row of a statement that always answers with one (`RETURNING`, an aggregate).
    func one<Value>(_ read: (PostgresRow) throws -> Value) throws -> Value {
        guard let row = first else { throw PostgresError(.decoding, "the statement returned no row") }
        return try read(row)
    }
}
