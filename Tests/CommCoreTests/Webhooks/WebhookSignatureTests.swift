import Foundation
import Testing

@testable import CommCore

@Suite("Standard Webhooks signatures")
struct WebhookSignatureTests {
    private struct Vector {
        let secret: String
        let id: String
        let timestamp: Int
        let body: String
        let signature: String
    }

    private static let own = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
    private static let following = "whsec_ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8="
    private static let ownBody = #"{"type":"message.delivered","timestamp":"2026-01-01T00:00:00Z","data":{"id":"msg_7"}}"#
    private static let vectors = [
        Vector(
            secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
            timestamp: 1_614_265_330,
            body: #"{"test": 2432232314}"#,
            signature: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        ),
        Vector(
            secret: own,
            id: "msg_2Yh7example",
            timestamp: 1_767_225_600,
            body: ownBody,
            signature: "v1,ZZGoFEg/NCoY3+1mJ3AnjlC4qe73e3A343GwFqVfC7I="
        ),
        Vector(
            secret: own,
            id: "msg_utf8",
            timestamp: 1_767_225_600,
            body: #"{"type":"contact.updated","timestamp":"2026-01-01T00:00:00Z","data":{"name":"Zoë €"}}"#,
            signature: "v1,H7gUP2K3LeK7QGjD5zixxJW+stuhYDtysuXIkWxu2M0="
        ),
    ]

    @Test("every vector of the contract is signed as written", arguments: 0..<3)
    func vectors(index: Int) throws {
        let vector = Self.vectors[index]
        let secret = try #require(WebhookSecret(vector.secret))
        let header = WebhookSignature.header(
            id: vector.id,
            timestamp: vector.timestamp,
            body: Array(vector.body.utf8),
            secrets: [secret]
        )
        #expect(header == vector.signature)
    }

    @Test("while secrets overlap the newer one signs first, and either is accepted")
    func rotation() throws {
        let (new, old) = (try #require(WebhookSecret(Self.following)), try #require(WebhookSecret(Self.own)))
        let body = Array(Self.ownBody.utf8)
        let header = WebhookSignature.header(id: "msg_2Yh7example", timestamp: 1_767_225_600, body: body, secrets: [new, old])
        #expect(
            header
                == "v1,CEOA+26nUZAhvHA4PhOXMCgRQ1yP3y1qf8/j/x8EHtM= v1,ZZGoFEg/NCoY3+1mJ3AnjlC4qe73e3A343GwFqVfC7I="
        )
        for secret in [new, old] {
            #expect(
                WebhookSignature.verify(
                    header: header,
                    id: "msg_2Yh7example",
                    timestamp: "1767225600",
                    body: body,
                    secret: secret,
                    now: 1_767_225_700
                )
            )
        }
    }

    @Test("a changed body, another id, an old or future time, and headers without a known version are refused")
    func refused() throws {
        let secret = try #require(WebhookSecret(Self.own))
        let (vector, body) = (Self.vectors[1], Array(Self.ownBody.utf8))
        func accepts(
            header: String = "v1,ZZGoFEg/NCoY3+1mJ3AnjlC4qe73e3A343GwFqVfC7I=",
            id: String = "msg_2Yh7example",
            timestamp: String = "1767225600",
            body: [UInt8],
            now: Int = 1_767_225_600
        ) -> Bool {
            WebhookSignature.verify(header: header, id: id, timestamp: timestamp, body: body, secret: secret, now: now)
        }
        #expect(accepts(body: body))
        for index in body.indices {
            var changed = body
            changed[index] ^= 1
            #expect(!accepts(body: changed))
        }
        #expect(!accepts(id: "msg_other", body: body))
        #expect(!accepts(body: body, now: vector.timestamp + 301) && !accepts(body: body, now: vector.timestamp - 301))
        #expect(accepts(body: body, now: vector.timestamp + 300))
        for header in ["v2,ZZGoFEg/NCoY3+1mJ3AnjlC4qe73e3A343GwFqVfC7I=", "", "v1,", "v1"] { #expect(!accepts(header: header, body: body)) }
        #expect(accepts(header: "v2,xx v1,ZZGoFEg/NCoY3+1mJ3AnjlC4qe73e3A343GwFqVfC7I=", body: body))
        #expect(!accepts(timestamp: "soon", body: body))
    }

    @Test("secrets are read with and without prefix and padding, and only when they are long enough")
    func secrets() throws {
        let key = Array(UInt8(0)..<32)
        let whole = try #require(WebhookSecret(Self.own))
        #expect(whole.key == key && whole.text == Self.own)
        #expect(WebhookSecret(String(Self.own.dropFirst(6)))?.key == key)
        #expect(WebhookSecret(String(Self.own.dropLast()))?.key == key)
        for text in ["", "whsec_", "whsec_AAEC", "whsec_!!!!", "whsec_" + Data(repeating: 1, count: 65).base64EncodedString()] {
            #expect(WebhookSecret(text) == nil, "\(text)")
        }
        var random = SystemRandomNumberGenerator()
        let made = WebhookSecret(using: &random)
        #expect(made.key.count == 32 && WebhookSecret(made.text) == made)
    }

    @Test("credentials are opened by their endpoint and under the secret that sealed them, by nobody else")
    func seal() throws {
        let owner = CredentialSeal.Owner(tenantID: UUID(), endpointID: UUID())
        let (first, second) = (Secret("the first secret of this test, long enough"), Secret("the second secret of this test, long enough"))
        let before = CredentialSeal(secret: first)
        let sealed = try before.seal(Array("hello".utf8), for: owner)
        #expect(try before.open(sealed, for: owner) == Array("hello".utf8))
        #expect(try CredentialSeal(secret: second, previous: first).open(sealed, for: owner) == Array("hello".utf8))
        #expect(throws: CredentialSealError.self) { try CredentialSeal(secret: second).open(sealed, for: owner) }
        let other = CredentialSeal.Owner(tenantID: owner.tenantID, endpointID: UUID())
        #expect(throws: CredentialSealError.self) { try before.open(sealed, for: other) }
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 1
            #expect(throws: CredentialSealError.self) { try before.open(changed, for: owner) }
        }
        #expect(throws: CredentialSealError.self) { try before.open([], for: owner) }
    }
}
