import CommTesting
import Foundation
import HTTPTypes
import Logging
import Postgres
import Testing

@testable import CommCore
@testable import comm_api

@Suite("Test sends", .database)
struct CampaignTestSendTests {
    @Test("a draft goes to named addresses at once, with a contact's values and a mark, and counts nowhere")
    func draft() async throws {
        try await withAPI { client in
            let id = try await client.makeCampaign(html: RecipientMessageTests.html)
            let contact = try await client.send(.post, "/api/contacts/upsert", #"{"email":"person@ex.test","name":"Zoë <&>"}"#).id()
            let body = #"{"addresses":["me@ex.test"," You@EX.test","me@ex.test"],"contact_id":"\#(contact)"}"#
            let reply = try await client.send(.post, "/api/campaigns/\(id)/test", body)
            #expect(reply.status == 200 && reply.string("message") == "Test queued for 2 addresses", "\(reply.text)")
            let sender = TestSender()
            try await sender.run(client)
            #expect(sender.jobs.isEmpty)
            try await sender.runTests(client)
            #expect(sender.jobs.map(\.recipient).sorted() == ["You@EX.test", "me@ex.test"])
            let job = try #require(sender.jobs.first)
            #expect(job.subject == "[Test] Hello Zoë <&>" && job.html.contains("Hello Zoë &lt;&amp;&gt;"))
            #expect(try reply.id("data.accepted[0].message_id") == job.id || reply.id("data.accepted[1].message_id") == job.id)
            #expect(job.headers["Message-ID"]?.contains(job.id.uuidString.lowercased()) == true)

            let balance = try await client.send(.get, "/api/campaigns/\(id)/balance")
            #expect(balance.number("data.planned") == 0 && balance.number("data.sent") == 0 && balance.number("data.tests") == 2)
            #expect(try await client.send(.get, "/api/campaigns/\(id)").string("data.status") == "draft")
            #expect(try await client.count("event_inbox") == 0)
            let sent: Int = try await client.database.query("SELECT sum(sent_count)::int AS n FROM contacts")[0].get("n")
            #expect(sent == 0)
        }
    }

    @Test("the campaign goes out beside its tests as if there were none")
    func besides() async throws {
        try await withAPI { client in
            let (campaign, contact) = try await RecipientMessageTests.scheduled(client)
            _ = try await client.send(.post, "/api/campaigns/\(campaign)/test", #"{"addresses":["me@ex.test"]}"#)
            let sender = TestSender()
            try await sender.runTests(client)
            try await sender.run(client)
            #expect(sender.jobs.count == 2)
            let balance = try await client.send(.get, "/api/campaigns/\(campaign)/balance")
            #expect(balance.number("data.planned") == 1 && balance.number("data.sent") == 1 && balance.value("data.closed") == .bool(true))
            #expect(balance.number("data.by_reason[0].count") == 1 && balance.value("data.by_reason[1]") == nil)
            let recipients = try await client.send(.get, "/api/campaigns/\(campaign)/recipients")
            #expect(recipients.number("data.total_potential") == 1 && recipients.value("data.recipients[1]") == nil)
            #expect(try recipients.id("data.recipients[0].contact_id") == contact)
        }
    }

    @Test("a click in a test is kept, and belongs to no campaign and no contact")
    func clicks() async throws {
        try await withAPI { client in
            let id = try await client.makeCampaign()
            _ = try await client.send(.post, "/api/campaigns/\(id)/test", #"{"addresses":["me@ex.test"]}"#)
            let sender = TestSender()
            try await sender.runTests(client)
            let html = try #require(sender.jobs.first?.html)
            let start = try #require(html.range(of: "/c/"))
            let token = html[start.upperBound...].prefix { $0 != "\"" && $0 != "'" }
            #expect(try await client.with([:]).send(.get, "/c/\(token)").status == 302)
            let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            let processor = InboxProcessor(client: client.database, time: client.time, logger: silent)
            _ = try await processor.processBatch()
            let events = try await client.database.query("SELECT campaign_id, contact_id, message_id, type FROM email_events")
            #expect(events.count == 1)
            #expect(try events[0].isNull("campaign_id") && events[0].isNull("contact_id") && !events[0].isNull("message_id"))
            #expect(try await client.send(.get, "/api/campaigns/\(id)/stats").number("data.clicked") == 0)
        }
    }

    @Test("suppressed addresses are refused with the reason, also between request and hand-over")
    func suppressed() async throws {
        try await withAPI { client in
            let id = try await client.makeCampaign()
            _ = try await client.send(.post, "/api/suppressions", #"{"email":"gone@ex.test"}"#)
            let some = try await client.send(.post, "/api/campaigns/\(id)/test", #"{"addresses":["Gone@ex.test","me@ex.test"]}"#)
            #expect(some.string("data.refused[0].address") == "Gone@ex.test" && some.string("data.refused[0].reason") == "manual")
            #expect(some.string("data.accepted[0].address") == "me@ex.test" && some.value("data.accepted[1]") == nil)
            let none = try await client.send(.post, "/api/campaigns/\(id)/test", #"{"addresses":["gone@ex.test"]}"#)
            none.expectProblem(422, code: "all_refused")
            _ = try await client.send(.post, "/api/suppressions", #"{"email":"me@ex.test"}"#)
            let sender = TestSender()
            try await sender.runTests(client)
            #expect(sender.jobs.isEmpty)
            let row = try await client.database.query("SELECT outcome, reason FROM delivery_events WHERE is_test")[0]
            #expect(try row.get("outcome") == "suppressed" && row.get("reason") == "manual")
        }
    }

    @Test("every mistake is named; a repeated request sends one test")
    func mistakes() async throws {
        try await withAPI { client in
            let id = try await client.makeCampaign()
            let path = "/api/campaigns/\(id)/test"
            try await client.send(.post, path, "{}").expectProblem(400, field: "addresses")
            try await client.send(.post, path, #"{"addresses":["nobody"]}"#).expectProblem(400, field: "addresses[0]")
            let many = (1...21).map { "\"p\($0)@ex.test\"" }.joined(separator: ",")
            try await client.send(.post, path, #"{"addresses":[\#(many)]}"#).expectProblem(400, field: "addresses")
            try await client.send(.post, path, #"{"addresses":["me@ex.test"],"version":9}"#).expectProblem(404)
            try await client.send(.post, path, #"{"addresses":["me@ex.test"],"contact_id":"\#(UUID())"}"#)
                .expectProblem(400, field: "contact_id")
            try await client.send(.post, "/api/campaigns/\(UUID())/test", #"{"addresses":["me@ex.test"]}"#).expectProblem(404)
            let key: HTTPFields = [.idempotencyKey: "test-1"]
            for _ in 0..<2 { _ = try await client.send(.post, path, #"{"addresses":["me@ex.test"]}"#, headers: key) }
            #expect(try await client.count("message_queue") == 1)
        }
    }

    @Test("a version that was compiled earlier can be tried, too")
    func version() async throws {
        try await withAPI { client in
            let id = try await client.makeCampaign()
            _ = try await client.send(.post, "/api/campaigns/\(id)/compile")
            let template = try await client.send(.get, "/api/campaigns/\(id)").id("data.template_id")
            _ = try await client.send(.patch, "/api/templates/\(template)", #"{"subject":"Newer"}"#)
            let old = try await client.send(.post, "/api/campaigns/\(id)/test", #"{"addresses":["me@ex.test"],"version":1}"#)
            #expect(old.number("data.version") == 1, "\(old.text)")
            let new = try await client.send(.post, "/api/campaigns/\(id)/test", #"{"addresses":["me@ex.test"]}"#)
            #expect(new.number("data.version") == 2)
            let sender = TestSender()
            try await sender.runTests(client)
            #expect(Set(sender.jobs.map(\.subject)) == ["[Test] Hello Demo User", "[Test] Newer"])
        }
    }
}
