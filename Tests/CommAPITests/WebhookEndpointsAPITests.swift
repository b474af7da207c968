import CommTesting
import Foundation
import HTTPTypes
import Postgres
import Testing

@testable import CommCore
@testable import comm_api

@Suite("Webhook endpoints over HTTP", .database)
struct WebhookEndpointsAPITests {
    private static let path = "/api/webhooks/endpoints"
    private static let body = #"{"url":"https://hooks.example.com/in","event_types":["message.bounced","clicked"]}"#

    @Test("an endpoint is made, shown without its secret, changed, and deleted")
    func life() async throws {
        try await withAPI { client in
            let made = try await client.send(
                .post,
                Self.path,
                #"""
                {"url":"https://Hooks.example.com/in","event_types":["message.*"],"description":"CRM","headers":{"X-Api-Key":"very-secret"},
                 "max_per_second":10,"channels":["email"]}
                """#
            )
            #expect(made.status == 200 && made.string("data.url") == "https://hooks.example.com/in", "\(made.text)")
            #expect(made.string("data.secret")?.hasPrefix("whsec_") == true && made.headers[.cacheControl] == "no-store")
            #expect(made.value("data.headers") == .array([.string("X-Api-Key")]) && made.string("data.ordering") == "endpoint")
            let id = try made.id()
            let shown = try await client.send(.get, "\(Self.path)/\(id)")
            #expect(shown.status == 200 && shown.value("data.secret") == nil && !shown.text.contains("very-secret"))
            #expect(shown.number("data.state.behind") == 0 && shown.value("data.disabled_reason") == .null)
            let changed = try await client.send(
                .patch,
                "\(Self.path)/\(id)",
                #"{"description":null,"max_per_second":null,"enabled":false,"ordering":"message","headers":{}}"#
            )
            #expect(changed.value("data.description") == .null && changed.value("data.max_per_second") == .null)
            #expect(changed.value("data.enabled") == .bool(false) && changed.string("data.disabled_reason") == "by_owner")
            #expect(changed.value("data.headers") == .array([]) && changed.value("data.channels") == .array([.string("email")]))
            let enabled = try await client.send(.patch, "\(Self.path)/\(id)", #"{"enabled":true,"skip_missed":true}"#)
            #expect(enabled.value("data.enabled") == .bool(true) && enabled.value("data.disabled_at") == .null)
            #expect(try await client.send(.get, Self.path).id("data[0].id") == id)
            let log = try await client.send(.get, "/api/audit?resource_id=\(id)")
            #expect(log.text.contains("webhook_endpoint") && !log.text.contains("very-secret") && !log.text.contains("whsec_"))
            #expect(try await client.send(.delete, "\(Self.path)/\(id)").status == 200)
            try await client.send(.get, "\(Self.path)/\(id)").expectProblem(404)
            #expect(try await client.count("webhook_credentials") == 0)
        }
    }

    @Test("secrets are not in the database as they are, and rotating gives another one")
    func secrets() async throws {
        try await withAPI { client in
            let made = try await client.send(.post, Self.path, Self.body)
            let (id, first) = (try made.id(), try #require(made.string("data.secret")))
            let key = try #require(WebhookSecret(first)).key
            let stored: [UInt8] = try await client.database.query("SELECT sealed FROM webhook_credentials")[0].get("sealed")
            #expect(!Data(stored).contains(Data(key)))
            client.time.advance(by: 60)
            let rotated = try await client.send(.post, "\(Self.path)/\(id)/rotate-secret")
            let second = try #require(rotated.string("data.secret"))
            #expect(
                rotated.status == 200 && second != first
                    && rotated.string("data.secret_changed_at") != made.string("data.secret_changed_at")
            )
            let own = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
            #expect(try await client.send(.post, "\(Self.path)/\(id)/rotate-secret", #"{"secret":"\#(own)"}"#).string("data.secret") == own)
            try await client.send(.post, "\(Self.path)/\(id)/rotate-secret", #"{"secret":"short"}"#).expectProblem(400, field: "secret")
            #expect(try await client.count("webhook_credentials WHERE expires_at IS NULL") == 1)
            #expect(try await client.count("webhook_credentials") == 3)
        }
    }

    @Test(
        "what is wrong is named",
        arguments: [
            (#"{"event_types":["*"]}"#, "url"), (#"{"url":"https://hooks.example.com/"}"#, "event_types"),
            (#"{"url":"http://hooks.example.com/","event_types":["*"]}"#, "url"),
            (#"{"url":"https://10.0.0.1/","event_types":["*"]}"#, "url"),
            (#"{"url":"https://localhost/","event_types":["*"]}"#, "url"),
            (#"{"url":"https://hooks.example.com:25/","event_types":["*"]}"#, "url"),
            (#"{"url":"https://hooks.example.com/","event_types":["message.exploded"]}"#, "event_types[0]"),
            (#"{"url":"https://hooks.example.com/","event_types":[]}"#, "event_types"),
            (#"{"url":"https://hooks.example.com/","event_types":["*"],"channels":["fax"]}"#, "channels"),
            (#"{"url":"https://hooks.example.com/","event_types":["*"],"campaign_ids":[]}"#, "campaign_ids"),
            (#"{"url":"https://hooks.example.com/","event_types":["*"],"ordering":"none"}"#, "ordering"),
            (#"{"url":"https://hooks.example.com/","event_types":["*"],"max_concurrency":0}"#, "max_concurrency"),
            (#"{"url":"https://hooks.example.com/","event_types":["*"],"max_per_second":0}"#, "max_per_second"),
            (#"{"url":"https://hooks.example.com/","event_types":["*"],"headers":{"Host":"x"}}"#, "headers.Host"),
            (#"{"url":"https://hooks.example.com/","event_types":["*"],"headers":{"webhook-id":"x"}}"#, "headers.webhook-id"),
            (#"{"url":"https://hooks.example.com/","event_types":["*"],"headers":{"X-A":"a\r\nb"}}"#, "headers.X-A"),
            (#"{"url":"https://hooks.example.com/","event_types":["*"],"secret":"whsec_x"}"#, "secret"),
            (#"{"url":"https://hooks.example.com/","event_types":["*"],"nmae":1}"#, "nmae"),
        ]
    )
    func invalid(body: String, field: String) async throws {
        try await withAPI { client in
            try await client.send(.post, Self.path, body).expectProblem(400, field: field)
            #expect(try await client.count("webhook_endpoints") == 0)
        }
    }

    @Test("a tenant has fifty endpoints at most")
    func tooMany() async throws {
        try await withAPI { client in
            for _ in 0..<WebhookEndpointRepository.most { #expect(try await client.send(.post, Self.path, Self.body).status == 200) }
            try await client.send(.post, Self.path, Self.body).expectProblem(409, code: "too_many_endpoints")
        }
    }

    @Test("a test that comm-stats has sent is answered with what came of it; one that waits says where to look")
    func test() async throws {
        try await withAPI { client in
            let id = try await client.send(.post, Self.path, Self.body).id()
            let path = "\(Self.path)/\(id)/test"
            let queued = try await client.send(.post, path, #"{"wait":false,"event_type":"message.bounced"}"#)
            #expect(queued.status == 202)
            let location = try #require(queued.headers[.location])
            #expect(try await client.send(.get, location).value("data.attempts") == .array([]))
            try await client.send(.post, path, #"{"event_type":"*"}"#).expectProblem(400, field: "event_type")
            try await client.send(.post, path, #"{"event_type":"message.x"}"#).expectProblem(400, field: "event_type")
            async let answer = client.send(.post, path, "{}", headers: [.idempotencyKey: "k1"])
            let log: @Sendable () async throws -> Int = {
                // Stands in for comm-stats.
                try await client.database.execute(
                    """
                    WITH sent AS (DELETE FROM webhook_pending RETURNING *)
                    INSERT INTO webhook_attempts (tenant_id, id, at, endpoint_id, event_id, event_type, kind, attempt, outcome, status,
                                                  latency_ms)
                    SELECT tenant_id, gen_random_uuid(), \(client.time.now), endpoint_id, event_id, event_type, kind, 1, 'delivered', 204, 12
                    FROM sent WHERE event_type = 'delivered'
                    """
                )
            }
            try await waitUntil("the test to be asked for") { try await log() > 0 }
            let reply = try await answer
            #expect(
                reply.status == 200 && reply.string("data.outcome") == "delivered" && reply.number("data.status") == 204,
                "\(reply.text)"
            )
            #expect(reply.string("data.event_type") == "message.delivered" && reply.string("data.kind") == "test")
            let again = try await client.send(.post, path, "{}", headers: [.idempotencyKey: "k1"])
            #expect(again.text == reply.text && again.headers[.idempotencyReplayed] == "true")
            #expect(try await client.count("webhook_pending") == 0)
        }
    }

    @Test("a replay is asked for once at a time and listed; one event again only when there is such an event")
    func replay() async throws {
        try await withAPI { client in
            let id = try await client.send(.post, Self.path, Self.body).id()
            let from = ISO8601.string(from: client.time.now.addingTimeInterval(-3_600))
            let path = "\(Self.path)/\(id)"
            let reply = try await client.send(.post, "\(path)/replay", #"{"from":"\#(from)","failed_only":true}"#)
            #expect(reply.status == 202 && reply.value("data.failed_only") == .bool(true) && reply.value("data.finished_at") == .null)
            try await client.send(.post, "\(path)/replay", #"{"from":"\#(from)"}"#).expectProblem(409, code: "replay_running")
            #expect(try await client.send(.get, "\(path)/replays").id("data[0].id") == reply.id())
            try await client.send(.post, "\(path)/replay", "{}").expectProblem(400, field: "from")
            try await client.send(.post, "\(path)/replay", #"{"from":"\#(from)","event_types":["x"]}"#).expectProblem(
                400,
                field: "event_types[0]"
            )
            try await client.send(.post, "\(path)/replay", #"{"from":"2999-01-01T00:00:00Z"}"#).expectProblem(400, field: "from")
            try await client.send(.post, "\(path)/resend", "{}").expectProblem(400, field: "event_id")
            try await client.send(.post, "\(path)/resend", #"{"event_id":"\#(UUID())"}"#).expectProblem(404)
            let contact = try await client.makeContact()
            _ = try await client.send(.post, "/api/contacts/\(contact)/unsubscribe")
            let event: UUID = try await client.database.query("SELECT id FROM email_events")[0].get("id")
            #expect(try await client.send(.post, "\(path)/resend", #"{"event_id":"\#(event)"}"#).status == 202)
            #expect(try await client.count("webhook_pending WHERE kind = 'resend' AND event_type = 'unsubscribed'") == 1)
            #expect(try await client.count("event_feed WHERE type = 'unsubscribed'") == 1)
        }
    }

    @Test("the log is paged and filtered, and statistics are counted by hour")
    func log() async throws {
        try await withAPI { client in
            let id = try await client.send(.post, Self.path, Self.body).id()
            try await client.database.execute(
                """
                INSERT INTO webhook_attempts (tenant_id, id, at, endpoint_id, event_id, event_type, kind, attempt, outcome, status,
                                              latency_ms, error, response)
                SELECT \(client.tenantID), gen_random_uuid(), \(client.time.now)::timestamptz - n * interval '1 second', \(id),
                       gen_random_uuid(), 'bounced', 'live', 1, CASE WHEN n = 3 THEN 'failed' ELSE 'delivered' END, 200 + n, 10 * n, NULL, 'ok'
                FROM generate_series(1, 5) AS n
                """
            )
            try await client.database.execute(
                """
                INSERT INTO webhook_hours (tenant_id, endpoint_id, hour, delivered, failed, given_up, latency_ms, slowest_ms)
                VALUES (\(client.tenantID), \(id), date_trunc('hour', \(client.time.now)::timestamptz), 4, 1, 0, 150, 50)
                """
            )
            let first = try await client.send(.get, "\(Self.path)/\(id)/attempts?limit=2")
            #expect(first.number("data.attempts[0].status") == 201 && first.number("data.attempts[1].status") == 202)
            #expect(first.string("data.attempts[0].event_type") == "message.bounced")
            let cursor = try #require(first.string("data.next_cursor"))
            let second = try await client.send(.get, "\(Self.path)/\(id)/attempts?limit=9&cursor=\(cursor)")
            #expect(second.number("data.attempts[0].status") == 203 && second.value("data.next_cursor") == .null)
            #expect(try await client.send(.get, "\(Self.path)/\(id)/attempts?outcome=failed").number("data.attempts[0].latency_ms") == 30)
            for query in ["outcome=x", "limit=0", "cursor=x", "event_id=x"] {
                try await client.send(.get, "\(Self.path)/\(id)/attempts?\(query)").expectProblem(400)
            }
            let stats = try await client.send(.get, "\(Self.path)/\(id)/stats")
            #expect(stats.number("data.total.delivered") == 4 && stats.number("data.total.mean_latency_ms") == 30, "\(stats.text)")
            #expect(stats.number("data.hours[0].counts.failed") == 1 && stats.number("data.pending") == 0)
            try await client.send(.get, "\(Self.path)/\(id)/stats?hours=0").expectProblem(400, field: "hours")
            let types = try await client.send(.get, "/api/webhooks/event-types")
            #expect(types.string("data[0].name") == "message.queued" && types.string("data[2].name") == "message.sent")
        }
    }
}
