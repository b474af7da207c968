import CommCore
import CommTesting
import Foundation
import HTTPTypes
import Postgres
import Testing

@testable import comm_api

@Suite("Preference centre", .database)
struct PreferencesTests {
    private static let form: HTTPFields = [.contentType: "application/x-www-form-urlencoded", .accept: "text/html"]

    private struct Person {
        let contact: UUID
        let list: UUID
        let path: String
    }

    /// Somebody on a public list and on another one.
    private func person(_ client: APIClient) async throws -> Person {
        let (list, hidden) = (try await client.makeList("internal-news"), try await client.makeList("secret segment"))
        for id in [list, hidden] { _ = try await client.send(.post, "/api/lists/\(id)/contacts", #"{"emails":["c4@ex.test"]}"#) }
        let visible = try await client.send(.patch, "/api/lists/\(list)/visibility", #"{"is_public":true,"public_name":"Our news"}"#)
        #expect(visible.string("data.public_name") == "Our news" && visible.value("data.is_public") == .bool(true))
        let contact: UUID = try #require(try await client.database.query("SELECT id FROM contacts").first).get("id")
        let token = try APIClient.signer().preferencesToken(for: client.subject(contact: contact), issuedAt: client.time.now)
        return Person(contact: contact, list: list, path: "/p/\(token)")
    }

    @Test("the page shows public lists only, and looking changes nothing")
    func show() async throws {
        try await withAPI { client in
            let person = try await person(client)
            let page = try await client.with([:]).send(.get, person.path)
            #expect(page.status == 200 && page.text.contains("Our news") && !page.text.contains("secret segment"))
            #expect(page.text.contains("c4***@ex.test") && !page.text.contains("c4@ex.test") && !page.text.contains("<script"))
            #expect(try await client.with([:]).send(.head, person.path).bytes.isEmpty)
            #expect(try await client.count("email_events") == 0)
        }
    }

    @Test("lists, language, pause and tracking are saved together")
    func save() async throws {
        try await withAPI { client in
            let person = try await person(client)
            let saved = try await client.with([:])
                .send(.post, person.path, "action=save&language=de&pause=60&no_tracking=1", headers: Self.form)
            #expect(saved.status == 200 && saved.text.contains("<html lang=\"de\">") && saved.text.contains("gespeichert"))
            let row = try #require(try await client.database.query("SELECT language, tracking_opt_out, status FROM contacts").first)
            #expect(try row.get("language") == "de" && row.get("tracking_opt_out") == true && row.get("status") == "active")
            let memberships = try await client.database.query("SELECT list_id, status FROM list_contacts")
            for membership in memberships {
                let isPublic = try membership.get("list_id") as UUID == person.list
                #expect(try membership.get("status") == (isPublic ? "unsubscribed" : "active"))
            }
            let pause = try #require(
                try await client.database.query("SELECT reason, expires_at FROM suppressions WHERE scope = 'all'").first
            )
            let until: Date = try pause.get("expires_at")
            #expect(try pause.get("reason") == "pause" && abs(until.timeIntervalSince(client.time.now) - 60 * 86_400) < 1)
            let back = "action=save&language=en&pause=0&list=\(person.list)"
            _ = try await client.with([:]).send(.post, person.path, back, headers: Self.form)
            #expect(try await client.count("suppressions") == 0)
            let active = try await client.database.query("SELECT FROM list_contacts WHERE status = 'active'")
            #expect(active.count == 2)
            let sources = try await client.database.query("SELECT DISTINCT source FROM email_events")
            #expect(try sources.map { try $0.get("source") as String } == ["preferences"])
        }
    }

    @Test("everything can be left and taken up again")
    func everything() async throws {
        try await withAPI { client in
            let person = try await person(client)
            let left = try await client.with([:]).send(.post, person.path, "action=unsubscribe", headers: Self.form)
            #expect(left.text.contains("Subscribe again"))
            #expect(try await client.contactStatus(person.contact) == "unsubscribed")
            _ = try await client.with([:]).send(.post, person.path, "action=subscribe", headers: Self.form)
            #expect(try await client.contactStatus(person.contact) == "active")
            try await client.database.execute("UPDATE contacts SET status = 'complained'")
            #expect(try await client.with([:]).send(.post, person.path, "action=subscribe", headers: Self.form).status == 409)
        }
    }

    @Test("a list that is not public cannot be joined by its id, and a body that says nothing changes nothing")
    func foreignInput() async throws {
        try await withAPI { client in
            let person = try await person(client)
            let hidden: UUID = try #require(try await client.database.query("SELECT id FROM lists WHERE NOT is_public").first).get("id")
            try await client.database.execute("UPDATE list_contacts SET status = 'unsubscribed' WHERE list_id = \(hidden)")
            let body = "action=save&list=\(hidden)&list=\(person.list)&list=x&language=xx&pause=999"
            #expect(try await client.with([:]).send(.post, person.path, body, headers: Self.form).status == 200)
            let status: String = try #require(
                try await client.database.query("SELECT status FROM list_contacts WHERE list_id = \(hidden)").first
            ).get("status")
            #expect(status == "unsubscribed")
            #expect(try await client.with([:]).send(.post, person.path, body: nil).status == 200)
            #expect(try await client.count("email_events") == 0)
        }
    }

    @Test("tokens of other purposes, forged ones, old ones and people who are gone")
    func refused() async throws {
        try await withAPI { client in
            let person = try await person(client)
            let subject = client.subject(contact: person.contact)
            let unsubscribe = try APIClient.signer().unsubscribeToken(for: subject, issuedAt: client.time.now)
            for token in [unsubscribe, "x", String(person.path.dropLast().dropFirst(3))] {
                #expect(try await client.with([:]).send(.get, "/p/\(token)").status == 404)
                #expect(try await client.with([:]).send(.post, "/p/\(token)", "action=unsubscribe", headers: Self.form).status == 404)
            }
            let gone = try APIClient.signer().preferencesToken(for: client.subject(contact: UUID()), issuedAt: client.time.now)
            #expect(try await client.with([:]).send(.get, "/p/\(gone)").text.contains("Nothing left to do"))
            client.time.advance(by: TimeInterval(LinkTokenPurpose.preferences.lifetime) + 120)
            #expect(try await client.with([:]).send(.get, person.path).status == 410)
            #expect(try await client.contactStatus(person.contact) == "active")
        }
    }

    @Test("another tenant's list stays as it is")
    func otherTenant() async throws {
        try await withAPI { client in
            let person = try await person(client)
            let stranger = try await client.withNewTenant()
            try await stranger.send(.patch, "/api/lists/\(person.list)/visibility", #"{"is_public":false}"#).expectProblem(404)
        }
    }
}
