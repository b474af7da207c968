import FoundationEssentials
import Postgres

/// SQL of the platform's `email_logs` in `motorical_db`: we insert our rows there and read their status, nothing else.
package struct EmailLogRepository: Sendable {
    /// One row, its columns as the contract names them.
    package struct Row: Sendable {
        package let id: UUID
        package let toAddress: String
        package let subject: [UInt8]
        package let bodySize: Int
        /// JSON object.
        package let metadata: [UInt8]
    }

    private let client: PostgresClient

    package init(client: PostgresClient) {
        self.client = client
    }

    /// Inserts rows with status `queued`; an id that is there already is left as it is.
    ///
    /// - Parameter isRepeat: whether some of the rows may be there. The first attempt is a plain COPY, which is faster; should it
    ///   meet a row all the same (a commit whose answer was lost), it is repeated the careful way.
    package func insert(_ rows: [Row], motorBlockID: UUID, fromAddress: String, isRepeat: Bool) async throws {
        guard !rows.isEmpty else { return }
        if isRepeat { return try await insertMissing(rows, motorBlockID: motorBlockID, fromAddress: fromAddress) }
        do {
            _ = try await client.withConnection { connection in
                try await copy(rows, into: "email_logs", motorBlockID: motorBlockID, fromAddress: fromAddress, on: connection)
            }
        } catch let error as PostgresError where error.sqlState == "23505" {
            try await insertMissing(rows, motorBlockID: motorBlockID, fromAddress: fromAddress)
        }
    }

    private func insertMissing(_ rows: [Row], motorBlockID: UUID, fromAddress: String) async throws {
        try await client.withTransaction { connection in
            try await connection.execute(
                """
                CREATE TEMPORARY TABLE stage ON COMMIT DROP AS
                SELECT id, motor_block_id, from_address, to_address, subject, body_size, status, metadata FROM email_logs WITH NO DATA
                """
            )
            _ = try await copy(rows, into: "stage", motorBlockID: motorBlockID, fromAddress: fromAddress, on: connection)
            try await connection.execute(
                """
                INSERT INTO email_logs (id, motor_block_id, from_address, to_address, subject, body_size, status, metadata)
                SELECT id, motor_block_id, from_address, to_address, subject, body_size, status, metadata FROM stage ORDER BY id
                ON CONFLICT (id) DO NOTHING
                """
            )
        }
    }

    private func copy(
        _ rows: [Row],
        into table: String,
        motorBlockID: UUID,
        fromAddress: String,
        on connection: PostgresConnection
    ) async throws -> Int {
        let statement = """
            COPY \(table) (id, motor_block_id, from_address, to_address, subject, body_size, status, metadata)
            FROM STDIN (FORMAT binary)
            """
        return try await connection.copyIn(statement) { writer in
            for row in rows {
                try writer.row(columns: 8) { fields in
                    fields.write(row.id)
                    fields.write(motorBlockID)
                    fields.write(fromAddress)
                    fields.write(row.toAddress)
                    fields.write(utf8: row.subject)
                    fields.write(Int32(row.bodySize))
                    fields.write("queued")
                    fields.writeJSONB(row.metadata)
                }
            }
        }
    }

    /// Which of the rows exist, and whether the platform has moved them on from `queued`.
    package func progress(of ids: [UUID]) async throws -> [UUID: Bool] {
        guard !ids.isEmpty else { return [:] }
        let rows = try await client.query("SELECT id, status <> 'queued' AS taken FROM email_logs WHERE id = ANY(\(ids)::uuid[])")
        return try Dictionary(uniqueKeysWithValues: rows.map { (try $0.get("id") as UUID, try $0.get("taken") as Bool) })
    }
}
