/// What went wrong while talking to PostgreSQL.
///
/// The description is safe to log: it holds no connection password and no row values. `detail` may quote values
/// (`Key (email)=(…) already exists`) and is therefore kept apart.
package struct PostgresError: Error, Sendable {
    /// The closed set of kinds of failure.
    package enum Code: String, Sendable, CaseIterable {
        /// No connection could be opened within the time allowed.
        case connectionFailed
        /// The connection was lost, or the pool or connection is closed. Whether the last statement took effect is unknown.
        case connectionClosed
        /// Every connection was leased to others for the whole borrow timeout.
        case poolTimeout
        /// The server refused the statement; `sqlState` says why.
        case server
        /// A column is missing, NULL where a value is needed, or of another type.
        case decoding
        /// The calling task was cancelled.
        case cancelled
        /// The statement timeout passed, or the server stayed silent for longer than that.
        case timeout
        /// A value cannot be sent (a NUL character in text, a row with the wrong number of columns).
        case invalidInput
        /// The transaction had failed before, so its COMMIT was answered with a rollback.
        case transactionAborted
    }

    package var code: Code
    /// Five characters, PostgreSQL manual, appendix A.
    package var sqlState: String?
    /// The violated constraint, for SQLSTATE class 23.
    package var constraint: String?
    /// The table that the server names, if any.
    package var table: String?
    package var message: String
    /// The server's detail line.
    ///
    /// It can hold row values: never log it at info or above.
    package var detail: String?
    /// Where the server was, with row values removed: `COPY contacts, line 3, column email`.
    package var context: String?
    /// The statement, with placeholders instead of values, shortened.
    package var query: String?

    package init(_ code: Code, _ message: String, sqlState: String? = nil, constraint: String? = nil, query: String? = nil) {
        self.code = code
        self.message = message
        self.sqlState = sqlState
        self.constraint = constraint
        self.query = query
    }

    /// True when the same work may succeed if it is simply tried again later.
    package var isTransient: Bool {
        switch code {
        case .connectionFailed, .connectionClosed, .poolTimeout, .timeout: true
        case .decoding, .cancelled, .invalidInput, .transactionAborted: false
        case .server: isStalePlan || SQLState.isTransient(sqlState)
        }
    }

    /// True for a violated unique constraint (of that name, if one is given).
    package func isUniqueViolation(of name: String? = nil) -> Bool {
        sqlState == SQLState.uniqueViolation && (name == nil || constraint == name)
    }

    /// The statement was prepared before the schema changed, or the server no longer knows it.
    var isStalePlan = false
}

extension PostgresError: CustomStringConvertible {
    package var description: String {
        var text = code.rawValue
        if let sqlState { text += " (\(sqlState))" }
        text += ": \(message)"
        if let context { text += " [\(context)]" }
        if let query { text += " in: \(query)" }
        return text
    }
}

extension PostgresError {
    /// The same error, saying which statement it was, unless it says so already.
    func naming(query text: String) -> PostgresError {
        guard query == nil else { return self }
        var copy = self
        copy.query = text.count > 400 ? String(text.prefix(400)) + "…" : text
        return copy
    }
}
