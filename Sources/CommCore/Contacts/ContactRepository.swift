import FoundationEssentials
import Postgres

/// Contacts of a tenant: made and changed by address, found by id or address.
///
/// The key of a contact is its normalized address; the first spelling stays. Given values overwrite, missing ones keep what is
/// stored, attributes are merged. The status is never touched here: it follows from events.
package struct ContactRepository: Sendable {
    private let client: PostgresClient
    private let time: any TimeSource
    private let policy: EmailAddress.Policy

    package init(client: PostgresClient, time: any TimeSource, policy: EmailAddress.Policy = []) {
        self.client = client
        self.time = time
        self.policy = policy
    }

    /// Makes a contact, or changes the one of that address.
    ///
    /// `ContactError.invalid` names every field that cannot be stored.
    package func upsert(tenantID: UUID, draft: ContactDraft, source: String = "api") async throws -> Contact {
        try await store(tenantID: tenantID, draft: draft, source: source).contact
    }

    /// The same, and whether the contact had been deleted and came back by it, as it was: with its status, tags and lists.
    package func store(
        tenantID: UUID,
        draft: ContactDraft,
        source: String = "api"
    ) async throws -> (contact: Contact, wasRestored: Bool) {
        var check = FieldCheck()
        guard let checked = CheckedContact(draft, policy: policy, &check) else { throw ContactError.invalid(check.problems) }
        let batch = try ContactBatch([checked], now: time.now)
        return try await client.query(batch.upsert(tenantID: tenantID, source: source), tenant: tenantID).one {
            (try Contact(row: $0), try $0.get("restored"))
        }
    }

    /// The same for several contacts, all or nothing; the answer has one contact for each draft, in their order.
    ///
    /// Drafts of one address count as if they came one after the other. Problems name fields like `emails[2].email`.
    package func upsert(tenantID: UUID, drafts: [ContactDraft], source: String = "api") async throws -> [Contact] {
        let checked = try Self.check(drafts, policy)
        guard !checked.isEmpty else { return [] }
        let batch = try ContactBatch(checked, now: time.now)
        let rows = try await client.query(batch.upsert(tenantID: tenantID, source: source), tenant: tenantID)
        let contacts = try Dictionary(
            rows.map { (try $0.get("email_norm", as: String.self), try Contact(row: $0)) },
            uniquingKeysWith: { first, _ in first }
        )
        return checked.compactMap { contacts[$0.address.normalized] }
    }

    /// One contact; `ContactError.notFound` when the tenant has none of that id.
    package func get(tenantID: UUID, id: UUID) async throws -> Contact {
        let rows = try await client.query(
            "SELECT \(sql: Contact.columns) FROM contacts c WHERE c.tenant_id = \(tenantID) AND c.id = \(id) AND c.deleted_at IS NULL",
            tenant: tenantID
        )
        guard let row = rows.first else { throw ContactError.contactNotFound }
        return try Contact(row: row)
    }

    /// The contact of an address, however it is spelled.
    package func find(tenantID: UUID, email: String) async throws -> Contact? {
        guard let address = try? EmailAddress(email, policy: policy) else { return nil }
        let rows = try await client.query(
            """
            SELECT \(sql: Contact.columns) FROM contacts c
             WHERE c.tenant_id = \(tenantID) AND c.email_norm = \(address.normalized) AND c.deleted_at IS NULL
            """,
            tenant: tenantID
        )
        return try rows.first.map(Contact.init(row:))
    }

    /// Contacts, newest first.
    package func list(tenantID: UUID, page: IDPage = .first) async throws -> [Contact] {
        let before: SQL = page.before.map { "AND c.id < \($0)" } ?? ""
        let rows = try await client.query(
            """
            SELECT \(sql: Contact.columns) FROM contacts c
             WHERE c.tenant_id = \(tenantID) AND c.deleted_at IS NULL \(sql: before)
             ORDER BY c.id DESC LIMIT \(page.limit)
            """,
            tenant: tenantID
        )
        return try rows.map(Contact.init(row:))
    }

    /// Checks all drafts of a request and reports all their problems at once.
    static func check(
        _ drafts: [ContactDraft],
        skipsMissingAddress: Bool = false,
        _ policy: EmailAddress.Policy
    ) throws -> [CheckedContact] {
        var check = FieldCheck()
        if drafts.count > ContactLimits.batch {
            check.add("emails", "too_many", "at most \(ContactLimits.batch) contacts in one request; use an import for more")
            throw ContactError.invalid(check.problems)
        }
        let checked = drafts.enumerated().compactMap { index, draft -> CheckedContact? in
            if skipsMissingAddress, FieldCheck.isBlank(draft.email ?? "") { return nil }
            return CheckedContact(draft, prefix: "emails[\(index)].", policy: policy, &check)
        }
        guard check.problems.isEmpty else { throw ContactError.invalid(check.problems) }
        return checked
    }
}
