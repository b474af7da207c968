import CommTesting
import Foundation
import HTTPTypes
import Logging
import Postgres
import Testing

@testable import CommCore
@testable import comm_api

@Suite("Controlling the queue over REST", .database)
struct QueueControlAPITests {
    private static let queue = "/api/email-reliability/queue"

    @Test("pauses are listed with whom, why and until when, and end once; what is for everybody is the operator's")
    func pauses() async throws {
        try await withAPI { client in
            let key = try await client.withKey("queue:manage", "messages:read")
            let path = Self.queue + "/pause"
            let paused = try await key.send(.post, path, #"{"scope":"gateway","gateway":"ses","reason":"key rotation"}"#)
            #expect(
                paused.status == 200 && paused.string("data.target") == "ses" && paused.value("data.active") == .bool(true),
                "\(paused.text)"
            )
            #expect(paused.string("data.paused_by")?.hasPrefix("key:") == true)
            for body in [#"{"scope":"all"}"#, #"{"scope":"channel","channel":"sms","everywhere":true}"#] {
                try await key.send(.post, path, body).expectProblem(403, code: "operator_only")
                try await key.send(.post, Self.queue + "/resume", body).expectProblem(403, code: "operator_only")
                #expect(try await client.send(.post, path, body).status == 200)
            }
            let list = try await key.send(.get, Self.queue + "/pauses")
            #expect(list.string("data[0].scope") == "all" && list.string("data[0].paused_by") == "operator", "\(list.text)")
            #expect(list.string("data[2].reason") == "key rotation" && list.value("data[3]") == nil)
            let stranger = try await client.withNewTenant()
            #expect(try await stranger.send(.get, Self.queue + "/pauses").value("data[2]") == nil)
            #expect(try await client.send(.post, Self.queue + "/resume", #"{"scope":"all"}"#).value("data.resumed") == .bool(true))
            let resumed = try await key.send(.post, Self.queue + "/resume", #"{"scope":"gateway","gateway":"ses"}"#)
            #expect(resumed.value("data.resumed") == .bool(true) && resumed.value("data.pause.active") == .bool(false))
            let again = try await key.send(.post, Self.queue + "/resume", #"{"scope":"gateway","gateway":"ses"}"#)
            #expect(again.status == 200 && again.value("data.resumed") == .bool(false) && again.value("data.pause") == .null)
            #expect(try await key.send(.get, Self.queue + "/pauses?ended=true").value("data[2]") != nil)
            let audit = try await client.send(.get, "/api/audit?resource_type=queue_pause")
            #expect(audit.text.contains("created") && audit.text.contains("updated"), "\(audit.text)")
        }
    }

    @Test(
        "every mistake is named",
        arguments: [
            (#"{"scope":"planet"}"#, "scope"), (#"{"scope":"channel"}"#, "channel"), (#"{"scope":"channel","channel":"fax"}"#, "channel"),
            (#"{"scope":"gateway"}"#, "gateway"), (#"{"scope":"campaign"}"#, "campaign_id"), (#"{"channel":"sms"}"#, "channel"),
            (#"{"until":"2020-01-01T00:00:00Z"}"#, "until"), (#"{"everywhere":true}"#, "everywhere"), (#"{"nope":1}"#, "nope"),
        ]
    )
    func mistakes(body: String, field: String) async throws {
        try await withAPI { client in
            try await client.send(.post, Self.queue + "/pause", body).expectProblem(400, field: field)
            #expect(try await [client.count("queue_pauses"), client.count("queue_stops")] == [0, 0])
        }
    }

    @Test("each act needs its scope")
    func scopes() async throws {
        try await withAPI { client in
            let reader = try await client.withKey("messages:read")
            #expect(try await reader.send(.get, Self.queue + "/stats").status == 200)
            for path in ["/pause", "/resume", "/cleanup"] {
                let refused = try await reader.send(.post, Self.queue + path, "{}")
                refused.expectProblem(403, code: "missing_scope")
                #expect(refused.string("required_scope") == "queue:manage")
            }
            let refused = try await reader.send(.post, Self.queue + "/retry-failed", "{}")
            #expect(refused.string("required_scope") == "messages:send")
        }
    }

    @Test("what failed is listed by class and tried again, all of it or one, and the wish can be followed")
    func retries() async throws {
        try await withAPI { client in
            let fixture = try await MessageFixture.make(on: client.database, tenantID: client.tenantID, count: 2, now: client.time.now)
            try await TestSender(answer: .failed(reason: "550 no")).runTests(client)
            let failed = try await client.send(.get, Self.queue + "/failed?class=rejected")
            #expect(
                failed.value("data.messages[1]") != nil && failed.string("data.messages[0].failure_class") == "rejected",
                "\(failed.text)"
            )
            #expect(try await client.send(.get, Self.queue + "/failed?class=expired").value("data.messages[0]") == nil)
            client.time.advance(by: 1)
            let none = try await client.send(.post, Self.queue + "/retry-failed", #"{"classes":["expired"]}"#)
            #expect(none.status == 200 && none.number("data.requested") == 0 && none.value("data.id") == .null)
            let one = try await client.send(.post, Self.queue + "/jobs/\(fixture.ids[0])/retry")
            #expect(one.number("data.requested") == 1, "\(one.text)")
            let all = try await client.send(.post, Self.queue + "/retry-failed", #"{"channel":"email"}"#)
            #expect(all.number("data.requested") == 2 && all.string("message") == "2 messages are tried again")
            let retrier = CampaignRetrier(client: client.database, time: client.time, logger: Logger(label: "test"))
            while try await retrier.step() {}
            let sender = TestSender()
            try await sender.runTests(client)
            #expect(Set(sender.jobs.map(\.id)) == Set(fixture.ids) && sender.jobs.count == 2)
            let wish = try await client.send(.get, Self.queue + "/retries/\(all.id())")
            #expect(wish.value("data.finished_at") != .null && wish.number("data.retried") == 1)
            #expect(try await client.send(.get, Self.queue + "/retries").value("data[1]") != nil)
            let sent = try await client.send(.post, Self.queue + "/jobs/\(fixture.ids[0])/retry")
            sent.expectProblem(409, code: "message_not_failed")
            #expect(sent.string("state") == "sent")
            for (body, field) in [
                (#"{"classes":[]}"#, "classes"), (#"{"classes":["x"]}"#, "classes[0]"), (#"{"channel":"fax"}"#, "channel"),
                (#"{"ids":[]}"#, "ids"),
                (#"{"campaign_id":"\#(UUID())","channel":"sms"}"#, "campaign_id"),
            ] {
                try await client.send(.post, Self.queue + "/retry-failed", body).expectProblem(400, field: field)
            }
            try await client.send(.post, Self.queue + "/retry-failed", #"{"campaign_id":"\#(UUID())"}"#).expectProblem(404)
            try await client.send(.post, Self.queue + "/retry-failed", #"{"request_id":"\#(UUID())"}"#).expectProblem(404)
        }
    }

    @Test("what is over is cleared away")
    func cleanUp() async throws {
        try await withAPI { client in
            let now = client.time.now
            _ = try await MessageFixture.make(
                on: client.database,
                tenantID: client.tenantID,
                count: 2,
                now: now,
                expiresAt: now.addingTimeInterval(1)
            )
            client.time.advance(by: 2)
            let report = try await client.send(.post, Self.queue + "/cleanup", #"{"older_than_days":0}"#)
            #expect(report.number("data.expired_messages") == 2 && report.value("data.more") == .bool(false), "\(report.text)")
            try await client.send(.post, Self.queue + "/cleanup", #"{"older_than_days":-1}"#).expectProblem(400, field: "older_than_days")
        }
    }
}
