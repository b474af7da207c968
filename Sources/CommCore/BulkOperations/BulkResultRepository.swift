import CSV
import FoundationEssentials
import Postgres

/// The result of an operation as CSV: the exported contacts, or those that were passed over and why.
package struct BulkResultRepository: Sendable {
    private static let fetch = 1_000

    private let client: PostgresClient

    package init(client: PostgresClient) {
        self.client = client
    }

    /// Writes the file in pieces, in bounded memory.
    ///
    /// An export is made of the contacts as they are now, of those that matched then: who has been deleted or forgotten since is not in
    /// it, and no copy of anybody's data is kept.
    package func write(
        _ operation: BulkOperation,
        tenantID: UUID,
        _ write: @Sendable ([UInt8]) async throws -> Void
    ) async throws {
        let (header, query) = try Self.file(operation, tenantID)
        try await client.withTenant(tenantID) { connection in
            try await connection.execute("SELECT set_config('statement_timeout', '0', true)")
            var head = CSVWriter(byteOrderMark: true)
            head.write(header)
            try await write(head.take())
            try await connection.stream(query, fetch: Self.fetch) { rows in
                var writer = CSVWriter()
                for row in rows { writer.write(try row.get("cells", as: [String?].self)) }
                try await write(writer.take())
            }
        }
    }

    private static func file(_ operation: BulkOperation, _ tenantID: UUID) throws -> (header: [String], query: SQL) {
        guard case .export(let columns) = try operation.change() else {
            return (
                ["contact_id", "email", "reason"],
                """
                SELECT ARRAY[i.contact_id::text, c.email, i.skipped] AS cells FROM bulk_operation_items i
                  LEFT JOIN contacts c ON c.tenant_id = i.tenant_id AND c.id = i.contact_id
                 WHERE i.tenant_id = \(tenantID) AND i.operation_id = \(operation.id) AND i.skipped IS NOT NULL
                 ORDER BY i.contact_id
                """
            )
        }
        let cells = SQL.joined(columns.map(BulkExportColumn.text), separator: ", ")
        return (
            columns,
            """
            SELECT ARRAY[\(sql: cells)]::text[] AS cells FROM bulk_operation_batches b
             CROSS JOIN LATERAL (SELECT c.* FROM unnest(b.contact_ids) WITH ORDINALITY AS g (id, n)
                                   JOIN contacts c ON c.tenant_id = \(tenantID) AND c.id = g.id AND c.deleted_at IS NULL
                                  ORDER BY g.n) AS c
             WHERE b.tenant_id = \(tenantID) AND b.operation_id = \(operation.id)
            """
        )
    }
}
