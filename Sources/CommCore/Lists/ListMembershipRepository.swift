import FoundationEssentials
import Postgres

/// Who is in a list.
///
/// A membership that was unsubscribed stays so, however often the contact is added again.
package struct ListMembershipRepository: Sendable {
    private static let largestPage = 200
    private static let longestSearch = 200

    private let client: PostgresClient
    private let time: any TimeSource
    private let policy: EmailAddress.Policy

    package init(client: PostgresClient, time: any TimeSource, policy: EmailAddress.Policy = []) {
        self.client = client
        self.time = time
        self.policy = policy
    }

    /// A page of contacts, newest first.
    ///
    /// - Parameter page: from 1.
    /// - Parameter pageSize: 1 to 200; what lies outside is moved to the nearest end.
    /// - Parameter search: a part of the address, the name or the identity name, in upper or lower case.
    package func contacts(
        tenantID: UUID,
        listID: UUID,
        page: Int = 1,
        pageSize: Int = 50,
        search: String? = nil
    ) async throws -> ListContactPage {
        let size = min(max(1, pageSize), Self.largestPage)
        let (skipped, overflow) = (max(1, page) - 1).multipliedReportingOverflow(by: size)
        let members = try Self.members(tenantID, listID, search)
        return try await client.withTenant(tenantID) { connection in
            let results = try await connection.pipeline([
                Self.listQuery(tenantID, listID),
                "SELECT count(*) AS total \(sql: members)",
                """
                SELECT \(sql: Contact.columns) \(sql: members)
                 ORDER BY m.contact_id DESC LIMIT \(size) OFFSET \(overflow ? Int.max : skipped)
                """,
            ])
            guard !results[0].isEmpty else { throw ContactError.listNotFound }
            return ListContactPage(items: try results[2].map(Contact.init(row:)), total: try results[1].one { try $0.get("total") })
        }
    }

    /// Adds contacts by address, making those that are not there yet, all or nothing; drafts without an address are passed over.
    ///
    /// Returns how many addresses were given, also those that were in the list already.
    package func add(tenantID: UUID, listID: UUID, drafts: [ContactDraft]) async throws -> Int {
        let now = time.now
        let checked = try ContactRepository.check(drafts, skipsMissingAddress: true, policy)
        let batch = try ContactBatch(checked, now: now)
        return try await client.withTenant(tenantID) { connection in
            try await Self.requireList(tenantID, listID, connection)
            guard !checked.isEmpty else { return 0 }
            let contacts = try await connection.query(batch.upsert(tenantID: tenantID, source: "api"))
            let ids = try contacts.map { try $0.get("id", as: UUID.self) }
            try await connection.execute(
                """
                INSERT INTO list_contacts (tenant_id, list_id, contact_id, created_at)
                SELECT \(tenantID), \(listID), id, \(now) FROM unnest(\(ids)) AS given (id) ORDER BY id
                    ON CONFLICT (tenant_id, list_id, contact_id) DO NOTHING
                """
            )
            return checked.count
        }
    }

    /// Adds contacts by id; ids that are not the tenant's are passed over.
    package func add(tenantID: UUID, listID: UUID, contactIDs: [UUID]) async throws -> AddedByID {
        let now = time.now
        guard contactIDs.count <= ContactLimits.batch else {
            throw ContactError.invalid([
                FieldProblem(field: "contact_ids", code: "too_many", message: "at most \(ContactLimits.batch) contacts in one request")
            ])
        }
        return try await client.withTenant(tenantID) { connection in
            try await Self.requireList(tenantID, listID, connection)
            let counts = try await connection.query(
                """
                WITH valid AS (
                    SELECT id FROM contacts WHERE tenant_id = \(tenantID) AND id = ANY(\(contactIDs)) AND deleted_at IS NULL
                ), added AS (
                    INSERT INTO list_contacts (tenant_id, list_id, contact_id, created_at)
                    SELECT \(tenantID), \(listID), id, \(now) FROM valid ORDER BY id
                        ON CONFLICT (tenant_id, list_id, contact_id) DO NOTHING
                    RETURNING 1
                )
                SELECT (SELECT count(*) FROM added) AS added, (SELECT count(*) FROM valid) AS valid
                """
            )
            return try counts.one {
                AddedByID(addedCount: try $0.get("added"), requestedCount: contactIDs.count, validCount: try $0.get("valid"))
            }
        }
    }

    // MARK: - SQL

    private static func listQuery(_ tenantID: UUID, _ listID: UUID) -> SQL {
        "SELECT 1 FROM lists WHERE tenant_id = \(tenantID) AND id = \(listID) AND deleted_at IS NULL"
    }

    private static func requireList(_ tenantID: UUID, _ listID: UUID, _ connection: PostgresConnection) async throws {
        let found = try await connection.query(listQuery(tenantID, listID) + " FOR KEY SHARE")
        guard !found.isEmpty else { throw ContactError.listNotFound }
    }

    private static func members(_ tenantID: UUID, _ listID: UUID, _ search: String?) throws -> SQL {
        let base: SQL = """
            FROM list_contacts m JOIN contacts c ON c.tenant_id = \(tenantID) AND c.id = m.contact_id AND c.deleted_at IS NULL
            WHERE m.tenant_id = \(tenantID) AND m.list_id = \(listID)
            """
        guard let search, !FieldCheck.isBlank(search) else { return base }
        var check = FieldCheck()
        check.line("q", search, limit: longestSearch)
        guard check.problems.isEmpty else { throw ContactError.invalid(check.problems) }
        let pattern = "%" + search.flatMap { "\\%_".contains($0) ? ["\\", $0] : [$0] } + "%"
        return base + " AND (c.email ILIKE \(pattern) OR c.name ILIKE \(pattern) OR c.identity_name ILIKE \(pattern))"
    }
}
