import CommTesting
import Foundation
import HTTPTypes
import Postgres
import Testing

@testable import comm_api

@Suite("What a recipient was sent", .database)
struct RecipientMessageTests {
    static let html = """
        <p>Hello {{name|there}}, <a href='https://shop.example/a?x=1&amp;n={{name}}'>look</a> <a href="{{ web_version_url }}">browser</a></p>
        <p><a href='{{unsubscribe_url}}'>bye</a></p>
        """

    @Test("it is rebuilt byte for byte, also after template and contact have changed")
    func rebuilt() async throws {
        try await withAPI { client in
            let (campaign, contact) = try await Self.scheduled(client)
            let sender = TestSender()
            try await sender.run(client)
            let job = try #require(sender.jobs.first)
            let template = try await client.send(.get, "/api/campaigns/\(campaign)").id("data.template_id")
            let other = #"{"subject":"Other","body_html":"<p>{{unsubscribe_url}}</p>"}"#
            _ = try await client.send(.patch, "/api/templates/\(template)", other)
            _ = try await client.send(.post, "/api/contacts/upsert", #"{"email":"person@ex.test","name":"Somebody else"}"#)

            let reply = try await client.withKey("campaigns:read").send(.get, Self.path(campaign, contact))
            #expect(reply.status == 200 && reply.string("data.outcome") == "sent", "\(reply.text)")
            #expect(try reply.id("data.message_id") == job.id && reply.string("data.recipient") == "person@ex.test")
            #expect(reply.string("data.subject") == job.subject && job.subject == "Hello Zoë <&>")
            #expect(reply.string("data.html").map { Array($0.utf8) } == Array(job.html.utf8))
            #expect(reply.string("data.text").map { Array($0.utf8) } == Array(job.text.utf8))
            #expect(job.html.contains("Zoë &lt;&amp;&gt;") && job.html.contains("/v/"))
            var headers: [String: String] = [:]
            for index in 0..<job.headers.count {
                headers[try #require(reply.string("data.headers[\(index)].name"))] = reply.string("data.headers[\(index)].value")
            }
            #expect(headers == job.headers)
            let artifact = try await client.send(.get, "/api/campaigns/\(campaign)/artifacts")
            #expect(reply.string("data.artifact.hash") == artifact.string("data[0].hash"))
        }
    }

    @Test("it comes as a mail for those who ask for one")
    func mail() async throws {
        try await withAPI { client in
            let (campaign, contact) = try await Self.scheduled(client)
            let sender = TestSender()
            try await sender.run(client)
            let id = try #require(sender.jobs.first?.id.uuidString.lowercased())
            let reply = try await client.send(.get, Self.path(campaign, contact), headers: [.accept: "message/rfc822"])
            #expect(reply.status == 200 && reply.headers[.contentType] == "message/rfc822")
            #expect(reply.headers[.contentDisposition] == "attachment; filename=\"message-\(id).eml\"")
            for part in ["To: person@ex.test\r\n", "Message-ID: <\(id)@", "List-Unsubscribe-Post: ", "multipart/alternative"] {
                #expect(reply.text.contains(part), "\(part)")
            }
        }
    }

    @Test("one that has not left yet is shown as it will be")
    func queued() async throws {
        try await withAPI { client in
            let (campaign, contact) = try await Self.scheduled(client)
            let sender = TestSender()
            try await client.send(.get, Self.path(campaign, contact)).expectProblem(404)
            try await sender.expand(client)
            let waiting = try await client.send(.get, Self.path(campaign, contact))
            #expect(waiting.string("data.outcome") == "queued")
            try await sender.run(client)
            #expect(waiting.string("data.html") == sender.jobs.first?.html)
        }
    }

    @Test("for whom there was none, and for another tenant, there is nothing")
    func notFound() async throws {
        try await withAPI { client in
            let (campaign, contact) = try await Self.scheduled(client)
            try await TestSender().run(client)
            let other = try await client.makeContact("other@ex.test")
            try await client.send(.get, Self.path(campaign, other)).expectProblem(404, code: "not_found")
            try await client.send(.get, Self.path(UUID(), contact)).expectProblem(404)
            try await client.send(.get, "/api/campaigns/\(campaign)/recipients/x/message").expectProblem(400)
            let stranger = try await client.withNewTenant()
            try await stranger.send(.get, Self.path(campaign, contact)).expectProblem(404)
        }
    }

    @Test("what it is made of cannot be changed, not even by the owner of the table")
    func immutable() async throws {
        try await withAPI { client in
            _ = try await Self.scheduled(client)
            await #expect(throws: PostgresError.self) {
                try await client.database.execute("UPDATE comm_campaign_artifacts SET subject = 'x'")
            }
        }
    }

    /// A campaign that is due, for one contact.
    static func scheduled(_ client: APIClient, html: String = html) async throws -> (campaign: UUID, contact: UUID) {
        let campaign = try await client.makeCampaign(html: html)
        let contact = try await client.send(.post, "/api/contacts/upsert", #"{"email":"person@ex.test","name":"Zoë <&>"}"#).id()
        let reply = try await client.send(.post, "/api/campaigns/\(campaign)/schedule")
        try #require(reply.status == 200, "\(reply.text)")
        return (campaign, contact)
    }

    private static func path(_ campaign: UUID, _ contact: UUID) -> String {
        "/api/campaigns/\(campaign)/recipients/\(contact)/message"
    }
}
