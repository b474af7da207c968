import FoundationEssentials
import Postgres

/// A contact in the recycle bin.
package struct DeletedContact: Sendable, Equatable, Identifiable {
    package let id: UUID
    package let email: String
    package let name: String?
    /// The status that it had and gets back.
    package let status: ContactStatus
    package let qualityIndex: Int
    package let emailDomain: String
    package let createdAt: Date
    package let deletedAt: Date
    /// The operation that deleted it, if it can still be asked for.
    package let operationID: UUID?
}

/// The recycle bin of a tenant's contacts.
package struct RecycleBinRepository: Sendable {
    /// Where a page begins: behind this contact.
    package struct Cursor: Sendable, Equatable {
        package let deletedAt: Date
        package let id: UUID

        package init(deletedAt: Date, id: UUID) {
            (self.deletedAt, self.id) = (deletedAt, id)
        }
    }

    private let client: PostgresClient
    private let time: any TimeSource

    package init(client: PostgresClient, time: any TimeSource) {
        self.client = client
        self.time = time
    }

    /// A page, newest first, and how many there are in all.
    package func list(
        tenantID: UUID,
        limit: Int,
        offset: Int = 0,
        after cursor: Cursor? = nil
    ) async throws -> (contacts: [DeletedContact], total: Int) {
        let behind: SQL = cursor.map { "AND (c.deleted_at, c.id) < (\($0.deletedAt)::timestamptz, \($0.id)::uuid)" } ?? ""
        let results = try await client.withTenant(tenantID) { connection in
            try await connection.pipeline([
                "SELECT count(*) AS total FROM contacts c WHERE c.tenant_id = \(tenantID) AND c.deleted_at IS NOT NULL",
                """
                SELECT c.id, c.email, c.name, c.status, c.quality_index, c.email_domain,
                       c.created_at, c.deleted_at, c.deletion_id
                  FROM contacts c WHERE c.tenant_id = \(tenantID) AND c.deleted_at IS NOT NULL \(sql: behind)
                 ORDER BY c.deleted_at DESC, c.id DESC LIMIT \(limit) OFFSET \(offset)
                """,
            ])
        }
        return (try results[1].map(DeletedContact.init(row:)), try results[0].one { try $0.get("total") })
    }

    /// Those of an operation's contacts that it changed, as id, address and name, in the order of their ids.
    package func changed(by operation: UUID, tenantID: UUID) async throws -> [(id: UUID, email: String, name: String?)] {
        try await client.query(
            """
            SELECT c.id, c.email, c.name FROM bulk_operation_items i
              JOIN contacts c ON c.tenant_id = i.tenant_id AND c.id = i.contact_id
             WHERE i.tenant_id = \(tenantID) AND i.operation_id = \(operation) AND i.skipped IS NULL
             ORDER BY i.contact_id
            """,
            tenant: tenantID
        ).map { (try $0.get("id"), try $0.get("email"), try $0.get("name")) }
    }

    /// How many memberships of a list an operation made.
    package func joined(_ list: UUID, by operation: UUID, tenantID: UUID) async throws -> Int {
        try await client.query(
            """
            SELECT count(*) AS n FROM bulk_operation_items
             WHERE tenant_id = \(tenantID) AND operation_id = \(operation) AND skipped IS NULL
               AND after ? \(list)::uuid::text AND NOT before ? \(list)::uuid::text
            """,
            tenant: tenantID
        ).one { try $0.get("n") }
    }

    /// Whether a contact is in the bin; nil when the tenant has none of that id.
    package func isDeleted(tenantID: UUID, id: UUID) async throws -> Bool? {
        try await client.query(
            "SELECT deleted_at IS NOT NULL AS deleted FROM contacts WHERE tenant_id = \(tenantID) AND id = \(id)",
            tenant: tenantID
        ).first.map { try $0.get("deleted") }
    }

    /// Removes one contact for good, whether or not it is in the bin; its suppression stays.
    package func remove(tenantID: UUID, id: UUID) async throws {
        try await client.withTenant(tenantID) { connection in
            let found = try await connection.query("SELECT FROM contacts WHERE tenant_id = \(tenantID) AND id = \(id) FOR UPDATE")
            guard !found.isEmpty else { throw ContactError.contactNotFound }
            try await ContactForgetting.forget([id], tenantID: tenantID, on: connection)
            try await connection.execute("DELETE FROM contacts WHERE tenant_id = \(tenantID) AND id = \(id)")
        }
    }
}

extension DeletedContact {
    fileprivate init(row: PostgresRow) throws {
        id = try row.get("id")
        email = try row.get("email")
        name = try row.get("name")
        status = try row.get("status")
        qualityIndex = try Int(row.get("quality_index", as: Int16.self))
        emailDomain = try row.get("email_domain")
        createdAt = try row.get("created_at")
        deletedAt = try row.get("deleted_at")
        operationID = try row.get("deletion_id")
    }
}
