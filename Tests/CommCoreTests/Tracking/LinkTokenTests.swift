import CommTesting
import Foundation
import Testing

@testable import CommCore

@Suite struct LinkTokenTests {
    private let subject: LinkTokenSubject
    private let issuedAt = Date(timeIntervalSince1970: 1_767_225_600.75)
    private let key: LinkTokenKey
    private let signer: LinkTokenSigner
    private let verifier: LinkTokenVerifier

    init() throws {
        subject = LinkTokenSubject(
            tenantID: try #require(UUID(uuidString: "01890000-0000-7000-8000-000000000001")),
            campaignID: try #require(UUID(uuidString: "01890000-0000-7000-8000-000000000002")),
            contactID: try #require(UUID(uuidString: "01890000-0000-7000-8000-000000000003")),
            messageID: try #require(UUID(uuidString: "01890000-0000-7000-8000-000000000004"))
        )
        key = try LinkTokenKey(id: "k1", secret: Array(0..<32))
        signer = LinkTokenSigner(key: key)
        verifier = LinkTokenVerifier(keys: [key])
    }

    /// A token with other claims or another header under the same key.
    private func token(header: String = #"{"alg":"HS256","kid":"k1","typ":"link+jwt"}"#, claims: String, secret: [UInt8] = Array(0..<32))
        -> String
    {
        var token = Base64URL.encode(Array(header.utf8)) + [UInt8(ascii: ".")] + Base64URL.encode(Array(claims.utf8))
        var state = HMACSHA256State(key: secret)
        state.update(token)
        token.append(UInt8(ascii: "."))
        state.appendCode(to: &token)
        return String(decoding: token, as: UTF8.self)
    }

    private func code(_ token: String, for purpose: LinkTokenPurpose = .click, now: Date? = nil) -> LinkTokenError.Code? {
        do {
            _ = try verifier.verify(token, for: purpose, now: now ?? issuedAt)
            return nil
        } catch {
            return error.code
        }
    }

    private func claims(_ token: String) throws -> String {
        let part = try #require(token.split(separator: ".").dropFirst().first)
        return String(decoding: try #require(Base64URL.decode(part.utf8)), as: UTF8.self)
    }

    @Test func `a click token says who clicked what`() throws {
        let token = try signer.clickToken(for: subject, index: 3, url: "https://e.test/ü?a=\"1\"&b=\\", issuedAt: issuedAt)
        let read = try verifier.verify(token, for: .click, now: issuedAt)
        #expect(read.subject == subject)
        #expect(read.link == LinkToken.Link(index: 3, url: "https://e.test/ü?a=\"1\"&b=\\"))
        #expect(read.issuedAt == Date(timeIntervalSince1970: 1_767_225_600))
        #expect(read.expiresAt == Date(timeIntervalSince1970: 1_767_225_600 + 90 * 86_400))
    }

    @Test func `claims are JSON with the names of the contract`() throws {
        let token = try signer.clickToken(for: subject, index: 0, url: "https://e.test/", issuedAt: issuedAt)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(claims(token).utf8)) as? [String: Any])
        #expect(Set(object.keys) == ["iss", "aud", "t", "tid", "cid", "uid", "mid", "iat", "exp", "idx", "url"])
        #expect(object["aud"] as? String == "click")
        #expect(object["tid"] as? String == "AYkAAAAAcACAAAAAAAAAAQ")
        #expect(try claims(signer.unsubscribeToken(for: subject, issuedAt: issuedAt)).hasSuffix("}"))
    }

    @Test func `the same message always gets the same token`() throws {
        let first = try signer.clickToken(for: subject, index: 1, url: "https://e.test/", issuedAt: issuedAt)
        #expect(try first == signer.clickToken(for: subject, index: 1, url: "https://e.test/", issuedAt: issuedAt))
        #expect(try first != signer.clickToken(for: subject, index: 2, url: "https://e.test/", issuedAt: issuedAt))
    }

    @Test func `an unsubscribe token works for a year`() throws {
        let token = signer.unsubscribeToken(for: subject, issuedAt: issuedAt)
        #expect(code(token, for: .unsubscribe, now: issuedAt.addingTimeInterval(365 * 86_400)) == nil)
        #expect(code(token, for: .unsubscribe, now: issuedAt.addingTimeInterval(365 * 86_400 + 61)) == .expired)
    }

    @Test func `a token of one purpose is refused for another`() throws {
        let tokens: [LinkTokenPurpose: String] = [
            .click: try signer.clickToken(for: subject, index: 0, url: "http://e.test/", issuedAt: issuedAt),
            .unsubscribe: signer.unsubscribeToken(for: subject, issuedAt: issuedAt),
            .open: signer.openToken(for: subject, issuedAt: issuedAt),
        ]
        for (purpose, token) in tokens {
            for other in LinkTokenPurpose.allCases { #expect(code(token, for: other) == (purpose == other ? nil : .wrongAudience)) }
        }
    }

    @Test func `a click token expires after 90 days and a minute`() throws {
        let token = try signer.clickToken(for: subject, index: 0, url: "http://e.test/", issuedAt: issuedAt)
        let end = Date(timeIntervalSince1970: 1_767_225_600 + 90 * 86_400)
        #expect(code(token, now: end.addingTimeInterval(59.9)) == nil)
        #expect(code(token, now: end.addingTimeInterval(60)) == .expired)
    }

    @Test func `a forged or changed token is refused`() throws {
        let good = try signer.clickToken(for: subject, index: 0, url: "https://e.test/", issuedAt: issuedAt)
        let parts = good.split(separator: ".").map(String.init)
        let claims = try claims(good)
        #expect(code(token(claims: claims)) == nil)
        #expect(code(token(claims: claims, secret: Array(1...32))) == .badSignature)
        #expect(code(token(header: #"{"alg":"none"}"#, claims: claims)) == .unsupportedAlgorithm)
        #expect(code(token(header: #"{"alg":"HS512","kid":"k1","typ":"link+jwt"}"#, claims: claims)) == .unsupportedAlgorithm)
        #expect(code(token(header: #"{"alg":"HS256","kid":"k2","typ":"link+jwt"}"#, claims: claims)) == .unknownKey)
        #expect(code(token(header: #"{"alg":"HS256","kid":"k1","typ":"at+jwt"}"#, claims: claims)) == .unknownKey)
        #expect(code(parts[0] + "." + parts[1] + ".") == .badSignature)
        #expect(code(token(claims: claims.replacing("\"comm\"", with: "\"com2\""))) == .wrongAudience)
        #expect(code(token(claims: claims.replacing("\"idx\"", with: "\"iat\""))) == .malformed)
        #expect(code(token(claims: claims.replacing("https://e.test/", with: "javascript:x"))) == .invalidURL)
        #expect(code(token(claims: claims + " x")) == .malformed)
        #expect(code(token(claims: "[]")) == .malformed)
    }

    @Test(arguments: ["", ".", "..", "a.b", "a.b.c.d", "a.b.c", "%%%.%%%.%%%", "eyJ.eyJ.eyJ"])
    func `what is no token is malformed`(text: String) {
        #expect(code(text) == .malformed)
    }

    @Test func `the signature-less token of the standard's example is refused`() {
        let token =
            "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.eyJpc3MiOiJodHRwczovL3N1aXRlLmV4YW1wbGUiLCJzdWIiOiJ1c2VyXzciLCJhdWQiOiJzdWl0ZS1hcGkiLCJpYXQ"
            + "iOjE3NjcyMjU2MDAsIm5iZiI6MTc2NzIyNTYwMCwiZXhwIjoxNzY3MjI2NTAwLCJqdGkiOiJqMSJ9."
        #expect(code(token) == .unsupportedAlgorithm)
    }

    @Test func `every changed byte is noticed`() throws {
        let good = Array(try signer.clickToken(for: subject, index: 0, url: "https://e.test/", issuedAt: issuedAt).utf8)
        for index in good.indices {
            var bad = good
            bad[index] = bad[index] == 65 ? 66 : 65
            #expect(code(String(decoding: bad, as: UTF8.self)) != nil)
        }
    }

    @Test func `a token over 4 KB is refused unread and never made`() {
        #expect(code(String(repeating: "a", count: 4_097)) == .tooLong)
        #expect(throws: LinkTokenError.self) {
            try signer.clickToken(for: subject, index: 0, url: "https://e.test/" + String(repeating: "a", count: 3_000), issuedAt: issuedAt)
        }
    }

    @Test(arguments: [
        "", "e.test", "/x", "//e.test", "javascript:alert(1)", "ftp://e.test", "https://", "https:///x", "http:e.test",
        "https://e.test/a b",
        "https://e.test/\n",
    ])
    func `only web URLs get a token`(url: String) {
        #expect(throws: LinkTokenError.self) { try signer.clickToken(for: subject, index: 0, url: url, issuedAt: issuedAt) }
    }

    @Test func `after a rotation tokens of the old key still work, until it is forgotten`() throws {
        let token = signer.unsubscribeToken(for: subject, issuedAt: issuedAt)
        let fresh = try LinkTokenKey(secret: String(repeating: "s", count: 32))
        let both = LinkTokenVerifier(keys: [fresh, key])
        #expect(try both.verify(token, for: .unsubscribe, now: issuedAt).subject == subject)
        let error = #expect(throws: LinkTokenError.self) {
            try LinkTokenVerifier(keys: [fresh]).verify(token, for: .unsubscribe, now: issuedAt)
        }
        #expect(error?.code == .unknownKey)
    }

    @Test func `weak secrets and odd key names are refused`() {
        #expect(throws: LinkTokenError.self) { try LinkTokenKey(id: "k", secret: Array(repeating: 1, count: 31)) }
        #expect(throws: LinkTokenError.self) { try LinkTokenKey(id: "../k", secret: Array(repeating: 1, count: 32)) }
        #expect(throws: LinkTokenError.self) { try LinkTokenKey(id: "", secret: Array(repeating: 1, count: 32)) }
    }

    @Test(arguments: 1...20) func `any URL and index come back as they went in`(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let characters = Array("abc/?&=%\"\\é語😀'<>{}")
        for _ in 0..<20 {
            let count = Int.random(in: 1...60, using: &random)
            let url = "https://h" + String((0..<count).compactMap { _ in characters.randomElement(using: &random) })
            let index = Int.random(in: 0...200, using: &random)
            let token = try signer.clickToken(for: subject, index: index, url: url, issuedAt: issuedAt)
            #expect(try verifier.verify(token, for: .click, now: issuedAt).link == LinkToken.Link(index: index, url: url))
        }
    }
}
