import CSV
import FoundationEssentials
import Postgres

/// The audit log of a tenant.
///
/// Changes of single rows are noted by the database itself, in the transaction that makes them; operations on many rows note themselves
/// here, as one entry. Nobody changes an entry.
package struct AuditRepository: Sendable {
    /// The most entries that one page holds.
    package static let largestPage = 500
    private static let fetch = 1_000
    private static let select: SQL = """
        SELECT a.*, \(sql: TimeCursor.microseconds(of: "a.created_at")) AS place FROM audit_logs a
        """

    private let client: PostgresClient

    package init(client: PostgresClient) {
        self.client = client
    }

    /// Who asks in every transaction of the running task, for the database's own notes.
    package static func settings(actor: String, requestID: String) -> [TransactionSettings.Setting] {
        [TransactionSettings.Setting("app.actor", actor), TransactionSettings.Setting("app.request_id", requestID)]
    }

    /// Until the end of the transaction the database notes nothing by itself: the operation is one entry.
    package static func silence(on connection: PostgresConnection) async throws {
        try await connection.execute("SELECT set_config('app.audit_rows', 'off', true)")
    }

    /// Notes an operation in the transaction that does it.
    package static func record(_ note: AuditNote, tenantID: UUID, on connection: PostgresConnection) async throws {
        try await connection.execute(insert(note, tenantID: tenantID))
    }

    /// Notes an operation that has no transaction of its own.
    package func record(_ note: AuditNote, tenantID: UUID) async throws {
        _ = try await client.query(Self.insert(note, tenantID: tenantID), tenant: tenantID)
    }

    private static func insert(_ note: AuditNote, tenantID: UUID) -> SQL {
        """
        INSERT INTO audit_logs (tenant_id, event_type, action, resource_type, resource_id, user_identifier, actor, request_id, details)
        SELECT \(tenantID), \(note.eventType), \(note.action), \(note.resourceType), \(note.resourceID), \(note.userIdentifier),
               coalesce(nullif(current_setting('app.actor', true), ''), 'system'),
               nullif(current_setting('app.request_id', true), ''), \(note.details)
        """
    }

    /// A page of the log, newest first.
    package func page(
        tenantID: UUID,
        filter: AuditFilter = AuditFilter(),
        limit: Int = 100,
        after cursor: TimeCursor? = nil
    ) async throws -> (entries: [AuditEntry], next: TimeCursor?) {
        let limit = min(max(1, limit), Self.largestPage)
        var condition = filter.condition(tenantID: tenantID)
        if let cursor { condition += " AND \(sql: cursor.precedes(time: "a.created_at", id: "a.id"))" }
        let rows = try await client.query(
            "\(sql: Self.select) WHERE \(sql: condition) ORDER BY a.created_at DESC, a.id DESC LIMIT \(limit + 1)",
            tenant: tenantID
        )
        let found = try rows.map(AuditEntry.init(row:))
        return (Array(found.prefix(limit)), found.count > limit ? found[limit - 1].place : nil)
    }

    /// Writes the log as CSV in pieces, newest first, in bounded memory.
    package func export(
        tenantID: UUID,
        filter: AuditFilter = AuditFilter(),
        _ write: @Sendable ([UInt8]) async throws -> Void
    ) async throws {
        try await client.withTenant(tenantID) { connection in
            try await connection.execute("SET LOCAL statement_timeout = 0")
            var head = CSVWriter(quoting: .always, byteOrderMark: true)
            head.write([
                "created_at", "event_type", "action", "resource_type", "resource_id", "actor", "user_identifier", "request_id", "details",
                "before", "after",
            ])
            try await write(head.take())
            let rows: SQL = """
                \(sql: Self.select) WHERE \(sql: filter.condition(tenantID: tenantID)) ORDER BY a.created_at DESC, a.id DESC
                """
            try await connection.stream(rows, fetch: Self.fetch) { rows in
                var writer = CSVWriter(quoting: .always)
                for row in rows { writer.write(Self.record(try AuditEntry(row: row))) }
                try await write(writer.take())
            }
        }
    }

    private static func record(_ entry: AuditEntry) -> [String?] {
        [
            ISO8601.string(from: entry.createdAt), entry.eventType, entry.action, entry.resourceType,
            entry.resourceID.map { $0.uuidString.lowercased() }, entry.actor, entry.userIdentifier, entry.requestID, entry.details.text,
            entry.before?.text, entry.after?.text,
        ]
    }
}
