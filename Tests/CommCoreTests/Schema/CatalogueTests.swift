import CommTesting
import Foundation
import Postgres
import Testing

@testable import CommCore

/// What must hold for every table, also for those that nobody has thought of yet.
@Suite("The catalogue of the database", .database)
struct CatalogueTests {
    private var owner: PostgresClient { TestDatabase.current.client }

    /// Tables with a `tenant_id`, partitions included.
    private func tenantTables() async throws -> [String] {
        try await owner.query(
            """
            SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') ORDER BY 1
            """
        ).map { try $0.get("relname") }
    }

    @Test("every table with a tenant has row-level security, forced, and a policy that names the tenant for reading and writing")
    func walls() async throws {
        let rows = try await owner.query(
            """
            SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity,
                   EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polcmd = '*'
                              AND (SELECT oid FROM pg_roles WHERE rolname = 'comm_api') = ANY (p.polroles)
                              AND pg_get_expr(p.polqual, p.polrelid) LIKE '%app.tenant_id%'
                              AND pg_get_expr(p.polwithcheck, p.polrelid) LIKE '%app.tenant_id%') AS has_policy,
                   EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid
                              AND ((SELECT oid FROM pg_roles WHERE rolname = 'comm_api') = ANY (p.polroles) OR 0 = ANY (p.polroles))
                              AND coalesce(pg_get_expr(p.polqual, p.polrelid), '') NOT LIKE '%app.tenant_id%') AS has_hole
              FROM pg_class c WHERE c.relname = ANY(\(try await tenantTables())::text[]) AND c.relnamespace = 'public'::regnamespace
            """
        )
        #expect(rows.count > 30)
        for row in rows {
            let table: String = try row.get("relname")
            #expect(try row.get("relrowsecurity") as Bool, "\(table)")
            // The provisioning functions read the tenants as their owner.
            #expect(try row.get("relforcerowsecurity") as Bool || table == "tenants", "\(table)")
            #expect(try row.get("has_policy") as Bool, "\(table)")
            #expect(try !(row.get("has_hole") as Bool), "\(table)")
        }
    }

    @Test("every key of such a table begins with the tenant, and every view is looked through with the rights of who asks")
    func keys() async throws {
        let keys = try await owner.query(
            """
            SELECT c.relname || '.' || i.relname AS key FROM pg_index x
            JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = x.indkey[0]
            WHERE x.indisunique AND c.relname = ANY(\(try await tenantTables())::text[]) AND a.attname <> 'tenant_id' AND c.relname <> 'tenants'
            """
        ).map { try $0.get("key") as String }
        #expect(keys.isEmpty, "\(keys)")
        let views = try await owner.query(
            """
            SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'v'
              AND NOT coalesce(reloptions::text LIKE '%security_invoker%', false)
            """
        ).map { try $0.get("relname") as String }
        #expect(views.isEmpty, "\(views)")
    }

    @Test("without a tenant the API's role sees no row of any table, whoever's it is")
    func nothingWithoutTenant() async throws {
        _ = try await CampaignFixture.make(on: owner, contacts: 3, now: Date())
        let api = TestDatabase.current.client(role: "comm_api")
        var seen = 0
        for table in try await tenantTables() {
            let allowed = try await owner.query("SELECT has_table_privilege('comm_api', \(table), 'SELECT') AS allowed")
            guard try allowed[0].get("allowed") else { continue }
            let rows = try await api.query("SELECT count(*) AS n FROM \(identifier: table)")
            #expect(try rows[0].get("n") as Int == 0, "\(table)")
            seen += 1
        }
        #expect(seen > 15)
    }

    @Test("functions that run with their owner's rights have a fixed search path and are not everybody's")
    func definers() async throws {
        let rows = try await owner.query(
            """
            SELECT p.proname FROM pg_proc p
            WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef AND p.prorettype <> 'trigger'::regtype
              AND (NOT coalesce(p.proconfig::text LIKE '%search_path%', false)
                   OR EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a WHERE a.grantee = 0))
              AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
            """
        ).map { try $0.get("proname") as String }
        #expect(rows.isEmpty, "\(rows)")
    }

    /// Columns that hold something about a person, and what the erasure does with them; a new one must be added to
    /// ``ErasureStep`` and then here.
    private static let known: Set<String> = [
        // Deleted with the contact or by a step.
        "contacts.email", "contacts.email_norm", "contacts.email_domain", "contacts.name", "contacts.phone", "contacts.identity_name",
        "contacts.attributes", "list_contacts.contact_id", "consent_records.contact_id", "consent_records.ip", "contact_search.contact_id",
        "contact_search.document", "contact_tags.contact_id", "bulk_operation_items.contact_id", "bulk_operation_batches.contact_ids",
        "import_errors.value", "idempotency_keys.body", "soft_bounces.contact_id",
        // Emptied by a step.
        "email_events.contact_id", "email_events.payload", "delivery_events.contact_id", "delivery_events.recipient",
        "delivery_events.merge_values", "message_queue.contact_id", "message_queue.recipient", "message_queue.merge_values",
        "message_fallbacks.recipient", "message_fallbacks.merge_values",
        "erasures.email", "erasures.others", "erasures.contact_id",
        "suppressions.email", "suppressions.email_norm", "suppression_history.email_norm",
        // A place in the order of ids and no more, and a number.
        "campaign_expansions.last_contact", "campaign_expansion_pages.last_contact", "campaign_approvals.recipients",
    ]

    @Test("whatever column may hold something about a person is known to the erasure")
    func personalColumns() async throws {
        let columns = try await owner.query(
            """
            SELECT c.relname || '.' || a.attname AS name FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attnum > 0
              AND NOT a.attisdropped
              AND (a.attname ~ '^(e?mail|email_(norm|domain)|recipients?|contact_ids?|ip|(ip|client)_address|user_agent|phone)$'
                   OR a.attname ~ '^(merge_values|document|last_contact)$'
                   OR c.relname = 'contacts' AND a.attname IN ('name', 'identity_name', 'attributes'))
            """
        ).map { try $0.get("name") as String }
        let unknown = Set(columns).subtracting(Self.known)
        #expect(unknown.isEmpty, "\(unknown.sorted())")
    }
}
