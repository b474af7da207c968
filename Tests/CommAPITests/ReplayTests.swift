import CommCore
import CommTesting
import Foundation
import HTTPTypes
import Hummingbird
import Postgres
import Testing

@testable import comm_api

/// What an `Idempotency-Key` promises, on every route that the description says it of.
@Suite("Every POST that creates or sends, twice with one key", .database)
struct ReplayTests {
    /// A request that the route accepts, and who asks.
    private struct Sample {
        let client: APIClient
        let path: String
        let body: String?
        /// Where nothing is created by it as things are: the refusal is the stored answer.
        var refusal: Int?
    }

    @Test("the second one gets the first one's answer and changes nothing; the key is no good for anything else")
    func everyRoute() async throws {
        try await withAPI { client in
            var tried: Set<String> = []
            for path in try Self.paths() {
                // A tenant of its own for each, so that nothing is in the way.
                guard let sample = try await Self.sample(path, try await client.withNewTenant()) else { continue }
                let headers: HTTPFields = [.idempotencyKey: "once"]
                let first = try await sample.client.send(.post, sample.path, sample.body, headers: headers)
                if let refusal = sample.refusal {
                    #expect(first.status == refusal, "\(path): \(first.text.prefix(300))")
                } else {
                    #expect((200..<300).contains(first.status), "\(path): \(first.status) \(first.text.prefix(300))")
                }
                #expect(first.headers[.idempotencyReplayed] == nil, "\(path)")
                let before = try await TenantIsolationTests.fingerprint(sample.client)
                let again = try await sample.client.send(.post, sample.path, sample.body, headers: headers)
                #expect(again.status == first.status && again.bytes == first.bytes, "\(path): \(again.text.prefix(300))")
                #expect(again.headers[.idempotencyReplayed] == "true", "\(path)")
                let after = try await TenantIsolationTests.fingerprint(sample.client)
                #expect(after.filter { $0.value != before[$0.key] }.isEmpty, "\(path) did something twice")
                let other = try await sample.client.send(.post, sample.path + "?other=1", sample.body, headers: headers)
                other.expectProblem(422, code: "idempotency_key_reused")
                tried.insert(path)
            }
            #expect(tried.count >= 33, "\(tried.sorted())")
        }
    }

    @Test("lists to exclude are the same however often they are set")
    func excludeLists() async throws {
        try await withAPI { client in
            let campaign = try await client.makeCampaign()
            let list = try await client.makeList("Without")
            let body = #"{"exclude_list_ids":["\#(list)","\#(list)"]}"#
            let first = try await client.send(.patch, "/api/campaigns/\(campaign)/settings", body)
            #expect(first.status == 200, "\(first.text)")
            let before = try await TenantIsolationTests.fingerprint(client)["campaign_exclude_lists"]
            let again = try await client.send(.patch, "/api/campaigns/\(campaign)/settings", body)
            #expect(again.status == 200)
            #expect(try await TenantIsolationTests.fingerprint(client)["campaign_exclude_lists"] == before)
            #expect(try await client.count("campaign_exclude_lists") == 1)
            let stranger = try await client.withNewTenant()
            let foreign = try await stranger.makeCampaign()
            let refused = try await stranger.send(.patch, "/api/campaigns/\(foreign)/settings", body)
            #expect((400..<500).contains(refused.status), "\(refused.text)")
            #expect(try await client.count("campaign_exclude_lists") == 1)
        }
    }

    /// The described routes that take the header.
    private static func paths() throws -> [String] {
        guard case .object(let document) = try JSONParser.parse(OpenAPIDocument.bytes),
            case .object(let paths) = document["paths"]
        else { return [] }
        return paths.keys.sorted().filter { path in
            guard case .object(let item) = paths[path], case .object(let post) = item["post"],
                case .array(let parameters) = post["parameters"]
            else { return false }
            return parameters.contains(.object(["$ref": .string("#/components/parameters/IdempotencyKey")]))
        }
    }

    private static func sample(_ path: String, _ client: APIClient) async throws -> Sample? {
        func plain(_ body: String?, refusal: Int? = nil) -> Sample { Sample(client: client, path: path, body: body, refusal: refusal) }
        func at(_ id: UUID, _ body: String? = nil, refusal: Int? = nil, by other: APIClient? = nil) -> Sample {
            let filled = path.replacing("{id}", with: id.uuidString.lowercased())
            return Sample(client: other ?? client, path: filled, body: body, refusal: refusal)
        }
        switch path {
        case "/api/lists": return plain(#"{"name":"Twice"}"#)
        case "/api/lists/{id}/contacts": return at(try await client.makeList(), #"{"emails":["new@ex.test"]}"#)
        case "/api/lists/from-filter": return plain(#"{"name":"All","filters":{}}"#)
        case "/api/contacts/upsert": return plain(#"{"email":"new@ex.test"}"#)
        case "/api/contacts/{id}/unsubscribe": return at(try await client.makeContact())
        case "/api/contacts/{id}/consents": return at(try await client.makeContact(), #"{"state":"given","source":"form"}"#)
        case "/api/suppressions": return plain(#"{"email":"s@ex.test"}"#)
        case "/api/suppressions/bulk": return plain(#"{"emails":["a@ex.test","b@ex.test"]}"#)
        case "/api/suppressions/import-bounces": return plain("{}", refusal: 409)
        case "/api/gdpr/erase": return plain(#"{"email":"e@ex.test","confirm":"e@ex.test"}"#)
        case "/api/templates", "/api/templates/validate":
            return plain(#"{"name":"T","subject":"s","type":"html","body_html":"<p>{{unsubscribe_url}}</p>"}"#)
        case "/api/settings/tracking/verify": return plain(nil, refusal: 409)
        case "/api/email-reliability/suppression": return plain(#"{"email":"s@ex.test"}"#)
        case "/api/email-reliability/suppression/cleanup": return plain(nil)
        case _ where path.hasPrefix("/api/email-reliability/queue/"): return try await queue(path, client, plain, at)
        case _ where path.hasPrefix("/api/recipients/"): return try await bulk(path, client, plain, at)
        case _ where path.hasPrefix("/api/campaigns"): return try await campaign(path, client, plain, at)
        default: return nil
        }
    }

    private typealias Plain = (String?, Int?) -> Sample
    private typealias At = (UUID, String?, Int?, APIClient?) -> Sample

    private static func queue(_ path: String, _ client: APIClient, _ plain: Plain, _ at: At) async throws -> Sample? {
        let (database, tenant, now) = (client.database, client.tenantID, client.time.now)
        let pause = #"{"scope":"channel","channel":"sms"}"#
        switch path.split(separator: "/").last {
        case "pause", "cleanup": return plain("{}", nil)
        case "send": return plain(#"{"recipient":"ann@example.com","message_type":"receipt","subject":"Hello","body":"Thank you"}"#, nil)
        case "resume":
            _ = try await client.send(.post, "/api/email-reliability/queue/pause", pause)
            return plain(pause, nil)
        case "cancel": return at(try await MessageFixture.make(on: database, tenantID: tenant, now: now).ids[0], nil, nil, nil)
        case "retry", "retry-failed":
            let failed = try await MessageFixture.make(on: database, tenantID: tenant, now: now)
            try await TestSender(answer: .failed(reason: "550 no")).runTests(client)
            return path.hasSuffix("retry") ? at(failed.ids[0], nil, nil, nil) : plain("{}", nil)
        default: return nil
        }
    }

    private static func bulk(_ path: String, _ client: APIClient, _ plain: Plain, _ at: At) async throws -> Sample? {
        let contact = try await client.makeContact()
        let ids = #"{"recipient_ids":["\#(contact)"]}"#
        let tag = #"{"operation":"tag","tags":["vip"],"selection":{"ids":["\#(contact)"]}}"#
        switch path {
        case "/api/recipients/bulk": return plain(tag, nil)
        case "/api/recipients/filters": return plain(#"{"name":"F","filters":{}}"#, nil)
        case "/api/recipients/bulk-delete": return plain(ids, nil)
        case "/api/recipients/bulk-move":
            return plain(#"{"recipient_ids":["\#(contact)"],"to_list_id":"\#(try await client.makeList())"}"#, nil)
        case "/api/recipients/restore":
            _ = try await client.send(.post, "/api/recipients/bulk-delete", ids)
            return plain(ids, nil)
        case _ where path.contains("/operations/{id}/"):
            let operation = try await client.send(.post, "/api/recipients/bulk", tag).id()
            let state = path.hasSuffix("resume") ? "cancelled" : path.hasSuffix("cancel") ? "queued" : "completed"
            try await client.database.execute("UPDATE bulk_operations SET state = \(state) WHERE id = \(operation)")
            return at(operation, nil, nil, nil)
        default: return nil
        }
    }

    private static func campaign(_ path: String, _ client: APIClient, _ plain: Plain, _ at: At) async throws -> Sample? {
        let id = try await client.makeCampaign()
        let own = "/api/campaigns/\(id)"
        if path == "/api/campaigns" {
            let draft = try await client.send(.get, own)
            let (template, list) = (draft.string("data.template_id") ?? "", try await client.makeList("Without"))
            let lists: UUID? = try await client.database.query("SELECT list_id FROM campaign_lists WHERE campaign_id = \(id)").first?
                .get("list_id")
            let body = """
                {"name":"N","template_id":"\(template)","motor_block_id":"\(UUID())","list_ids":["\(try #require(lists))"],
                 "exclude_list_ids":["\(list)"]}
                """
            return plain(body, nil)
        }
        func schedule() async throws {
            _ = try await client.send(.post, own + "/compile")
            #expect(try await client.send(.post, own + "/schedule").status == 200)
        }
        switch path {
        case "/api/campaigns/{id}/compile", "/api/campaigns/{id}/duplicate": return at(id, nil, nil, nil)
        case "/api/campaigns/{id}/schedule":
            _ = try await client.send(.post, own + "/compile")
            return at(id, nil, nil, nil)
        case "/api/campaigns/{id}/pause", "/api/campaigns/{id}/cancel":
            try await schedule()
            return at(id, nil, nil, nil)
        case "/api/campaigns/{id}/resume":
            try await schedule()
            _ = try await client.send(.post, own + "/pause")
            return at(id, nil, nil, nil)
        case "/api/campaigns/{id}/test": return at(id, #"{"addresses":["x@ex.test"]}"#, nil, nil)
        case "/api/campaigns/{id}/retry-failed":
            try await schedule()
            try await TestSender().run(client)
            return at(id, #"{"classes":["other"]}"#, nil, nil)
        case "/api/campaigns/{id}/submit", "/api/campaigns/{id}/approve", "/api/campaigns/{id}/reject":
            _ = try await client.send(.patch, "/api/settings/sending", #"{"approval_threshold":1}"#)
            guard !path.hasSuffix("submit") else { return at(id, nil, nil, nil) }
            _ = try await client.send(.post, own + "/submit")
            return at(id, #"{"comment":"seen"}"#, nil, try await client.withKey("all"))
        default: return nil
        }
    }
}
