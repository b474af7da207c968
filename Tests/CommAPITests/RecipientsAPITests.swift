import CommCore
import CommTesting
import Foundation
import HTTPTypes
import Postgres
import Testing

@testable import comm_api

@Suite("Mega List over HTTP", .database)
struct RecipientsAPITests {
    private static let rule =
        #"{"or":[{"field":"tags","op":"any_of","value":["vip"]},{"field":"attributes.city","op":"is","value":"Riga"}]}"#

    /// Five contacts, of which one is suppressed, one tagged, one from Riga.
    private func withPeople(_ body: @Sendable @escaping (APIClient, [UUID]) async throws -> Void) async throws {
        try await withAPI { client in
            var ids: [UUID] = []
            for name in ["ada", "bob", "cee", "dan", "eve"] {
                client.time.advance(by: 1 as TimeInterval)
                let city = name == "cee" ? "Riga" : "Kaunas"
                let json = #"{"email":"\#(name)@\#(name).test","name":"\#(name.capitalized) X","attributes":{"city":"\#(city)"}}"#
                ids.append(try await client.send(.post, "/api/contacts/upsert", json).id())
            }
            try await client.database.execute("UPDATE contacts SET tags = '{vip}' WHERE id = \(ids[1])")
            _ = try await client.send(.post, "/api/suppressions", #"{"email":"eve@eve.test","reason":"bounce"}"#)
            try await body(client, ids)
        }
    }

    private func emails(_ reply: Reply, at path: String = "data.recipients") -> [String] {
        guard case .array(let rows) = reply.value(path) else { return ["no rows: \(reply.text.prefix(300))"] }
        return rows.map { if case .object(let row) = $0, case .string(let email) = row["email"] { email } else { "?" } }
    }

    private func encoded(_ text: String) throws -> String {
        try #require(text.addingPercentEncoding(withAllowedCharacters: .alphanumerics))
    }

    @Test("the answer has the contract's shape")
    func shape() async throws {
        try await withPeople { client, ids in
            let list = try await client.makeList()
            _ = try await client.send(.post, "/api/lists/\(list)/contacts", #"{"contact_ids":["\#(ids[2])"]}"#)
            let reply = try await client.send(.get, "/api/recipients?search=CEE")
            #expect(reply.status == 200)
            guard case .object(let row) = reply.value("data.recipients[0]") else { return #expect(Bool(false), "\(reply.text)") }
            #expect(
                Set(row.keys) == [
                    "id", "email", "name", "computed_status", "engagement_level", "quality_index", "created_at", "last_engagement_at",
                    "last_click_at", "suppression_reason", "suppressed_at", "last_campaign_id", "last_campaign_activity", "email_domain",
                    "list_count",
                ]
            )
            #expect(row["email"] == .string("cee@cee.test") && row["computed_status"] == .string("new"))
            #expect(row["engagement_level"] == .string("none") && row["list_count"] == .string("1"))
            #expect(row["quality_index"] == .number("50"))
            #expect(row["last_click_at"] == .null && row["email_domain"] == .string("cee.test"))
            #expect(reply.number("data.pagination.total") == 1 && reply.number("data.pagination.limit") == 50)
            #expect(reply.number("data.pagination.offset") == 0 && reply.value("data.pagination.has_more") == .bool(false))
            #expect(reply.value("data.filters_applied") == .object(["search": .string("CEE")]))
            #expect(reply.string("data.sorting.sort_by") == "created_at" && reply.string("data.sorting.sort_order") == "desc")
            guard case .array(let columns) = reply.value("data.sorting.available_columns") else { return #expect(Bool(false)) }
            let contract = [
                "email", "name", "computed_status", "engagement_level", "quality_index", "created_at", "last_engagement_at",
                "last_click_at", "last_campaign_activity", "email_domain", "list_count",
            ]
            #expect(columns.prefix(11) == contract.map(JSONValue.string)[...])
        }
    }

    @Test(
        "each parameter filters",
        arguments: [
            ("status=bounced", "eve"), ("status=new,bounced&email_domain=eve.test", "eve"), ("suppressed=true", "eve"),
            ("suppressed=false&email_domain=ada.test,eve.test", "ada"), ("search=bob%40", "bob"), ("q=dan", "dan"), ("tags=vip", "bob"),
            ("engagement=high", ""), ("engagement=none&search=ada", "ada"), ("date_to=2020-01-01", ""), ("source=api&search=cee", "cee"),
            ("suppression_reason=bounce", "eve"), ("status=queued", ""),
        ]
    )
    func parameters(query: String, name: String) async throws {
        try await withPeople { client, _ in
            let reply = try await client.send(.get, "/api/recipients?\(query)")
            #expect(emails(reply) == (name.isEmpty ? [] : ["\(name)@\(name).test"]), "\(query)")
        }
    }

    @Test("lists and campaigns filter by id")
    func memberships() async throws {
        try await withPeople { client, ids in
            let list = try await client.makeList()
            _ = try await client.send(.post, "/api/lists/\(list)/contacts", #"{"contact_ids":["\#(ids[0])","\#(ids[3])"]}"#)
            #expect(try await emails(client.send(.get, "/api/recipients?list_id=\(list)")) == ["dan@dan.test", "ada@ada.test"])
            let campaign = UUID()
            try await client.database.execute(
                """
                INSERT INTO delivery_events (tenant_id, id, created_at, campaign_id, contact_id, channel, recipient, outcome, attempts, occurred_at)
                VALUES (\(client.tenantID), \(UUID()), now(), \(campaign), \(ids[1]), 'email', '', 'sent', 1, now())
                """
            )
            #expect(try await emails(client.send(.get, "/api/recipients?campaign_id=\(campaign)")) == ["bob@bob.test"])
        }
    }

    @Test("a rule, a saved filter and parameters hold together")
    func rules() async throws {
        try await withPeople { client, _ in
            let rule = try encoded(Self.rule)
            let found = try await client.send(.get, "/api/recipients?filter=\(rule)&sort_by=email&sort_order=asc")
            #expect(emails(found) == ["bob@bob.test", "cee@cee.test"])
            let saved = try await client.send(.post, "/api/recipients/filters", #"{"name":"Ours","filters":\#(Self.rule)}"#)
            let both = try await client.send(.get, "/api/recipients?filter_id=\(saved.id())&search=cee")
            #expect(emails(both) == ["cee@cee.test"])
            #expect(try await client.send(.get, "/api/recipients?filter_id=\(UUID())").status == 404)
        }
    }

    @Test("pages lead there and back, by cursor and by offset; columns can be chosen")
    func pages() async throws {
        try await withPeople { client, _ in
            let base = "/api/recipients?limit=2&sort_by=name&sort_order=asc&columns=email,tags,attributes"
            let first = try await client.send(.get, base)
            #expect(emails(first) == ["ada@ada.test", "bob@bob.test"] && first.value("data.pagination.previous_cursor") == .null)
            #expect(first.number("data.pagination.total") == 5 && first.value("data.pagination.has_more") == .bool(true))
            guard case .object(let row) = first.value("data.recipients[1]") else { return #expect(Bool(false)) }
            #expect(Set(row.keys) == ["id", "email", "tags", "attributes"] && row["tags"] == .array([.string("vip")]))
            let second = try await client.send(.get, base + "&cursor=\(first.string("data.pagination.next_cursor") ?? "")")
            #expect(emails(second) == ["cee@cee.test", "dan@dan.test"] && second.number("data.pagination.total") == 5)
            let back = try await client.send(.get, base + "&cursor=\(second.string("data.pagination.previous_cursor") ?? "")")
            #expect(emails(back) == emails(first))
            let skipped = try await client.send(.get, base + "&offset=3")
            #expect(emails(skipped) == ["dan@dan.test", "eve@eve.test"] && skipped.value("data.pagination.has_more") == .bool(false))
            let large = try await client.send(.get, "/api/recipients?limit=100000")
            #expect(large.status == 200 && large.number("data.pagination.limit") == 1_000)
        }
    }

    @Test(
        "what is wrong with a query is named",
        arguments: [
            ("status=gone", "status[0]"), ("filter=%7B", "filter"),
            ("filter=%7B%22field%22%3A%22x%22%2C%22op%22%3A%22is%22%7D", "filter.field"),
            ("sort_by=password", "sort_by"), ("sort_order=up", "sort_order"), ("columns=secret", "columns"), ("limit=0", "limit"),
            ("offset=-1", "offset"), ("offset=100001", "offset"), ("cursor=x", "cursor"), ("filter_id=x", "filter_id"),
            ("list_id=x", "list_id[0]"),
            ("date_from=soon", "date_from"), ("suppressed=maybe", "suppressed"),
        ]
    )
    func refusals(query: String, field: String) async throws {
        try await withAPI { client in
            try await client.send(.get, "/api/recipients?\(query)").expectProblem(400, code: "validation", field: field)
        }
    }

    @Test("filter tells how many and shows ten")
    func filter() async throws {
        try await withPeople { client, _ in
            let flat = try await client.send(.post, "/api/recipients/filter", #"{"filters":{"suppressed":false}}"#)
            #expect(flat.number("data.total_matches") == 4 && flat.value("data.filters_applied") == .object(["suppressed": .bool(false)]))
            guard case .object(let row) = flat.value("data.preview[0]") else { return #expect(Bool(false), "\(flat.text)") }
            #expect(Set(row.keys) == ["id", "email", "name", "computed_status", "engagement_level"])
            let rich = try await client.send(.post, "/api/recipients/filter", #"{"filters":\#(Self.rule)}"#)
            #expect(rich.number("data.total_matches") == 2)
            let none = try await client.send(.post, "/api/recipients/filter", "{}")
            #expect(none.number("data.total_matches") == 5)
            let wrong = #"{"filters":{"and":[{"field":"name","op":"is","value":"x"},{"field":"name","op":"is","value":7}]}}"#
            try await client.send(.post, "/api/recipients/filter", wrong).expectProblem(400, field: "filters.and[1].value")
            try await client.send(.post, "/api/recipients/filter", #"{"filters":{"colour":"red"}}"#)
                .expectProblem(400, field: "filters.colour")
        }
    }

    @Test("the export is a file of everybody who matches")
    func export() async throws {
        try await withPeople { client, _ in
            let file = try await client.send(.post, "/api/recipients/export", #"{"filters":{"status":"new"}}"#)
            #expect(file.status == 200 && file.headers[.contentType] == "text/csv; charset=utf-8")
            #expect(file.headers[.contentDisposition]?.contains("recipients-") == true)
            let lines = file.text.split(separator: "\r\n")
            #expect(lines.first == "\u{FEFF}Email,Name,Status,Engagement,Quality,Date Added,Last Engagement,Suppression")
            #expect(lines.count == 5 && lines[1].hasPrefix("dan@dan.test,Dan X,new,none,50,"))
            let columns = #"{"columns":["email","tags"],"sort_by":"email","sort_order":"asc"}"#
            let chosen = try await client.send(.post, "/api/recipients/export", columns)
            #expect(chosen.text.split(separator: "\r\n").dropFirst().prefix(2) == ["ada@ada.test,", "bob@bob.test,vip"])
            try await client.send(.post, "/api/recipients/export", #"{"columns":["secret"]}"#).expectProblem(400, field: "columns")
        }
    }

    @Test("campaigns for the filter: those of the tenant, with their recipients")
    func campaigns() async throws {
        try await withAPI { client in
            let campaign = try await client.makeCampaign()
            let reply = try await client.send(.get, "/api/recipients/campaigns")
            #expect(try reply.id("data[0].id") == campaign && reply.number("data[0].recipient_count") == 0)
            #expect(reply.string("data[0].name") == "Sale" && reply.string("data[0].status") == "draft")
            #expect(try await client.withNewTenant().send(.get, "/api/recipients/campaigns").text == #"{"success":true,"data":[]}"#)
        }
    }

    @Test("saved filters: made, listed, changed, deleted; names are unique; another tenant sees none")
    func savedFilters() async throws {
        try await withAPI { client in
            let made = try await client.send(.post, "/api/recipients/filters", #"{"name":"Warm","filters":{"engagement":"high,medium"}}"#)
            let id = try made.id()
            #expect(made.value("data.filters.and[0].value") == .array([.string("high"), .string("medium")]))
            try await client.send(.post, "/api/recipients/filters", #"{"name":"WARM","filters":{}}"#).expectProblem(409, code: "name_taken")
            try await client.send(.post, "/api/recipients/filters", #"{"name":" ","filters":{}}"#).expectProblem(400, field: "name")
            try await client.send(.post, "/api/recipients/filters", #"{"name":"x"}"#).expectProblem(400, field: "filters")
            let changed = try await client.send(.patch, "/api/recipients/filters/\(id)", #"{"name":"Hot","filters":{"engagement":"high"}}"#)
            #expect(changed.string("data.name") == "Hot")
            #expect(try await client.send(.get, "/api/recipients/filters").text.contains("Hot"))
            let stranger = try await client.withNewTenant()
            #expect(try await stranger.send(.get, "/api/recipients/filters").text == #"{"success":true,"data":[]}"#)
            #expect(try await stranger.send(.delete, "/api/recipients/filters/\(id)").status == 404)
            #expect(try await client.send(.delete, "/api/recipients/filters/\(id)").status == 200)
            #expect(try await client.send(.get, "/api/recipients/filters/\(id)").status == 404)
        }
    }

    @Test("a list from a filter, once for a key however often it is asked for")
    func fromFilter() async throws {
        try await withPeople { client, _ in
            let body = #"{"name":"Ours","filters":\#(Self.rule)}"#
            let key: HTTPFields = [.idempotencyKey: "list-1"]
            let made = try await client.send(.post, "/api/lists/from-filter", body, headers: key)
            let id = try made.id()
            #expect(made.string("data.type") == "smart" && made.number("data.recipient_count") == 2)
            #expect(made.string("data.description") == "Filtered list: Ours" && made.value("data.is_filled") == .bool(true))
            #expect(made.value("data.filters_applied.or[0].field") == .string("tags"))
            #expect(try await client.send(.post, "/api/lists/from-filter", body, headers: key).id() == id)
            #expect(try await client.send(.get, "/api/lists/\(id)/contacts").number("data.total") == 2)
            let snapshot = try await client.send(.post, "/api/lists/from-filter", #"{"name":"All","mode":"snapshot"}"#)
            #expect(snapshot.string("data.type") == "snapshot" && snapshot.number("data.recipient_count") == 5)
            let nameless = try await client.send(.post, "/api/lists/from-filter", #"{"filters":{}}"#)
            nameless.expectProblem(400, field: "name")
            #expect(nameless.string("error") == "List name is required")
            try await client.send(.post, "/api/lists/from-filter", #"{"name":"x","mode":"clever"}"#).expectProblem(400, field: "mode")
            try await client.send(.post, "/api/lists/from-filter", #"{"name":"x","filters":{"status":"gone"}}"#)
                .expectProblem(400, field: "filters.status[0]")
        }
    }
}
