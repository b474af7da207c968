import CommCore
import CommTesting
import Foundation
import HTTPTypes
import Postgres
import Testing

@testable import comm_api

@Suite("Tracked links", .database)
struct TrackingTests {
    private static let target = "https://shop.example/a?x=1&y=%20z#top"

    private func token(_ client: APIClient, url: String = target, secret: String = APIClient.signingSecret) throws -> String {
        try APIClient.signer(secret).clickToken(for: client.subject(contact: UUID()), index: 3, url: url, issuedAt: client.time.now)
    }

    @Test("a click is stored and the reader sent on to the token's URL")
    func click() async throws {
        try await withAPI { client in
            let subject = client.subject(contact: UUID())
            let token = try APIClient.signer().clickToken(for: subject, index: 3, url: Self.target, issuedAt: client.time.now)
            let headers: HTTPFields = [.userAgent: String(repeating: "u", count: 900), .forwardedFor: "9.9.9.9, 203.0.113.7"]
            let reply = try await client.with([:]).send(.get, "/c/\(token)", headers: headers)
            #expect(reply.status == 302 && reply.headers[.location] == Self.target)
            #expect(reply.headers[.cacheControl] == "no-store" && reply.headers[.referrerPolicy] == "no-referrer")
            let payload: String = try #require(try await client.database.query("SELECT payload::text AS p FROM event_inbox").first).get("p")
            let json = try JSONParser.parse(Array(payload.utf8))
            guard case .object(let click) = json else { return #expect(Bool(false), "no object") }
            #expect(click["type"] == .string("clicked") && click["url"] == .string(Self.target) && click["link_index"] == .number("3"))
            #expect(click["ip"] == .string("203.0.113.7") && click["user_agent"] == .string(String(repeating: "u", count: 500)))
            #expect(click["message_id"] == .string(subject.messageID.uuidString))
        }
    }

    @Test("a URL in the query leads nowhere")
    func noOpenRedirect() async throws {
        try await withAPI { client in
            let good = try await client.send(.get, "/c/\(try token(client))?url=https://evil.example/")
            #expect(good.headers[.location] == Self.target)
            for path in ["/c/x?url=https://evil.example/", "/c/a.b.c?url=https://evil.example/", "/c/%20", "/c/..%2f"] {
                let bad = try await client.send(.get, path)
                #expect(bad.status == 404 && bad.headers[.location] == nil && bad.headers[.contentType] == "text/html; charset=utf-8")
            }
        }
    }

    @Test("HEAD shows where a link leads and is recorded as what it is")
    func head() async throws {
        try await withAPI { client in
            let reply = try await client.send(.head, "/c/\(try token(client))")
            #expect(reply.status == 302 && reply.headers[.location] == Self.target && reply.bytes.isEmpty)
            let payload: String = try #require(try await client.database.query("SELECT payload::text AS p FROM event_inbox").first).get("p")
            #expect(payload.contains(#""head": true"#))
        }
    }

    @Test("forged, foreign and worn-out tokens do not redirect")
    func forged() async throws {
        try await withAPI { client in
            let good = try token(client)
            let parts = good.split(separator: ".").map(String.init)
            let none = Data(#"{"alg":"none"}"#.utf8).base64EncodedString().replacing("=", with: "")
            var changed = Array(parts[1])
            changed[5] = changed[5] == "A" ? "B" : "A"
            let unsubscribe = try APIClient.signer().unsubscribeToken(for: client.subject(contact: UUID()), issuedAt: client.time.now)
            let bad = [
                try token(client, secret: "another-secret-that-is-long-enough-012345"), "\(none).\(parts[1]).",
                "\(none).\(parts[1]).\(parts[2])",
                "\(parts[0]).\(String(changed)).\(parts[2])", "\(parts[0]).\(parts[1])", String(good.dropLast()), good + "A", unsubscribe,
                String(repeating: "a", count: 5_000),
            ]
            for token in bad {
                let reply = try await client.send(.get, "/c/\(token)")
                #expect(reply.status == 404 && reply.headers[.location] == nil, "\(token.prefix(60))")
            }
            client.time.advance(by: TimeInterval(LinkTokenPurpose.click.lifetime) + 120)
            #expect(try await client.send(.get, "/c/\(good)").status == 410)
            #expect(try await client.count("event_inbox") == 0)
        }
    }

    @Test("the link that nobody sees leads nowhere and is recorded")
    func trap() async throws {
        try await withAPI { client in
            let token = try APIClient.signer().clickToken(
                for: client.subject(contact: UUID()),
                index: LinkToken.Link.trapIndex,
                url: "https://trap.invalid/",
                issuedAt: client.time.now
            )
            let reply = try await client.send(.get, "/c/\(token)")
            #expect(reply.status == 204 && reply.headers[.location] == nil)
            #expect(try await client.count("event_inbox") == 1)
        }
    }

    @Test("an open pixel is an image, and recorded when its token is genuine")
    func pixel() async throws {
        try await withAPI { client in
            let token = try APIClient.signer().openToken(for: client.subject(contact: UUID()), issuedAt: client.time.now)
            for path in ["/o/\(token)", "/o/nonsense"] {
                let reply = try await client.send(.get, path, headers: [.acceptLanguage: "de"])
                #expect(reply.status == 200 && reply.headers[.contentType] == "image/gif")
                #expect(reply.bytes == TrackedLinks.pixel && reply.headers[.cacheControl]?.contains("no-store") == true)
            }
            let rows = try await client.database.query("SELECT payload::text AS p FROM event_inbox")
            let payload: String = try #require(rows.first).get("p")
            #expect(rows.count == 1 && payload.contains(#""type": "opened""#) && payload.contains(#""language": true"#))
        }
    }

    @Test("refused links say so in the reader's language")
    func languages() async throws {
        try await withAPI { client in
            for language in PageLanguage.allCases {
                let headers: HTTPFields = [.acceptLanguage: "xx, \(language.rawValue)-XX;q=0.8, en;q=0.1"]
                let reply = try await client.send(.get, "/c/nonsense", headers: headers)
                #expect(reply.status == 404 && reply.text.contains("<html lang=\"\(language.rawValue)\">"))
                #expect(reply.text.contains(language.texts.invalidHeading.replacing("’", with: "’")))
            }
        }
    }

    @Test("a host that is not ASCII is escaped in the header")
    func escapes() async throws {
        try await withAPI { client in
            let reply = try await client.send(.get, "/c/\(try token(client, url: "https://žemė.example/š"))")
            #expect(reply.headers[.location] == "https://%C5%BEem%C4%97.example/%C5%A1")
        }
    }

    @Test("with the database away the reader is still sent on")
    func databaseAway() async throws {
        try await withAPI(databaseURL: "postgres://postgres@127.0.0.1:1/none") { client in
            let reply = try await client.send(.get, "/c/\(try token(client))")
            #expect(reply.status == 302 && reply.headers[.location] == Self.target)
        }
    }
}
