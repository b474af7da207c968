import CommTesting
import Foundation
import HTTPTypes
import Testing

@testable import comm_api

@Suite("Who may call", .database)
struct AuthenticationTests {
    @Test("without a proof nobody gets in, and the answer says what is missing")
    func noProof() async throws {
        try await withAPI { client in
            let nobody = client.with([:])
            try await nobody.send(.get, "/api/lists").expectProblem(401)
            let claimed = try await nobody.send(.get, "/api/lists", headers: [.tenantID: client.tenantID.uuidString])
            claimed.expectProblem(401)
            #expect(claimed.string("detail")?.contains("X-Internal-Token") == true)
            #expect(claimed.headers[.wwwAuthenticate]?.hasPrefix("Bearer") == true)
            for key in ["", "Bearer", "Bearer x", "Basic Zm9vOmJhcg==", "Bearer cb_AAAA_BBBB"] {
                try await nobody.send(.get, "/api/lists", headers: [.authorization: key]).expectProblem(401)
            }
        }
    }

    @Test("the internal token needs an existing, active tenant")
    func platform() async throws {
        try await withAPI { client in
            let platform = client.with([.internalToken: APIClient.internalToken])
            try await platform.send(.get, "/api/lists").expectProblem(400, field: "X-Tenant-Id")
            try await platform.send(.get, "/api/lists", headers: [.tenantID: "no-uuid"]).expectProblem(400, field: "X-Tenant-Id")
            let unknown = try await platform.send(.get, "/api/lists", headers: [.tenantID: UUID().uuidString])
            unknown.expectProblem(403)
            #expect(unknown.string("error") == "Tenant not provisioned")
            try await client.with([.internalToken: APIClient.internalToken + "x", .tenantID: client.tenantID.uuidString])
                .send(.get, "/api/lists").expectProblem(401)
            #expect(try await client.send(.get, "/api/lists").status == 200)
        }
    }

    @Test("a key opens its own tenant only, and only what its scopes allow")
    func scopes() async throws {
        try await withAPI { client in
            let reader = try await client.withKey("contacts:read")
            #expect(try await reader.send(.get, "/api/lists").status == 200)
            let refused = try await reader.send(.post, "/api/lists", #"{"name":"x"}"#)
            refused.expectProblem(403, code: "missing_scope")
            #expect(refused.string("required_scope") == "contacts:write")
            #expect(refused.string("detail")?.contains("contacts:write") == true)
            try await reader.send(.get, "/api/lists", headers: [.tenantID: UUID().uuidString]).expectProblem(403, code: "tenant_mismatch")
            #expect(try await reader.send(.get, "/api/lists", headers: [.tenantID: client.tenantID.uuidString]).status == 200)
        }
    }

    @Test("a key is shown once, listed without its text, and dead when it is revoked")
    func keyLife() async throws {
        try await withAPI { client in
            let made = try await client.send(.post, "/api/keys", #"{"name":"shop","scopes":["contacts:read"]}"#)
            let text = try #require(made.string("data.key"))
            let holder = client.with([.authorization: "Bearer \(text)"])
            #expect(try await holder.send(.get, "/api/lists").status == 200)
            let listed = try await client.send(.get, "/api/keys")
            #expect(listed.string("data[0].name") == "shop" && !listed.text.contains(text))
            #expect(try await client.send(.delete, "/api/keys/\(made.id())").status == 200)
            let dead = try await holder.send(.get, "/api/lists")
            dead.expectProblem(401)
            #expect(dead.string("detail") == "The API key has been revoked")
        }
    }

    @Test("a key cannot give what it does not have")
    func escalation() async throws {
        try await withAPI { client in
            let manager = try await client.withKey("keys:manage")
            try await manager.send(.post, "/api/keys", #"{"name":"x","scopes":["all"]}"#).expectProblem(400, field: "scopes[0]")
            try await manager.send(.post, "/api/keys", #"{"name":"x","scopes":["nonsense"]}"#).expectProblem(400, field: "scopes[0]")
            #expect(try await manager.send(.post, "/api/keys", #"{"name":"x","scopes":["keys:manage"]}"#).status == 200)
        }
    }

    @Test("an expired key is refused")
    func expiry() async throws {
        try await withAPI { client in
            let end = ISO8601Format.string(client.time.now.addingTimeInterval(60))
            let made = try await client.send(.post, "/api/keys", #"{"name":"x","scopes":["all"],"expires_at":"\#(end)"}"#)
            let holder = client.with([.authorization: "Bearer \(made.string("data.key") ?? "")"])
            #expect(try await holder.send(.get, "/api/lists").status == 200)
            client.time.advance(by: 61.0)
            try await holder.send(.get, "/api/lists").expectProblem(401)
        }
    }
}

private enum ISO8601Format {
    static func string(_ date: Date) -> String { date.formatted(.iso8601) }
}
