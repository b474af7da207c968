import CommTesting
import Foundation
import HTTPTypes
import Hummingbird
import Postgres
import Testing

@testable import comm_api

@Suite("Health, metrics and the edges of HTTP", .database)
struct OperationsTests {
    @Test("with every store there it is healthy and ready")
    func healthy() async throws {
        try await withAPI { client in
            let nobody = client.with([:])
            #expect(try await nobody.send(.get, "/api/health").text == #"{"success":true,"data":{"status":"ok","db":true}}"#)
            let ready = try await nobody.send(.get, "/api/ready")
            #expect(ready.status == 200 && ready.string("data.checks.schema") == "ok" && ready.string("data.checks.redis") == "ok")
        }
    }

    @Test("with the database away it lives, is not ready, and says when to come back")
    func databaseAway() async throws {
        try await withAPI(databaseURL: "postgres://postgres@127.0.0.1:1/none") { client in
            #expect(try await client.send(.get, "/api/health").value("data.db") == .bool(false))
            let ready = try await client.send(.get, "/api/ready")
            #expect(ready.status == 503 && ready.string("data.checks.postgres") == "down")
            let headers: HTTPFields = [.internalToken: APIClient.internalToken, .tenantID: UUID().uuidString]
            let lists = try await client.send(.get, "/api/lists", headers: headers)
            lists.expectProblem(503, code: "database_unavailable")
            #expect(lists.headers[.retryAfter] != nil)
            try await client.sendReport("{}").expectProblem(503)
        }
    }

    @Test("a foreign schema is not ready")
    func foreignSchema() async throws {
        _ = try await TestDatabase.current.client.execute("DELETE FROM schema_migrations WHERE version = 1")
        _ = try await TestDatabase.current.client.execute("UPDATE schema_migrations SET version = version + 100")
        try await withAPI { client in
            let ready = try await client.send(.get, "/api/ready")
            #expect(ready.status == 503 && ready.string("data.checks.schema") == "down")
        }
    }

    @Test("unknown routes and methods are told apart")
    func edges() async throws {
        try await withAPI { client in
            try await client.send(.get, "/nowhere").expectProblem(404, code: "route_not_found")
            try await client.send(.post, "/api/lists/x/y/z", "{}").expectProblem(404)
            let trace = try await client.send(.trace, "/api/lists")
            trace.expectProblem(405)
            #expect(trace.headers[.allow] == "DELETE, GET, HEAD, OPTIONS, POST")
            try await client.send(.put, "/api/health").expectProblem(405)
            let options = try await client.send(.options, "/api/health")
            #expect(options.status == 204 && options.headers[.allow] == "GET, HEAD, OPTIONS")
            let strange = try #require(HTTPRequest.Method("BREW"))
            try await client.send(strange, "/api/health").expectProblem(501)
            let head = try await client.send(.head, "/api/health")
            #expect(head.status == 200 && head.bytes.isEmpty)
        }
    }

    @Test("a sane request id is kept, another is replaced")
    func requestID() async throws {
        try await withAPI { client in
            #expect(try await client.send(.get, "/api/health", headers: [.requestID: "abc-1.2:3_x"]).headers[.requestID] == "abc-1.2:3_x")
            for id in ["a b", "<x>", String(repeating: "i", count: 129)] {
                let given = try #require(try await client.send(.get, "/api/health", headers: [.requestID: id]).headers[.requestID])
                #expect(given != id && !given.isEmpty)
            }
        }
    }

    @Test("the metrics are text for Prometheus")
    func metrics() async throws {
        try await withAPI { client in
            let reply = try await client.with([:]).send(.get, "/metrics")
            #expect(reply.status == 200 && reply.headers[.contentType]?.hasPrefix("text/plain; version=0.0.4") == true)
        }
    }
}
