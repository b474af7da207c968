import CommTesting
import Foundation
import HTTPTypes
import Testing

@testable import comm_api

@Suite("Idempotency keys", .database)
struct IdempotencyAPITests {
    private static let key: HTTPFields = [.idempotencyKey: "\"8e03978e-40d5-43dd-bc93-6894a57f9324\""]

    @Test("a repetition gets the stored answer and has no effect")
    func replay() async throws {
        try await withAPI { client in
            let first = try await client.send(.post, "/api/lists", #"{"name":"a"}"#, headers: Self.key)
            let again = try await client.send(.post, "/api/lists", #"{"name":"a"}"#, headers: Self.key)
            #expect(first.status == 200 && again.bytes == first.bytes && again.headers[.contentType] == first.headers[.contentType])
            #expect(first.headers[.idempotencyReplayed] == nil && again.headers[.idempotencyReplayed] == "true")
            #expect(try await client.count("lists") == 1)
        }
    }

    @Test("the same key for another request is refused; for another tenant or route it is another key")
    func scope() async throws {
        try await withAPI { client in
            _ = try await client.send(.post, "/api/lists", #"{"name":"a"}"#, headers: Self.key)
            try await client.send(.post, "/api/lists", #"{"name":"b"}"#, headers: Self.key).expectProblem(
                422,
                code: "idempotency_key_reused"
            )
            #expect(try await client.send(.post, "/api/suppressions", #"{"email":"a@ex.test"}"#, headers: Self.key).status == 200)
            #expect(try await client.withNewTenant().send(.post, "/api/lists", #"{"name":"b"}"#, headers: Self.key).status == 200)
        }
    }

    @Test("a refusal is stored too, and the key lives for a day")
    func refusalAndLifetime() async throws {
        try await withAPI { client in
            let first = try await client.send(.post, "/api/lists", "{}", headers: Self.key)
            let again = try await client.send(.post, "/api/lists", "{}", headers: Self.key)
            #expect(first.status == 400 && again.status == 400 && again.headers[.idempotencyReplayed] == "true")
            client.time.advance(by: 24.0 * 3600 + 1)
            #expect(try await client.send(.post, "/api/lists", #"{"name":"a"}"#, headers: Self.key).status == 200)
        }
    }

    @Test("requests at the same moment run once")
    func concurrent() async throws {
        try await withAPI { client in
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<8 { group.addTask { try await client.send(.post, "/api/lists", #"{"name":"a"}"#, headers: Self.key).status } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.allSatisfy { $0 == 200 || $0 == 409 } && statuses.contains(200), "\(statuses)")
            #expect(try await client.count("lists") == 1)
        }
    }

    @Test("a key of blanks or of endless length is refused", arguments: ["", "\"\"", "a b", String(repeating: "k", count: 256)])
    func badKeys(key: String) async throws {
        try await withAPI { client in
            try await client.send(.post, "/api/lists", #"{"name":"a"}"#, headers: [.idempotencyKey: key])
                .expectProblem(400, field: "Idempotency-Key")
        }
    }
}
