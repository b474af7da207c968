import CLibPQ

extension Wire {
    private static let maximumParameters = 65_535

    /// Runs one statement, prepared if it was run before.
    func query(_ sql: SQL) throws -> PostgresRows {
        let request = try Request(sql)
        guard statements.discarded.isEmpty, let statement = statements.find(request.key) else {
            return try pipeline([request])[0]
        }
        try send(request, name: statement.name)
        try flush()
        do {
            return PostgresRows(try single(columns: statement.columns) { self.statements.update(request.key, columns: $0) })
        } catch let error as PostgresError {
            throw note(error, of: request)
        }
    }

    /// Runs statements in one round trip; all of them succeed or the first failure is thrown.
    func pipeline(_ list: [SQL]) throws -> [PostgresRows] {
        try pipeline(list.map(Request.init))
    }

    /// Runs a statement that will not come again, without preparing it.
    func queryOnce(_ sql: SQL) throws -> PostgresRows {
        let request = try Request(sql)
        let sent = try sql.parameters.withPointers { count, values, lengths, formats in
            PQsendQueryParams(connection, request.key.text, count, request.key.types, values, lengths, formats, 1)
        }
        guard sent == 1 else { throw lost() }
        try flush()
        do { return PostgresRows(try single(columns: nil)) } catch let error as PostgresError { throw note(error, of: request) }
    }

    /// Runs a text of several statements over the simple protocol, without values or rows.
    func script(_ text: String) throws {
        guard !text.utf8.contains(0) else { throw PostgresError(.invalidInput, "the script contains a NUL character") }
        guard PQsendQuery(connection, text) == 1 else { throw lost() }
        try flush()
        do { try drain() } catch let error as PostgresError { throw error.naming(query: text) }
    }

    /// Reads all results, and throws the first failure among them.
    func drain() throws {
        var failure: PostgresError?
        while let result = try nextResult() {
            defer { PQclear(result) }
            failure = failure ?? self.failure(in: result)
            if isBroken { break }
        }
        if let failure { throw failure }
    }

    /// Reads the results of one statement, of which there is one.
    func single(columns: PostgresColumns?, learned: (PostgresColumns) -> Void = { _ in }) throws -> ResultHandle {
        guard let result = try nextResult() else { throw lost() }
        if let failure = failure(in: result) {
            PQclear(result)
            if !isBroken { try drain() }
            throw failure
        }
        let handle = ResultHandle(result, columns: columns)
        if columns == nil { learned(handle.columns) }
        try drain()
        return handle
    }

    /// Adds the statement to an error, and forgets a prepared statement that has become unusable.
    private func note(_ error: PostgresError, of request: Request) -> PostgresError {
        if error.isStalePlan { forget(request.key, because: error) }
        return error.naming(query: request.key.text)
    }

    private func forget(_ key: StatementCache.Key, because error: PostgresError) {
        guard error.sqlState == SQLState.invalidStatementName else { return statements.remove(key) }
        statements.removeAll()
    }

    private func send(_ request: Request, name: String) throws {
        let sent = try request.parameters.withPointers { count, values, lengths, formats in
            PQsendQueryPrepared(connection, name, count, values, lengths, formats, 1)
        }
        guard sent == 1 else { throw lost() }
    }

    /// One statement on its way: checked, so that sending it cannot fail for its values.
    private struct Request {
        let key: StatementCache.Key
        let parameters: Parameters

        init(_ sql: SQL) throws {
            key = StatementCache.Key(text: sql.text, types: sql.parameters.types)
            parameters = sql.parameters
            if let reason = parameters.buffer.invalid {
                throw PostgresError(.invalidInput, reason).naming(query: key.text)
            }
            guard parameters.entries.count <= Wire.maximumParameters else {
                throw PostgresError(.invalidInput, "a statement takes at most \(Wire.maximumParameters) values").naming(query: key.text)
            }
            guard !key.text.utf8.contains(0) else { throw PostgresError(.invalidInput, "a statement contains a NUL character") }
        }
    }

    /// What is sent between two synchronisation points.
    private enum Step {
        case deallocate(String)
        case prepare(Request, name: String)
        case run(Request, name: String, columns: PostgresColumns?)
    }

    private func pipeline(_ requests: [Request]) throws -> [PostgresRows] {
        guard !requests.isEmpty else { return [] }
        let steps = steps(for: requests)
        guard PQenterPipelineMode(connection) == 1 else { throw lost() }
        for step in steps { try send(step) }
        guard PQpipelineSync(connection) == 1 else { throw lost() }
        try flush()
        let rows = try receive(steps)
        guard PQexitPipelineMode(connection) == 1 else { throw lost() }
        return try rows.get()
    }

    private func steps(for requests: [Request]) -> [Step] {
        var steps = statements.discarded.map(Step.deallocate)
        var prepared: [StatementCache.Key: String] = [:]
        for request in requests {
            if let statement = statements.find(request.key) {
                steps.append(.run(request, name: statement.name, columns: statement.columns))
            } else if let name = prepared[request.key] {
                steps.append(.run(request, name: name, columns: nil))
            } else {
                let name = statements.newName()
                prepared[request.key] = name
                steps.append(.prepare(request, name: name))
                steps.append(.run(request, name: name, columns: nil))
            }
        }
        return steps
    }

    private func send(_ step: Step) throws {
        switch step {
        case .deallocate(let name):
            guard PQsendQueryParams(connection, "DEALLOCATE \(name)", 0, nil, nil, nil, nil, 1) == 1 else { throw lost() }
        case .prepare(let request, let name):
            let count = Int32(request.key.types.count)
            guard PQsendPrepare(connection, name, request.key.text, count, request.key.types) == 1 else { throw lost() }
        case .run(let request, let name, _):
            try send(request, name: name)
        }
    }

    /// Reads the answers to all steps and to the synchronisation point; throws only when the connection is lost.
    private func receive(_ steps: [Step]) throws -> Result<[PostgresRows], PostgresError> {
        var rows: [PostgresRows] = []
        var failure: PostgresError?
        for step in steps {
            while let result = try nextResult() {
                if PQresultStatus(result) == PGRES_PIPELINE_ABORTED {
                    PQclear(result)
                } else if let found = self.failure(in: result) {
                    PQclear(result)
                    failure = failure ?? describe(found, step)
                    if isBroken { return .failure(failure ?? found) }
                } else {
                    accept(result, of: step, into: &rows)
                }
            }
        }
        while let result = try nextResult() {
            let isSync = PQresultStatus(result) == PGRES_PIPELINE_SYNC
            PQclear(result)
            if isSync { break }
        }
        return failure.map(Result.failure) ?? .success(rows)
    }

    private func accept(_ result: OpaquePointer, of step: Step, into rows: inout [PostgresRows]) {
        switch step {
        case .deallocate(let name):
            PQclear(result)
            statements.clearDiscarded(name)
        case .prepare(let request, let name):
            PQclear(result)
            statements.insert(request.key, name: name)
        case .run(let request, _, let columns):
            let handle = ResultHandle(result, columns: columns)
            if columns == nil { statements.update(request.key, columns: handle.columns) }
            rows.append(PostgresRows(handle))
        }
    }

    private func describe(_ error: PostgresError, _ step: Step) -> PostgresError {
        switch step {
        case .deallocate:
            if error.sqlState == SQLState.invalidStatementName { statements.removeAll() }
            return error
        case .prepare(let request, _), .run(let request, _, _):
            return note(error, of: request)
        }
    }
}
