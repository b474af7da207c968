import CommTesting
import Foundation
import HTTPTypes
import Postgres
import Testing

@testable import CommCore
@testable import comm_api

@Suite("Campaigns from draft to bin", .database)
struct CampaignLifecycleTests {
    @Test("a draft is changed, a campaign that is not one any more is not")
    func patch() async throws {
        try await withAPI { client in
            let id = try await client.makeCampaign()
            let (list, template, staff) = (
                try await client.makeList("Other"), try await client.makeTemplate(), try await client.makeList("Staff")
            )
            let body = #"{"name":"Autumn","template_id":"\#(template)","list_ids":["\#(list)"],"exclude_list_ids":["\#(staff)"]}"#
            let changed = try await client.send(.patch, "/api/campaigns/\(id)", body)
            #expect(changed.string("data.name") == "Autumn", "\(changed.text)")
            #expect(try changed.id("data.template_id") == template && changed.id("data.list_ids[0]") == list)
            #expect(try changed.id("data.exclude_list_ids[0]") == staff && changed.string("data.changed_by") == "platform")
            try await client.send(.patch, "/api/campaigns/\(id)", "{}").expectProblem(400, code: "validation")
            try await client.send(.patch, "/api/campaigns/\(id)", #"{"list_ids":[]}"#).expectProblem(400, field: "list_ids")
            try await client.send(.patch, "/api/campaigns/\(id)", #"{"template_id":"\#(UUID())"}"#).expectProblem(400, field: "template_id")
            try await client.send(.patch, "/api/campaigns/\(UUID())", #"{"name":"x"}"#).expectProblem(404)
            let other = try await client.makeCampaign()
            _ = try await client.send(.post, "/api/campaigns/\(other)/schedule")
            try await client.send(.patch, "/api/campaigns/\(other)", #"{"name":"x"}"#).expectProblem(409, code: "illegal_transition")
        }
    }

    @Test("settings hold everything a campaign may choose, and name what is wrong with them")
    func settings() async throws {
        try await withAPI { client in
            let id = try await client.makeCampaign()
            let body = """
                {"reply_to":"answers@shop.example","language":"pt-BR","send_at_local_time":true,"timezone":"Europe/Vilnius",
                 "sending_windows":[{"days":["mon","fri"],"from":"09:00","to":"17:30"}],"google_analytics":{"enabled":true}}
                """
            #expect(try await client.send(.patch, "/api/campaigns/\(id)/settings", body).string("message") == "Settings updated")
            let shown = try await client.send(.get, "/api/campaigns/\(id)")
            #expect(shown.string("data.reply_to") == "answers@shop.example" && shown.string("data.language") == "pt-BR")
            #expect(shown.string("data.sending_windows[0].to") == "17:30" && shown.string("data.sending_windows[0].days[1]") == "fri")
            #expect(shown.value("data.send_at_local_time") == .bool(true))
            let bad = """
                {"reply_to":"nobody","language":"klingonish","timezone":"Mars/Olympus",
                 "sending_windows":[{"days":["noday"],"from":"9:00","to":"17:00"},"all day"]}
                """
            let refused = try await client.send(.patch, "/api/campaigns/\(id)/settings", bad)
            refused.expectProblem(400, field: "sending_windows[0].from")
            #expect(refused.faultyFields.contains("sending_windows[0].days[0]") && refused.faultyFields.contains("sending_windows[1]"))
            let others = try await client.send(
                .patch,
                "/api/campaigns/\(id)/settings",
                #"{"reply_to":"nobody","language":"x","timezone":"EST"}"#
            )
            #expect(Set(others.faultyFields) == ["reply_to", "language", "timezone"])
            let cleared = #"{"reply_to":"","language":"","sending_windows":[]}"#
            let after = try await client.send(.patch, "/api/campaigns/\(id)/settings", cleared)
            #expect(after.value("data.reply_to") == .null && after.value("data.sending_windows") == .null)
        }
    }

    @Test("answers go where the campaign says")
    func replyTo() async throws {
        try await withAPI { client in
            let id = try await client.makeCampaign()
            _ = try await client.send(.patch, "/api/campaigns/\(id)/settings", #"{"reply_to":"answers@shop.example"}"#)
            #expect(try await client.send(.post, "/api/campaigns/\(id)/schedule").status == 200)
            let sender = TestSender()
            try await sender.run(client)
            #expect(sender.jobs.first?.headers["Reply-To"] == "answers@shop.example")
        }
    }

    @Test("the bin: deleted, listed, restored, removed for good, cleaned up")
    func bin() async throws {
        try await withAPI { client in
            let (first, second) = (try await client.makeCampaign(), try await client.makeCampaign())
            _ = try await client.send(.post, "/api/campaigns/\(first)/schedule")
            #expect(try await client.send(.delete, "/api/campaigns/\(first)").string("message") == "Campaign deleted successfully")
            try await client.send(.delete, "/api/campaigns/\(first)").expectProblem(404)
            let bin = try await client.send(.get, "/api/campaigns/deleted")
            #expect(try bin.id("data[0].id") == first && bin.string("data[0].deleted_at") != nil && bin.value("data[1]") == nil)
            let restored = try await client.send(.patch, "/api/campaigns/\(first)/restore")
            #expect(restored.string("message") == "Campaign restored successfully" && restored.string("data.status") == "draft")
            try await client.send(.patch, "/api/campaigns/\(first)/restore").expectProblem(404)
            try await client.send(.delete, "/api/campaigns/\(first)/permanent").expectProblem(404)
            for id in [first, second] { _ = try await client.send(.delete, "/api/campaigns/\(id)") }
            #expect(try await client.send(.delete, "/api/campaigns/\(first)/permanent").status == 200)
            #expect(try await client.send(.delete, "/api/campaigns/cleanup").number("deleted_count") == 0)
            client.time.advance(by: 31.0 * 86_400)
            let cleaned = try await client.send(.delete, "/api/campaigns/cleanup")
            #expect(try cleaned.number("deleted_count") == 1 && cleaned.id("deleted_campaigns[0].id") == second, "\(cleaned.text)")
            #expect(cleaned.value("success") == .bool(true) && cleaned.string("message") != nil)
            try await client.send(.delete, "/api/campaigns/cleanup?olderThanDays=x").expectProblem(400, field: "olderThanDays")
            #expect(try await client.count("campaigns") == 0)
        }
    }

    @Test("what is being sent is neither deleted nor, while its messages are on their way, removed")
    func deletingWhileSending() async throws {
        try await withAPI { client in
            let (campaign, _) = try await RecipientMessageTests.scheduled(client)
            try await TestSender().expand(client)
            let refused = try await client.send(.delete, "/api/campaigns/\(campaign)")
            refused.expectProblem(409, code: "campaign_sending")
            #expect(refused.string("error") == "Cannot delete a campaign that is currently sending")
            _ = try await client.send(.post, "/api/campaigns/\(campaign)/cancel")
            #expect(try await client.send(.delete, "/api/campaigns/\(campaign)").status == 200)
            try await client.send(.delete, "/api/campaigns/\(campaign)/permanent").expectProblem(409, code: "campaign_sending")
        }
    }

    @Test("a copy has everything that its author chose, and nothing of its fate; a repeated request makes one copy")
    func duplicate() async throws {
        try await withAPI { client in
            let id = try await client.makeCampaign()
            let settings = #"{"chunk_size":7,"timezone":"Europe/Vilnius","scheduled_at":"2035-01-01","from_name":"Shop"}"#
            _ = try await client.send(.patch, "/api/campaigns/\(id)/settings", settings)
            _ = try await client.send(.post, "/api/campaigns/\(id)/schedule")
            let key: HTTPFields = [.idempotencyKey: "copy-1"]
            let copy = try await client.send(.post, "/api/campaigns/\(id)/duplicate", headers: key)
            #expect(copy.string("data.name") == "Sale (copy)" && copy.string("data.status") == "draft", "\(copy.text)")
            #expect(copy.number("data.chunk_size") == 7 && copy.string("data.from_name") == "Shop")
            #expect(copy.value("data.scheduled_at") == .null && copy.value("data.artifact_id") == .null)
            #expect(copy.value("data.list_ids[0]") != nil)
            #expect(try await client.send(.post, "/api/campaigns/\(id)/duplicate", headers: key).id() == copy.id())
            #expect(try await client.count("campaigns") == 2)
            #expect(try await client.send(.post, "/api/campaigns/\(id)/duplicate", #"{"name":"Mine"}"#).string("data.name") == "Mine")
            try await client.send(.post, "/api/campaigns/\(id)/duplicate", #"{"name":" "}"#).expectProblem(400, field: "name")
            try await client.send(.post, "/api/campaigns/\(UUID())/duplicate").expectProblem(404)
        }
    }

    @Test("lists hold the compiled mail, compact ones its size")
    func compact() async throws {
        try await withAPI { client in
            let id = try await client.makeCampaign()
            _ = try await client.send(.post, "/api/campaigns/\(id)/compile")
            let full = try await client.send(.get, "/api/campaigns")
            #expect(full.string("data[0].latestArtifact.html_compiled")?.contains("TRACK_TOKEN_") == true)
            let compact = try await client.send(.get, "/api/campaigns?compact=true")
            #expect(compact.value("data[0].latestArtifact.html_compiled") == nil)
            for key in [
                "id", "campaign_id", "version", "subject", "created_at", "has_html", "has_text", "html_size", "text_size", "metrics",
            ] {
                #expect(compact.value("data[0].latestArtifact.\(key)") != nil, "\(key)")
            }
            #expect(compact.value("data[0].latestSnapshot.total_recipients") != nil && compact.value("data[0].chunk_size") == .null)
            let paged = try await client.send(.get, "/api/campaigns?compact=true&limit=1")
            #expect(paged.headers[.link]?.contains("compact=true") == true)
        }
    }

    @Test("who did what is shown, and why a campaign does not move")
    func blockers() async throws {
        try await withAPI { client in
            let (campaign, _) = try await RecipientMessageTests.scheduled(client)
            let path = "/api/campaigns/\(campaign)"
            #expect(try await client.send(.get, path + "/progress").string("data.blocked_by[0].code") == "no_sender")
            try await HeartbeatRepository(client: client.database, time: client.time)
                .beat(instance: "a", gateway: "smtp", lanes: LaneMonitor(time: client.time).latest)
            let key = try await client.withKey("campaigns:send")
            _ = try await key.send(.post, path + "/pause", #"{"reason":"typo"}"#)
            let paused = try await client.send(.get, path)
            #expect(paused.string("data.blocked_by[0].code") == "paused", "\(paused.text)")
            #expect(paused.string("data.blocked_by[0].detail") == "It was paused: typo")
            #expect(paused.string("data.blocked_by[0].who")?.hasPrefix("key:") == true)
            #expect(paused.string("data.status_by") == paused.string("data.blocked_by[0].who"))
            _ = try await client.send(.post, path + "/resume")
            try await TestSender().run(client)
            let done = try await client.send(.get, path + "/progress")
            #expect(done.number("data.balance.sent") == 1 && done.value("data.blocked_by[0]") == nil, "\(done.text)")
            try await client.send(.get, "/api/campaigns/\(UUID())/progress").expectProblem(404)
        }
    }

    @Test("recipients have the contract's shape, a reason each, and pages")
    func recipients() async throws {
        try await withAPI { client in
            let (campaign, contact) = try await RecipientMessageTests.scheduled(client)
            let path = "/api/campaigns/\(campaign)/recipients"
            let before = try await client.send(.get, path)
            #expect(before.number("data.total_potential") == 1 && before.number("data.remaining") == 1, "\(before.text)")
            #expect(
                try before.id("data.recipients[0].contact_id") == contact && before.string("data.recipients[0].email") == "person@ex.test"
            )
            for key in ["name", "identity_name", "contact_status", "is_processed"] {
                #expect(before.value("data.recipients[0].\(key)") != nil, "\(key)")
            }
            #expect(before.value("data.recipients[0].is_processed") == .bool(false))
            #expect(before.string("data.recipients[0].gates[0].gate") == "list_membership")
            try await TestSender().run(client)
            let after = try await client.send(.get, path + "?limit=1&state=sent")
            #expect(after.number("data.processed") == 1 && after.value("data.recipients[0].is_processed") == .bool(true))
            #expect(after.value("data.recipients[0].why") == .null && after.headers[.link] == nil)
            let one = try await client.send(.get, "\(path)/\(contact)")
            #expect(one.string("data.state") == "sent" && one.string("data.gates[3].gate") == "outcome", "\(one.text)")
            try await client.send(.get, path + "?state=nonsense").expectProblem(400, field: "state")
            try await client.send(.get, path + "?cursor=nonsense").expectProblem(400, field: "cursor")
            try await client.send(.get, "\(path)/\(UUID())").expectProblem(404)
        }
    }

    @Test("retrying names the classes, and answers with what is meant")
    func retry() async throws {
        try await withAPI { client in
            let (campaign, _) = try await RecipientMessageTests.scheduled(client)
            let path = "/api/campaigns/\(campaign)/retry-failed"
            try await client.send(.post, path, #"{"classes":["rejected"]}"#).expectProblem(409, code: "illegal_transition")
            try await TestSender().run(client)
            let none = try await client.send(.post, path, #"{"classes":["rejected"]}"#)
            #expect(none.number("data.requested") == 0 && none.value("data.id") == .null, "\(none.text)")
            try await client.database.execute("UPDATE delivery_events SET outcome = 'failed', reason = '550 no'")
            let some = try await client.send(.post, path, #"{"classes":["rejected"]}"#)
            #expect(some.number("data.requested") == 1 && some.string("message") == "1 messages are tried again")
            try await client.send(.post, path, #"{"classes":["rubbish"]}"#).expectProblem(400, field: "classes[0]")
            try await client.send(.post, path, "{}").expectProblem(400, field: "classes")
            try await client.send(.post, "/api/campaigns/\(UUID())/retry-failed", #"{"classes":["other"]}"#).expectProblem(404)
        }
    }
}
