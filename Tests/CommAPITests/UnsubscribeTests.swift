import CommCore
import CommTesting
import Foundation
import HTTPTypes
import HummingbirdCore
import Postgres
import Testing

@testable import comm_api

@Suite("Unsubscribe links", .database)
struct UnsubscribeTests {
    private func path(_ client: APIClient, _ contact: UUID, campaign: UUID? = nil) throws -> String {
        let subject = client.subject(contact: contact, campaign: campaign)
        return "/t/u/" + (try APIClient.signer().unsubscribeToken(for: subject, issuedAt: client.time.now))
    }

    @Test("GET and HEAD show the page and change nothing")
    func readOnly() async throws {
        try await withAPI { client in
            let contact = try await client.makeContact("c4@ex.test")
            let path = try path(client, contact)
            let page = try await client.with([:]).send(.get, path)
            #expect(page.status == 200 && page.text.contains("c4***@ex.test") && !page.text.contains("c4@ex.test"))
            #expect(page.text.contains("<form method=\"post\">") && !page.text.contains("<script"))
            #expect(page.headers[.contentSecurityPolicy]?.contains("default-src 'none'") == true)
            #expect(page.headers[.cacheControl] == "no-store" && page.headers[.frameOptions] == "DENY")
            let head = try await client.with([:]).send(.head, path)
            #expect(head.status == 200 && head.bytes.isEmpty)
            #expect(try await client.contactStatus(contact) == "active")
            #expect(try await client.count("email_events") == 0)
        }
    }

    @Test(
        "a mail client's one-click POST acts at once, in whatever form it comes",
        arguments: [
            ("application/x-www-form-urlencoded", "List-Unsubscribe=One-Click"),
            (
                "multipart/form-data; boundary=bb",
                "--bb\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--bb--\r\n"
            ),
            ("multipart/form-data; boundary=bb", "broken"), (nil, ""), ("application/json", "{}"), ("text/plain", "\u{0}\u{1}"),
        ] as [(String?, String)]
    )
    func oneClick(contentType: String?, body: String) async throws {
        try await withAPI { client in
            let contact = try await client.makeContact()
            let path = try path(client, contact, campaign: try await client.makeCampaign())
            var headers: HTTPFields = [:]
            headers[.contentType] = contentType
            for _ in 0..<2 {
                let reply = try await client.with([:]).send(.post, path, body: body.isEmpty ? nil : Array(body.utf8), headers: headers)
                #expect(reply.status == 200 && reply.text == #"{"success":true,"message":"Unsubscribed"}"#)
            }
            #expect(try await client.contactStatus(contact) == "unsubscribed")
            #expect(try await client.count("suppressions") == 1)
            #expect(try await client.count("email_events") == 1)
        }
    }

    @Test("the page's button unsubscribes, and the next page offers to undo it")
    func undo() async throws {
        try await withAPI { client in
            let contact = try await client.makeContact()
            let path = try path(client, contact, campaign: try await client.makeCampaign())
            let headers: HTTPFields = [.contentType: "application/x-www-form-urlencoded", .accept: "text/html,*/*"]
            let done = try await client.with([:]).send(.post, path, "confirm=1", headers: headers)
            #expect(done.status == 200 && done.text.contains("You have been unsubscribed"))
            #expect(try await client.send(.get, path).text.contains("You are unsubscribed"))
            let undone = try await client.with([:]).send(.post, path, "undo=\(try done.undo)&scope=all", headers: headers)
            #expect(undone.text.contains("You are subscribed again"))
            #expect(try await client.contactStatus(contact) == "active")
            #expect(try await client.count("suppressions") == 0)
        }
    }

    @Test("an undo is signed for the person, and only for a day")
    func undoIsSigned() async throws {
        try await withAPI { client in
            let contact = try await client.makeContact()
            let path = try path(client, contact)
            let headers: HTTPFields = [.contentType: "application/x-www-form-urlencoded"]
            let html: HTTPFields = [.contentType: "application/x-www-form-urlencoded", .accept: "text/html"]
            let undo = try await client.with([:]).send(.post, path, "confirm=1", headers: html).undo
            let other = try APIClient.signer().undoToken(for: client.subject(contact: contact), issuedAt: client.time.now)
            for wrong in ["1", other, String(undo.dropLast())] {
                try await client.with([:]).send(.post, path, "undo=\(wrong)", headers: headers).expectProblem(409, code: "undo_expired")
            }
            client.time.advance(by: 86_400 + 120)
            #expect(try await client.with([:]).send(.post, path, "undo=\(undo)", headers: html).status == 409)
            #expect(try await client.contactStatus(contact) == "unsubscribed")
        }
    }

    @Test("only this list: the membership ends, everything else stays, and it can be undone")
    func oneList() async throws {
        try await withAPI { client in
            let campaign = try await client.makeCampaign()
            let contact: UUID = try #require(try await client.database.query("SELECT id FROM contacts").first).get("id")
            let path = try path(client, contact, campaign: campaign)
            let page = try await client.with([:]).send(.get, path)
            #expect(page.text.contains("value=\"list\"") && page.text.contains("Only from this mailing list"))
            let html: HTTPFields = [.contentType: "application/x-www-form-urlencoded", .accept: "text/html"]
            let done = try await client.with([:]).send(.post, path, "confirm=1&scope=list", headers: html)
            #expect(done.text.contains("You have left this list"))
            #expect(try await client.contactStatus(contact) == "active")
            #expect(try await client.membership(contact) == "unsubscribed")
            let event = try #require(try await client.database.query("SELECT source, payload->>'scope' AS scope FROM email_events").first)
            #expect(try event.get("source") == "link" && event.get("scope") == "list")
            let undone = try await client.with([:]).send(.post, path, "undo=\(try done.undo)&scope=list", headers: html)
            #expect(undone.status == 200)
            #expect(try await client.membership(contact) == "active")
            #expect(try await client.count("suppressions") == 0)
        }
    }

    @Test("who has left a list does not get another campaign to it that is in the queue already, and everything says why")
    func leftListIsKeptBack() async throws {
        try await withAPI { client in
            let first = try await client.makeCampaign()
            let list: UUID = try #require(try await client.database.query("SELECT list_id FROM campaign_lists").first).get("list_id")
            let contact: UUID = try #require(try await client.database.query("SELECT id FROM contacts").first).get("id")
            let other = try await client.makeList("Other")
            _ = try await client.send(.post, "/api/lists/\(other)/contacts", #"{"contact_ids":["\#(contact)"]}"#)
            let template = try await client.makeTemplate()
            func schedule(_ lists: [UUID]) async throws -> UUID {
                let ids = lists.map { "\"\($0)\"" }.joined(separator: ",")
                let body = #"{"name":"N","template_id":"\#(template)","motor_block_id":"\#(UUID())","list_ids":[\#(ids)]}"#
                let campaign = try await client.send(.post, "/api/campaigns", body).id()
                _ = try await client.send(.post, "/api/campaigns/\(campaign)/compile")
                #expect(try await client.send(.post, "/api/campaigns/\(campaign)/schedule").status == 200)
                return campaign
            }
            let (refused, reached) = (try await schedule([list]), try await schedule([list, other]))
            let sender = TestSender()
            try await sender.expand(client)
            let html: HTTPFields = [.contentType: "application/x-www-form-urlencoded", .accept: "text/html"]
            let link = try path(client, contact, campaign: first)
            #expect(try await client.with([:]).send(.post, link, "scope=list", headers: html).status == 200)

            let waiting = try await client.send(.get, "/api/campaigns/\(refused)/recipients/\(contact)")
            #expect(waiting.text.contains("suppressed for the campaign's list: unsubscribe, by link"), "\(waiting.text)")
            try await sender.run(client)
            let outcomes = try await client.database.query("SELECT campaign_id, outcome, reason FROM delivery_events")
            let found = try outcomes.reduce(into: [UUID: [String?]]()) { found, row in
                found[try row.get("campaign_id")] = [try row.get("outcome"), try row.get("reason")]
            }
            #expect(found == [refused: ["suppressed", "unsubscribe"], reached: ["sent", nil]])
            let balance = try await client.send(.get, "/api/campaigns/\(refused)/balance")
            #expect(balance.number("data.suppressed") == 1, "\(balance.text)")

            let entries = try await client.send(.get, "/api/suppressions?scope=list")
            #expect(entries.number("data.pagination.total") == 1 && entries.string("data.suppressions[0].reason") == "unsubscribe")
            #expect(entries.string("data.suppressions[0].list_id") == list.uuidString.lowercased(), "\(entries.text)")
            let history = try await client.send(.get, "/api/suppressions/history?address=person@ex.test")
            #expect(history.text.contains(#""action":"added""#) && history.text.contains(#""scope":"list""#), "\(history.text)")
            let events = try await client.send(.get, "/api/unsubscribe-events")
            #expect(events.string("data.events[0].scope") == "list", "\(events.text)")
            // Taking the entry off the list makes the membership active again.
            let entry = try #require(entries.string("data.suppressions[0].id"))
            #expect(try await client.send(.delete, "/api/suppressions/\(entry)?reason=asked").status == 200)
            let memberships = try await client.database.query("SELECT status FROM list_contacts WHERE list_id = \(list)")
            #expect(try memberships.map { try $0.get("status") as String } == ["active"])
        }
    }

    @Test("a pause suppresses for 30 days, never weakens an unsubscribe, and can be undone")
    func pause() async throws {
        try await withAPI { client in
            let contact = try await client.makeContact()
            let path = try path(client, contact)
            let html: HTTPFields = [.contentType: "application/x-www-form-urlencoded", .accept: "text/html"]
            let done = try await client.with([:]).send(.post, path, "scope=pause", headers: html)
            #expect(done.text.contains("Messages are paused"))
            let row = try #require(try await client.database.query("SELECT reason, expires_at FROM suppressions").first)
            let until: Date = try row.get("expires_at")
            #expect(try row.get("reason") == "pause" && abs(until.timeIntervalSince(client.time.now) - 30 * 86_400) < 1)
            #expect(try await client.contactStatus(contact) == "active")
            #expect(try await client.with([:]).send(.post, path, "undo=\(try done.undo)&scope=pause", headers: html).status == 200)
            #expect(try await client.count("suppressions") == 0)
            _ = try await client.with([:]).send(.post, path, "confirm=1", headers: html)
            _ = try await client.with([:]).send(.post, path, "scope=pause", headers: html)
            let lasting = try #require(try await client.database.query("SELECT reason, expires_at FROM suppressions").first)
            #expect(try lasting.get("reason") == "unsubscribe" && lasting.get("expires_at") as Date? == nil)
        }
    }

    @Test("the page speaks the contact's language, and the path may end in a slash")
    func language() async throws {
        try await withAPI { client in
            let contact = try await client.makeContact()
            try await client.database.execute("UPDATE contacts SET language = 'lt' WHERE id = \(contact)")
            let path = try path(client, contact)
            let page = try await client.with([:]).send(.get, path + "/", headers: [.acceptLanguage: "de"])
            #expect(page.status == 200 && page.text.contains("<html lang=\"lt\">") && page.text.contains("Atsisakyti"))
            #expect(try await client.with([:]).send(.post, path + "/", body: nil).text == #"{"success":true,"message":"Unsubscribed"}"#)
        }
    }

    @Test("who complained is not subscribed again by a link")
    func complained() async throws {
        try await withAPI { client in
            let contact = try await client.makeContact()
            _ = try await client.database.execute("UPDATE contacts SET status = 'complained' WHERE id = \(contact)")
            let headers: HTTPFields = [.contentType: "application/x-www-form-urlencoded"]
            let path = try path(client, contact)
            let undo = try await client.with([:]).send(.get, path).undo
            try await client.with([:]).send(.post, path, "undo=\(undo)", headers: headers).expectProblem(409, code: "address_refused")
            #expect(try await client.contactStatus(contact) == "complained")
        }
    }

    @Test("a contact that is gone, and links that are not ours")
    func unknown() async throws {
        try await withAPI { client in
            #expect(try await client.send(.post, try path(client, UUID())).status == 200)
            #expect(try await client.send(.get, try path(client, UUID())).text.contains("Nothing left to do"))
            #expect(try await client.send(.get, "/t/u/nonsense").status == 404)
            #expect(try await client.send(.post, "/t/u/nonsense").status == 404)
            let click = try APIClient.signer().clickToken(
                for: client.subject(contact: UUID()),
                index: 0,
                url: "https://x.test/",
                issuedAt: client.time.now
            )
            #expect(try await client.send(.post, "/t/u/\(click)").status == 404)
            let old = try path(client, try await client.makeContact())
            client.time.advance(by: TimeInterval(LinkTokenPurpose.unsubscribe.lifetime) + 120)
            #expect(try await client.send(.post, old).status == 410)
            #expect(try await client.count("suppressions") == 0)
        }
    }

    @Test("the suppression says whose page people landed on, as the tenant has it then", arguments: ["customer", "motorical"])
    func landing(mode: String) async throws {
        try await withAPI { client in
            _ = try await client.send(.patch, "/api/settings/unsubscribe", #"{"unsubscribe_mode":"\#(mode)"}"#)
            let first = try await client.makeContact("first@ex.test")
            let second = try await client.makeContact("second@ex.test")
            let third = try await client.makeContact("third@ex.test")
            _ = try await client.send(
                .post,
                try path(client, first),
                "scope=all",
                headers: [.contentType: "application/x-www-form-urlencoded"]
            )
            _ = try await client.send(.post, try path(client, second), body: nil)
            _ = try await client.send(.post, "/api/contacts/\(third)/unsubscribe")
            let list = try await client.send(.get, "/api/suppressions?limit=10")
            let found = (0..<3).reduce(into: [String: String]()) { found, place in
                let entry = "data.suppressions[\(place)]"
                found[list.string("\(entry).email") ?? ""] = list.string("\(entry).landing_variant")
            }
            #expect(found == ["first@ex.test": mode, "second@ex.test": mode, "third@ex.test": "customer"], "\(list.text)")
        }
    }

    @Test("what an address holds is escaped on the page")
    func escaping() async throws {
        let response = try PublicPageRenderer().response(
            .askToUnsubscribe(MaskedAddress.of("<i>alert(1)@ex.test"), in: .english),
            in: .english
        )
        let collector = BodyCollector()
        try await response.body.write(collector)
        #expect(String(decoding: collector.bytes, as: UTF8.self).contains("unsubscribe &lt;i***@ex.test."))
    }

    @Test("with the database away the page still comes, and the POST asks to try again")
    func databaseAway() async throws {
        try await withAPI(databaseURL: "postgres://postgres@127.0.0.1:1/none") { client in
            let path = try path(client, UUID())
            #expect(try await client.send(.get, path).status == 200)
            let mail = try await client.send(.post, path, body: nil)
            mail.expectProblem(503)
            #expect(mail.headers[.retryAfter] != nil)
            let browser = try await client.send(.post, path, body: nil, headers: [.accept: "text/html"])
            #expect(browser.status == 503 && browser.text.contains("Please try again") && browser.headers[.retryAfter] != nil)
        }
    }
}

extension Reply {
    /// The signed token of the page's undo button.
    var undo: String {
        get throws {
            let match = try #require(text.firstMatch(of: /name="undo" value="([^"]+)"/), "no undo: \(text.prefix(2_000))")
            return String(match.1)
        }
    }
}

extension APIClient {
    fileprivate func membership(_ contact: UUID) async throws -> String? {
        try await database.query("SELECT status FROM list_contacts WHERE contact_id = \(contact)").first?.get("status")
    }
}
