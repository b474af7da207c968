import CommTesting
import Foundation
import HTTPTypes
import Postgres
import Testing

@testable import comm_api

/// The second wall alone: statements that forget the tenant altogether, as the API's role.
@Suite("Row-level security by itself", .database)
struct RowLevelSecurityTests {
    private struct Table: Sendable {
        let name: String
        let reads: Bool
        let updates: Bool
        let deletes: Bool
    }

    private static func tables(_ owner: PostgresClient) async throws -> [Table] {
        try await owner.query(
            """
            SELECT c.relname, has_table_privilege('comm_api', c.oid, 'SELECT') AS reads,
                   has_column_privilege('comm_api', c.oid, 'tenant_id', 'UPDATE') AS updates,
                   has_table_privilege('comm_api', c.oid, 'DELETE') AS deletes
              FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
             WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1
            """
        ).map { row in
            Table(
                name: try row.get("relname"),
                reads: try row.get("reads"),
                updates: try row.get("updates"),
                deletes: try row.get("deletes")
            )
        }
    }

    /// Rows of a tenant, by their content.
    private static func fingerprint(_ tables: [Table], of tenant: UUID, _ owner: PostgresClient) async throws -> [String: String] {
        var result: [String: String] = [:]
        for table in tables {
            let rows = try await owner.query(
                """
                SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') AS sum
                  FROM \(identifier: table.name) t WHERE tenant_id = \(tenant)
                """
            )
            result[table.name] = try rows[0].get("sum")
        }
        return result
    }

    @Test("reading, changing and deleting without any condition meets one's own rows only")
    func unfiltered() async throws {
        try await withAPI { owner in
            let campaign = try await owner.makeCampaign()
            _ = try await owner.send(.post, "/api/campaigns/\(campaign)/compile")
            _ = try await owner.send(.post, "/api/suppressions", #"{"email":"s@ex.test"}"#)
            _ = try await owner.importCSV("email\na@ex.test\nx\n", into: owner.makeList())
            let database = owner.database
            let stranger = try await owner.withNewTenant()
            _ = try await stranger.makeContact("own@ex.test")
            let tables = try await Self.tables(database)
            #expect(tables.count > 25)
            let before = try await Self.fingerprint(tables, of: owner.tenantID, database)
            #expect(before.values.count { !$0.hasPrefix("0 ") } >= 10, "\(before)")
            let role = TestDatabase.current.client(role: "comm_api")
            for table in tables where table.reads {
                let own = try await database.query(
                    "SELECT count(*) AS n FROM \(identifier: table.name) WHERE tenant_id = \(stranger.tenantID)"
                )
                let seen = try await role.query("SELECT count(*) AS n FROM \(identifier: table.name)", tenant: stranger.tenantID)
                #expect(try seen[0].get("n") as Int == (try own[0].get("n")), "\(table.name)")
                let asked = try await role.query(
                    "SELECT count(*) AS n FROM \(identifier: table.name) WHERE tenant_id = \(owner.tenantID)",
                    tenant: stranger.tenantID
                )
                #expect(try asked[0].get("n") as Int == 0, "\(table.name)")
            }
            // Append-only tables refuse, others touch what is the stranger's; whatever the answer, the owner's rows stay.
            for table in tables {
                var statements: [SQL] = []
                if table.updates {
                    statements.append("UPDATE \(identifier: table.name) SET tenant_id = \(owner.tenantID)")
                    statements.append("UPDATE \(identifier: table.name) SET tenant_id = tenant_id")
                }
                if table.deletes { statements.append("DELETE FROM \(identifier: table.name)") }
                for statement in statements { _ = try? await role.query(statement, tenant: stranger.tenantID) }
            }
            #expect(try await Self.fingerprint(tables, of: owner.tenantID, database) == before)
        }
    }

    @Test("a row cannot be put into another tenant")
    func foreignInsert() async throws {
        try await withAPI { owner in
            let stranger = try await owner.withNewTenant()
            let role = TestDatabase.current.client(role: "comm_api")
            let error = await #expect(throws: PostgresError.self) {
                try await role.query(
                    "INSERT INTO lists (tenant_id, id, name, created_at) VALUES (\(owner.tenantID), gen_random_uuid(), 'x', now())",
                    tenant: stranger.tenantID
                )
            }
            #expect(error?.sqlState == "42501")
        }
    }
}
