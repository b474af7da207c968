import CommCore
import CommTesting
import Foundation
import HTTPTypes
import Postgres
import Testing

@testable import comm_api

@Suite("The mail in a browser", .database)
struct WebVersionTests {
    @Test("the link shows the recipient's own mail, runs no script, and counts nothing")
    func shown() async throws {
        try await withAPI { client in
            let job = try await Self.sent(client)
            let before = try await client.count("event_inbox")
            let page = try await client.with([:]).send(.get, Self.link(in: job.html))
            #expect(page.status == 200 && page.text == job.html)
            #expect(page.headers[.contentType] == "text/html; charset=utf-8" && page.headers[.cacheControl] == "private, max-age=300")
            let policy = try #require(page.headers[.contentSecurityPolicy])
            #expect(policy.hasPrefix("default-src 'none'") && policy.contains("sandbox") && !policy.contains("allow-scripts"))
            #expect(page.headers[.robots] == "noindex, nofollow" && page.headers[.referrerPolicy] == "no-referrer")
            #expect(try await client.count("event_inbox") == before)
            let click = try #require(job.html.firstMatch(of: /\/c\/[A-Za-z0-9_.-]+/)?.output)
            #expect(try await client.with([:]).send(.get, String(click)).status == 302)
        }
    }

    @Test("it leads through no tracked link, and has a name of its own in the report")
    func untracked() async throws {
        try await withAPI { client in
            let html = "<p><a href='{{view_in_browser_url}}'>browser</a> <a href='{{unsubscribe_url}}'>bye</a></p>"
            let id = try await client.makeCampaign(html: html)
            let compiled = try await client.send(.post, "/api/campaigns/\(id)/compile")
            #expect(compiled.string("data.report.links[0].reason") == "web_version")
            #expect(compiled.string("data.report.links[0].original") == "{{view_in_browser_url}}")
            #expect(compiled.value("data.report.blockers") == .array([]))
        }
    }

    @Test("a mail without HTML is shown as text")
    func text() async throws {
        try await withAPI { client in
            let template = try await client.send(
                .post,
                "/api/templates",
                #"{"name":"T","subject":"S","type":"text","body_text":"Hi {{name}} {{web_version_url}} {{unsubscribe_url}}"}"#
            ).id()
            let list = try await client.makeList()
            _ = try await client.send(.post, "/api/lists/\(list)/contacts", #"{"emails":["person@ex.test"]}"#)
            let body = #"{"name":"Sale","template_id":"\#(template)","motor_block_id":"\#(UUID())","list_ids":["\#(list)"]}"#
            let campaign = try await client.send(.post, "/api/campaigns", body).id()
            _ = try await client.send(.post, "/api/campaigns/\(campaign)/schedule")
            let sender = TestSender()
            try await sender.run(client)
            let job = try #require(sender.jobs.first)
            let page = try await client.with([:]).send(.get, Self.link(in: job.text))
            #expect(page.headers[.contentType] == "text/plain; charset=utf-8" && page.text == job.text)
        }
    }

    @Test("a forged link, one of another kind, one that is too old and one of a message that is unknown get a friendly page")
    func refused() async throws {
        try await withAPI { client in
            let job = try await Self.sent(client)
            let link = try Self.link(in: job.html)
            let anybody = client.with([:])
            let click = try #require(job.html.firstMatch(of: /\/c\/([A-Za-z0-9_.-]+)/)?.output.1)
            for path in [String(link.dropLast(3)), "/v/x", "/v/\(click)"] {
                let page = try await anybody.send(.get, path)
                #expect(page.status == 404 && page.text.contains("not valid"), "\(path)")
            }
            let stray = try APIClient.signer().viewToken(for: client.subject(contact: UUID()), issuedAt: client.time.now)
            let unknown = try await anybody.send(.get, "/v/\(stray)")
            #expect(unknown.status == 404 && unknown.text.contains("no longer available"))
            client.time.advance(by: 91 * 86_400)
            let old = try await anybody.send(.get, link)
            #expect(old.status == 410 && old.text.contains("expired"))
        }
    }

    @Test("nothing is shown any more of a contact that has been deleted")
    func deleted() async throws {
        try await withAPI { client in
            let job = try await Self.sent(client)
            try await client.database.execute("UPDATE contacts SET deleted_at = now() WHERE email = 'person@ex.test'")
            let page = try await client.with([:]).send(.get, try Self.link(in: job.html))
            #expect(page.status == 410 && !page.text.contains("Zoë"))
        }
    }

    private static func sent(_ client: APIClient) async throws -> TestSender.Job {
        _ = try await RecipientMessageTests.scheduled(client)
        let sender = TestSender()
        try await sender.run(client)
        return try #require(sender.jobs.first)
    }

    private static func link(in text: String) throws -> String {
        String(try #require(text.firstMatch(of: /\/v\/[A-Za-z0-9_.-]+/)?.output))
    }
}
