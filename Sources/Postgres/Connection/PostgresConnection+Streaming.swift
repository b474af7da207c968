extension PostgresConnection {
    /// Passes the rows of a statement to `body` in portions, through a cursor, so that memory stays bounded by one portion.
    ///
    /// The connection may be used within `body`. Outside a transaction the stream opens its own.
    /// - Parameter fetch: rows to a portion; at least 1.
    package func stream(_ sql: SQL, fetch: Int, _ body: @Sendable (PostgresRows) async throws -> Void) async throws {
        guard !isInTransaction else { return try await cursor(sql, fetch: fetch, body) }
        // The planner shall expect that all rows are read, not the first tenth.
        try await transaction(settings: ["SET LOCAL cursor_tuple_fraction = 1"]) { connection in
            try await connection.cursor(sql, fetch: fetch, body)
        }
    }

    private func cursor(_ sql: SQL, fetch: Int, _ body: @Sendable (PostgresRows) async throws -> Void) async throws {
        nesting += 1
        defer { nesting -= 1 }
        let name = "cursor_\(nesting)"
        let size = max(1, fetch)
        _ = try await perform { try $0.queryOnce("DECLARE \(raw: name) NO SCROLL CURSOR FOR \(sql: sql)") }
        var isComplete = false
        while !isComplete {
            let rows = try await perform { try $0.queryOnce("FETCH FORWARD \(raw: String(size)) FROM \(raw: name)") }
            if !rows.isEmpty { try await body(rows) }
            isComplete = rows.count < size
        }
        _ = try await perform { try $0.queryOnce("CLOSE \(raw: name)") }
    }
}
