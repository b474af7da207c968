import FoundationEssentials
import Postgres

/// Checked contacts as the arrays that one upsert statement takes, folded by address and in its order.
///
/// The order lets two statements that share addresses wait for each other instead of locking each other out.
struct ContactBatch {
    private var ids: [UUID] = []
    private var emails: [String] = []
    private var norms: [String] = []
    private var names: [String?] = []
    private var phones: [String?] = []
    private var identityTypes: [IdentityType?] = []
    private var identityNames: [String?] = []
    private var languages: [String?] = []
    private var attributes: [PostgresJSON] = []
    private let now: Date

    init(_ contacts: [CheckedContact], now: Date) throws {
        self.now = now
        var newIDs = ContactIDs(at: now)
        let groups = Dictionary(grouping: contacts, by: \.address.normalized)
        for (norm, group) in groups.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            emails.append(group.first?.address.deliverable ?? norm)
            norms.append(norm)
            names.append(Self.last(group, \.name))
            phones.append(Self.last(group, \.phone))
            identityTypes.append(Self.last(group, \.identityType))
            identityNames.append(Self.last(group, \.identityName))
            languages.append(Self.last(group, \.language))
            attributes.append(
                try PostgresJSON(encoding: group.reduce(into: [:]) { merged, contact in merged.merge(contact.attributes) { $1 } })
            )
        }
        // Lists show the newest id first: so those of one batch come in the order of their addresses.
        ids = norms.map { _ in newIDs.next() }.reversed()
    }

    /// The statement; it returns the columns of `Contact`, `email_norm`, and whether the contact came back from the recycle bin
    /// (`restored`), a row for each address.
    func upsert(tenantID: UUID, source: String) -> SQL {
        """
        WITH bin AS MATERIALIZED (
            SELECT id FROM contacts WHERE tenant_id = \(tenantID) AND email_norm = ANY(\(norms)::text[]) AND deleted_at IS NOT NULL
        )
        INSERT INTO contacts AS c (tenant_id, id, email, email_norm, name, phone, identity_type, identity_name, language, attributes,
                                   source, created_at, updated_at)
        SELECT \(tenantID), id, email, email_norm, name, phone, identity_type, identity_name, language,
               attributes, \(source), \(now), \(now)
          FROM unnest(\(ids), \(emails), \(norms), \(names), \(phones), \(identityTypes), \(identityNames), \(languages), \(attributes))
            AS given (id, email, email_norm, name, phone, identity_type, identity_name, language, attributes)
            ON CONFLICT (tenant_id, email_norm) DO UPDATE
           SET name = coalesce(excluded.name, c.name), phone = coalesce(excluded.phone, c.phone),
               identity_type = coalesce(excluded.identity_type, c.identity_type),
               identity_name = coalesce(excluded.identity_name, c.identity_name), language = coalesce(excluded.language, c.language),
               attributes = jsonb_strip_nulls(c.attributes || excluded.attributes), deleted_at = NULL, version = c.version + 1,
               updated_at = excluded.updated_at
        RETURNING \(sql: Contact.columns), c.email_norm, c.id IN (SELECT id FROM bin) AS restored
        """
    }

    private static func last<Value>(_ group: [CheckedContact], _ value: KeyPath<CheckedContact, Value?>) -> Value? {
        group.last { $0[keyPath: value] != nil }?[keyPath: value]
    }
}
