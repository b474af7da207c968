import CSV
import FoundationEssentials
import Postgres

/// Lists as CSV files, safe to open in a spreadsheet.
package struct ListExportRepository: Sendable {
    private static let fetch = 1_000
    private static let header = [
        "email", "name", "phone", "identity_type", "identity_name", "consent_given_at", "created_at", "added_to_list_at",
    ]

    private let client: PostgresClient

    package init(client: PostgresClient) {
        self.client = client
    }

    /// Writes the contacts of a list in pieces, newest first, in bounded memory: UTF-8 with a byte order mark, every cell in quotes.
    ///
    /// Throws `ContactError.notFound` before the first piece when the tenant has no list of that id.
    package func export(tenantID: UUID, listID: UUID, _ write: @Sendable ([UInt8]) async throws -> Void) async throws {
        try await client.withTenant(tenantID) { connection in
            let found = try await connection.query(
                "SELECT 1 FROM lists WHERE tenant_id = \(tenantID) AND id = \(listID) AND deleted_at IS NULL"
            )
            guard !found.isEmpty else { throw ContactError.listNotFound }
            try await connection.execute("SET LOCAL statement_timeout = 0")
            var head = CSVWriter(quoting: .always, byteOrderMark: true)
            head.write(Self.header)
            try await write(head.take())
            try await connection.stream(Self.contacts(tenantID, listID), fetch: Self.fetch) { try await write(Self.piece($0)) }
        }
    }

    private static func contacts(_ tenantID: UUID, _ listID: UUID) -> SQL {
        """
        SELECT c.email, c.name, c.phone, c.identity_type, c.identity_name, c.consent_given_at, c.created_at, m.created_at AS added_at
          FROM list_contacts m JOIN contacts c ON c.tenant_id = \(tenantID) AND c.id = m.contact_id AND c.deleted_at IS NULL
         WHERE m.tenant_id = \(tenantID) AND m.list_id = \(listID)
         ORDER BY m.contact_id DESC
        """
    }

    private static func piece(_ rows: PostgresRows) throws -> [UInt8] {
        var writer = CSVWriter(quoting: .always)
        for row in rows {
            writer.write([
                try row.get("email"), try row.get("name"), try row.get("phone"), try row.get("identity_type"),
                try row.get("identity_name"), try (row.get("consent_given_at") as Date?).map(ISO8601.string(from:)),
                ISO8601.string(from: try row.get("created_at")), ISO8601.string(from: try row.get("added_at")),
            ])
        }
        return writer.take()
    }
}
