import CommTesting
import Foundation
import HTTPTypes
import Testing

@testable import comm_api

@Suite("Rate limits", .database)
struct RateLimitTests {
    private static let limits = ["COMM_RATE_READ_PER_MINUTE": "3", "COMM_RATE_WRITE_PER_MINUTE": "2", "COMM_RATE_EXPORT_PER_MINUTE": "1"]

    @Test("one request too many is told when to come back, and every answer says where the caller stands")
    func limited() async throws {
        try await withAPI(settings: Self.limits) { client in
            let key = try await client.withKey("all")
            for left in [2, 1, 0] {
                let reply = try await key.send(.get, "/api/lists")
                #expect(reply.status == 200)
                #expect(reply.headers[.rateLimitPolicy] == #""read";q=3;w=60"#)
                #expect(reply.headers[.rateLimitNow]?.hasPrefix(#""read";r=\#(left);t="#) == true, "\(reply.headers)")
            }
            let over = try await key.send(.get, "/api/lists")
            over.expectProblem(429, code: "rate_limited")
            let wait = try #require(over.headers[.retryAfter].flatMap { Int($0) })
            #expect((1...20).contains(wait) && over.number("retryAfter") == wait && over.string("rate_class") == "read")
            #expect(over.headers[.rateLimitNow]?.hasPrefix(#""read";r=0;t="#) == true)
        }
    }

    @Test("classes, keys and tenants are counted apart; refused and failed requests count, too")
    func apart() async throws {
        try await withAPI(settings: Self.limits) { client in
            let (first, second) = (try await client.withKey("all"), try await client.withKey("all"))
            for _ in 0..<3 { #expect(try await first.send(.get, "/api/templates/x").status == 400) }
            #expect(try await first.send(.get, "/api/templates").status == 429)
            #expect(try await first.send(.post, "/api/lists", #"{"name":"a"}"#).status == 200)
            #expect(try await first.send(.post, "/api/lists", #"{"name":""}"#).status == 400)
            #expect(try await first.send(.post, "/api/lists", #"{"name":"b"}"#).status == 429)
            #expect(try await first.send(.get, "/api/audit/export").status == 200)
            #expect(try await first.send(.get, "/api/suppressions/export").status == 429)
            #expect(try await second.send(.get, "/api/lists").status == 200)
            #expect(try await client.withNewTenant().send(.get, "/api/lists").status == 200)
        }
    }

    @Test("while Redis is away each process goes on by itself, at a quarter")
    func withoutRedis() async throws {
        try await withAPI(redisURL: "redis://127.0.0.1:1/0", settings: ["COMM_RATE_READ_PER_MINUTE": "8"]) { client in
            let key = try await client.withKey("all")
            for _ in 0..<2 { #expect(try await key.send(.get, "/api/lists").status == 200) }
            #expect(try await key.send(.get, "/api/lists").status == 429)
            client.time.advance(by: 30)
            #expect(try await key.send(.get, "/api/lists").status == 200)
        }
    }

    @Test("0 limits nothing and says nothing")
    func unlimited() async throws {
        try await withAPI(settings: ["COMM_RATE_READ_PER_MINUTE": "0"]) { client in
            let reply = try await client.send(.get, "/api/lists")
            #expect(reply.status == 200 && reply.headers[.rateLimitNow] == nil && reply.headers[.rateLimitPolicy] == nil)
        }
    }
}
