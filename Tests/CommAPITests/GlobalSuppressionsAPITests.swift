import CommTesting
import Foundation
import HTTPTypes
import Testing

@testable import comm_api

@Suite("The operator's suppressions over HTTP", .database)
struct GlobalSuppressionsAPITests {
    private let path = "/api/v1/suppressions/global"

    @Test("the operator adds, lists and removes; tenants are told that an address is held, and nothing else")
    func flow() async throws {
        try await withAPI { client in
            let platform = client.with([.internalToken: APIClient.internalToken])
            let trap = try await platform.send(.post, path, #"{"email":"Trap@example.net","reason":"spam_trap","note":"list 7"}"#)
            #expect(
                trap.status == 200 && trap.string("data.address") == "Trap@example.net" && trap.value("data.domain") == .null,
                "\(trap.text)"
            )
            let domain = try await platform.send(.post, path, #"{"domain":"Example.org"}"#)
            #expect(domain.string("data.domain") == "example.org" && domain.string("data.reason") == "manual")
            let found = try await platform.send(.get, path + "?search=EXAMPLE.org")
            #expect(found.string("data.suppressions.0.domain") == "example.org" && found.value("data.next_cursor") == .null)
            let first = try await platform.send(.get, path + "?limit=1")
            let cursor = try #require(first.string("data.next_cursor"))
            let second = try await platform.send(.get, path + "?limit=1&cursor=\(cursor)")
            let ids = [first, second].map { $0.string("data.suppressions.0.id") }
            #expect(Set(ids) == [trap.string("data.id"), domain.string("data.id")])

            let check = "/api/email-reliability/suppression/check?address="
            for address in ["trap@example.net", "ann@example.org"] {
                let found = try await client.send(.get, check + address)
                #expect(found.value("data.globally_suppressed") == .bool(true) && found.value("data.suppressed") == .bool(true))
                #expect(found.value("data.entries.0") == nil && !found.text.contains("list 7"), "\(found.text)")
            }
            let refused = try await client.send(
                .post,
                "/api/v1/messages/bulk",
                #"{"subject":"S","body":"T","recipients":[{"recipient":"trap@example.net"},{"recipient":"bob@example.com"}]}"#
            )
            #expect(refused.number("data.queued") == 1 && refused.number("data.suppressed") == 1, "\(refused.text)")

            let id = try #require(trap.string("data.id"))
            #expect(try await platform.send(.delete, "\(path)/\(id)").status == 200)
            try await platform.send(.delete, "\(path)/\(id)").expectProblem(404)
            try await platform.send(.delete, "\(path)/none").expectProblem(404)
            #expect(try await client.send(.get, check + "trap@example.net").value("data.globally_suppressed") == .bool(false))
        }
    }

    @Test("wrong fields are named")
    func refused() async throws {
        try await withAPI { client in
            let platform = client.with([.internalToken: APIClient.internalToken])
            for (body, field) in [
                ("{}", "email"), (#"{"email":"x"}"#, "email"), (#"{"email":"a@b.test","scope":"all"}"#, "scope"),
                (#"{"email":"a@b.test","expires_at":"2000-01-01T00:00:00Z"}"#, "expires_at"),
                (#"{"channel":"fax","address":"1"}"#, "channel"),
            ] {
                try await platform.send(.post, path, body).expectProblem(400, field: field)
            }
            try await platform.send(.get, path + "?limit=0").expectProblem(400, field: "limit")
        }
    }

    @Test("a tenant's key does not reach the list")
    func guarded() async throws {
        try await withAPI { client in
            let key = try await client.withKey("all")
            try await key.send(.get, path).expectProblem(401)
            try await key.send(.post, path, #"{"email":"a@b.test"}"#).expectProblem(401)
            try await key.send(.delete, "\(path)/\(UUID())").expectProblem(401)
            try await client.with([:]).send(.get, path).expectProblem(401)
        }
    }
}
