extension PostgresConnection {
    /// Copies rows into a table in binary format; returns how many were stored.
    ///
    /// Any error stores none of them.
    ///
    /// - Parameter copyStatement: `COPY t (a, b) FROM STDIN (FORMAT binary)`.
    /// - Parameter write: Writes the rows; it runs on the connection's thread, so it should encode and not wait.
    package func copyIn(
        _ copyStatement: String,
        _ write: @Sendable (inout PostgresCopyWriter) throws -> Void
    ) async throws -> Int {
        try refuseDuringCopy()
        return try await perform { wire in
            try wire.beginCopy(copyStatement)
            do {
                wire.policy = .abandon
                var writer = PostgresCopyWriter { try wire.sendCopy($0) }
                try write(&writer)
                try writer.finish()
                wire.policy = .cancelStatement
            } catch {
                wire.policy = .ignore
                if !wire.isBroken { try wire.abortCopy() }
                throw error
            }
            return try wire.endCopy(copyStatement)
        }
    }

    /// Copies a sequence of byte chunks, as they are, into a table: for the text and CSV formats.
    ///
    /// Any error, of the sequence or of the server, stores nothing.
    package func copyIn<Chunks: AsyncSequence & Sendable>(
        _ copyStatement: String,
        chunks: Chunks
    ) async throws -> Int where Chunks.Element == [UInt8] {
        try refuseDuringCopy()
        try await perform { try $0.beginCopy(copyStatement) }
        isCopying = true
        defer { isCopying = false }
        do {
            for try await chunk in chunks {
                try await perform(.abandon) { wire in try chunk.withUnsafeBytes(wire.sendCopy) }
            }
        } catch {
            do { try await perform(.ignore) { try $0.abortCopy() } } catch { close() }
            throw error
        }
        return try await perform { try $0.endCopy(copyStatement) }
    }

    private func refuseDuringCopy() throws {
        guard !isCopying else { throw PostgresError(.invalidInput, "the connection is in the middle of a COPY") }
    }
}
