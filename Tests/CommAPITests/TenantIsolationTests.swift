import CommCore
import CommTesting
import Foundation
import HTTPTypes
import Hummingbird
import Postgres
import Testing

@testable import comm_api

@Suite("Another tenant's ids", .database)
struct TenantIsolationTests {
    @Test("every route with an id answers 404 for what belongs to somebody else, and changes nothing of it")
    func everyRoute() async throws {
        try await withAPI { owner in
            let campaign = try await owner.makeCampaign()
            _ = try await owner.send(.post, "/api/campaigns/\(campaign)/compile")
            let list = try await owner.makeList()
            let recipient = try await owner.makeContact("r@ex.test")
            let operation = try await owner.send(
                .post,
                "/api/recipients/bulk",
                #"{"operation":"tag","tags":["vip"],"selection":{"ids":["\#(recipient)"]}}"#
            ).id()
            let failed = try await MessageFixture.make(on: owner.database, tenantID: owner.tenantID, now: owner.time.now)
            try await TestSender(answer: .failed(reason: "550 no")).runTests(owner)
            let message = try await MessageFixture.make(on: owner.database, tenantID: owner.tenantID, now: owner.time.now)
            _ = try await owner.send(.post, "/api/email-reliability/queue/pause", #"{"scope":"tenant"}"#)
            let ids: [String: UUID] = [
                "message-templates": try await owner.send(
                    .post,
                    "/api/v1/message-templates",
                    #"{"name":"receipt","channel":"sms","language":"en","body_text":"Thank you"}"#
                ).id(),
                "operations": operation, "messages": message.ids[0],
                "retries": try await owner.send(.post, "/api/email-reliability/queue/jobs/\(failed.ids[0])/retry").id(),
                "recipients": recipient, "campaigns": campaign, "lists": list, "analytics": list,
                "contacts": try await owner.makeContact(),
                "templates": try await owner.makeTemplate(),
                "webhooks": try await owner.send(
                    .post,
                    "/api/webhooks/endpoints",
                    #"{"url":"https://hooks.example.com/","event_types":["*"]}"#
                ).id(),
                "keys": try await owner.send(.post, "/api/keys", #"{"name":"k","scopes":["all"]}"#).id(),
                "suppressions": try await owner.send(.post, "/api/suppressions", #"{"email":"s@ex.test"}"#).id(),
                "gdpr": try await owner.send(.post, "/api/gdpr/erase", #"{"email":"e@ex.test","confirm":"e@ex.test"}"#).id(),
                "filters": try await owner.send(.post, "/api/recipients/filters", #"{"name":"f","filters":{}}"#).id(),
                "imports": try await owner.importCSV("email\na@ex.test\n", into: list).id("data.import_id"),
            ]
            let before = try await Self.fingerprint(owner)
            let stranger = try await owner.withNewTenant().withKey("all")
            var tried = 0
            for route in owner.routes where route.path.contains("{id}") {
                let id = try #require(ids[route.resource], "no fixture for \(route.resource)")
                let path = route.filled(with: id)
                let reply =
                    path.hasSuffix("/import")
                    ? try await stranger.send(.post, path, body: Array("email\nb@ex.test\n".utf8), headers: [.contentType: "text/csv"])
                    : try await stranger.send(route.method, path, route.sampleBody, headers: [.ifMatch: "*"])
                #expect(reply.status == 404, "\(route): \(reply.status) \(reply.text.prefix(200))")
                tried += 1
            }
            #expect(tried >= 25)
            #expect(try await Self.fingerprint(owner) == before)
        }
    }

    @Test("lists show only one's own")
    func lists() async throws {
        try await withAPI { owner in
            _ = try await owner.makeCampaign()
            _ = try await owner.send(.post, "/api/suppressions", #"{"email":"s@ex.test"}"#)
            let stranger = try await owner.withNewTenant()
            for path in ["/api/lists", "/api/templates", "/api/campaigns", "/api/keys"] {
                #expect(try await stranger.send(.get, path).text == #"{"success":true,"data":[]}"#)
            }
            #expect(try await stranger.send(.get, "/api/suppressions").number("data.pagination.total") == 0)
        }
    }

    @Test("a body cannot reach into another tenant")
    func bodies() async throws {
        try await withAPI { owner in
            let (list, template, contact) = (try await owner.makeList(), try await owner.makeTemplate(), try await owner.makeContact())
            let stranger = try await owner.withNewTenant()
            let campaign = #"{"name":"x","template_id":"\#(template)","motor_block_id":"\#(UUID())","list_ids":["\#(list)"]}"#
            let refused = try await stranger.send(.post, "/api/campaigns", campaign)
            #expect((400..<500).contains(refused.status), "\(refused.text)")
            _ = try await stranger.send(.delete, "/api/lists", #"{"ids":["\#(list)"]}"#)
            _ = try await stranger.send(.delete, "/api/templates", #"{"ids":["\#(template)"]}"#)
            let own = try await stranger.makeList()
            #expect(
                try await stranger.send(.post, "/api/lists/\(own)/contacts", #"{"contact_ids":["\#(contact)"]}"#).number("data.validCount")
                    == 0
            )
            #expect(try await owner.send(.get, "/api/lists").text.contains(list.uuidString.lowercased()))
            #expect(try await owner.send(.get, "/api/templates/\(template)").status == 200)
            #expect(try await owner.count("campaigns") == 0)
        }
    }

    /// What the owner has in every table, by table: number and sum of the rows.
    static func fingerprint(_ owner: APIClient) async throws -> [String: String] {
        let tables = try await owner.database.query(
            """
            SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
             WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
            """
        ).map { try $0.get("relname") as String }
        var result: [String: String] = [:]
        for table in tables {
            let rows = try await owner.database.query(
                """
                SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') AS rows
                  FROM \(identifier: table) t WHERE tenant_id = \(owner.tenantID)
                """
            )
            result[table] = try rows.first?.get("rows")
        }
        return result
    }
}
