import CSV
import FoundationEssentials
import Postgres

/// The records of imports: their reports, and the rows that were left out.
package struct ImportRepository: Sendable {
    private static let fetch = 1_000

    /// What a file was imported as.
    package enum Kind: String, Sendable, PostgresEnum {
        case contacts, suppressions
    }

    /// The record of an import, to be stored.
    struct Job: Sendable {
        let id: UUID
        let kind: Kind
        let listID: UUID?
        let fileName: String?
        let dryRun: Bool
        let report: PostgresJSON
    }

    private let client: PostgresClient

    package init(client: PostgresClient) {
        self.client = client
    }

    /// The report of an import of contacts, nil when the tenant has none of that id.
    package func report(tenantID: UUID, importID: UUID) async throws -> ImportReport? {
        try await report(ImportReport.self, of: .contacts, tenantID: tenantID, importID: importID)
    }

    /// The same for a file of whatever kind.
    package func report<Report: Decodable>(_: Report.Type, of kind: Kind, tenantID: UUID, importID: UUID) async throws -> Report? {
        let rows = try await client.query(
            "SELECT report FROM import_jobs WHERE tenant_id = \(tenantID) AND id = \(importID) AND kind = \(kind)",
            tenant: tenantID
        )
        return try rows.first?.get("report", as: PostgresJSON.self).decode()
    }

    /// Writes the rows that were left out as CSV (row, column, code, message, value), in pieces; cells are safe for a spreadsheet.
    ///
    /// Nothing but the header when the tenant has no import of that id.
    package func exportErrors(
        tenantID: UUID,
        importID: UUID,
        _ write: @Sendable ([UInt8]) async throws -> Void
    ) async throws {
        var head = CSVWriter(byteOrderMark: true)
        head.write(["row", "column", "code", "message", "value"])
        try await write(head.take())
        try await client.withTenant(tenantID) { connection in
            try await connection.stream(
                """
                SELECT row_number, column_name, code, message, value FROM import_errors
                 WHERE tenant_id = \(tenantID) AND import_id = \(importID) ORDER BY row_number
                """,
                fetch: Self.fetch
            ) { rows in
                var piece = CSVWriter()
                for row in rows {
                    piece.write([
                        String(try row.get("row_number", as: Int.self)), try row.get("column_name"), try row.get("code"),
                        try row.get("message"), try row.get("value"),
                    ])
                }
                try await write(piece.take())
            }
        }
    }

    /// Stores the record of an import in the transaction at hand.
    static func store(
        _ report: ImportReport,
        _ errors: [ImportRowError],
        options: ImportOptions,
        started: Date,
        finished: Date,
        on connection: PostgresConnection
    ) async throws {
        let job = Job(
            id: report.importID,
            kind: .contacts,
            listID: options.listID,
            fileName: options.fileName,
            dryRun: report.dryRun,
            report: try PostgresJSON(encoding: report)
        )
        try await store(job, errors, tenantID: options.tenantID, started: started, finished: finished, on: connection)
    }

    /// The same for a file of whatever kind.
    static func store(
        _ job: Job,
        _ errors: [ImportRowError],
        tenantID: UUID,
        started: Date,
        finished: Date,
        on connection: PostgresConnection
    ) async throws {
        try await connection.execute(
            """
            INSERT INTO import_jobs (tenant_id, id, kind, list_id, file_name, dry_run, report, created_at, finished_at)
            VALUES (\(tenantID), \(job.id), \(job.kind), \(job.listID), \(job.fileName), \(job.dryRun), \(job.report), \(started),
                    \(finished))
            """
        )
        guard !errors.isEmpty else { return }
        try await connection.execute(
            """
            INSERT INTO import_errors (tenant_id, import_id, row_number, column_name, code, message, value)
            SELECT \(tenantID), \(job.id), * FROM unnest(
                \(errors.map(\.row)), \(errors.map(\.column)), \(errors.map(\.code)), \(errors.map(\.message)), \(errors.map(\.value)))
            """
        )
    }
}
