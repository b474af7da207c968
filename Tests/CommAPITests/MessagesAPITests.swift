import CommTesting
import Foundation
import HTTPTypes
import Postgres
import Testing

@testable import CommCore
@testable import comm_api

@Suite("Messages over HTTP", .database)
struct MessagesAPITests {
    private static let path = "/api/v1/messages"
    private static let reset = #"""
        {"recipient":"Ann@Example.com","message_type":"password_reset","subject":"Hello {{name}}","body":"Code {{code}}",
         "variables":{"name":"Ann","code":381922},"source_type":"shop","source_id":"order-7","metadata":{"order":7},"tags":["b","a"],
         "headers":{"X-Order":"7"}}
        """#

    @Test("a mail is queued in the class of its type, sent once, and leaves the queue")
    func mail() async throws {
        try await withAPI { client in
            let reply = try await client.send(.post, Self.path, Self.reset)
            #expect(reply.status == 202 && reply.string("data.state") == "queued" && reply.string("data.priority") == "P4", "\(reply.text)")
            let id = try reply.id("data.uuid")
            let sender = TestSender()
            try await sender.runTests(client)
            let job = try #require(sender.jobs.first)
            #expect(sender.jobs.count == 1 && job.id == id && job.recipient == "Ann@Example.com")
            #expect(job.subject == "Hello Ann" && job.text.hasPrefix("Code 381922"))
            #expect(job.headers["X-Order"] == "7" && job.headers["List-Unsubscribe"] == nil)
            #expect(job.headers["Auto-Submitted"] == "auto-generated" && job.headers["Precedence"] == nil)
            #expect(try await client.count("message_queue") == 0)
            let row = try #require(
                try await client.database.query("SELECT outcome, gateway, request_id, campaign_id, attempts FROM delivery_events").first
            )
            #expect(try row.get("outcome") as String == "sent" && row.get("gateway") as String == "test")
            #expect(try row.get("request_id") as UUID == reply.id("data.request_id"))
            #expect(try row.get("campaign_id") as UUID? == nil)
        }
    }

    @Test("the type of a message decides about its class, and a wish only makes it less urgent")
    func classes() async throws {
        try await withAPI { client in
            func priority(_ fields: String) async throws -> String? {
                try await client.send(.post, Self.path, #"{"recipient":"a@example.com","subject":"s","body":"b",\#(fields)}"#)
                    .string("data.priority")
            }
            #expect(try await priority(#""message_type":"receipt","priority":"P0""#) == "P4")
            #expect(try await priority(#""message_type":"receipt","priority":"P3""#) == "P3")
            #expect(try await priority(#""message_type":"emergency""#) == "P0")
            #expect(try await priority(#""message_type":"otp","priority":"P4""#) == "P4")
            let set = try await client.send(.put, "/api/v1/message-types/receipt", #"{"priority":"P1"}"#)
            #expect(set.status == 200 && set.string("data.priority") == "P1")
            #expect(try await priority(#""message_type":"receipt""#) == "P1")
            #expect(try await client.send(.get, "/api/v1/message-types").string("data[0].message_type") == "receipt")
            #expect(try await client.send(.delete, "/api/v1/message-types/receipt").status == 200)
            try await client.send(.delete, "/api/v1/message-types/receipt").expectProblem(404)
            #expect(try await priority(#""message_type":"receipt""#) == "P4")
        }
    }

    @Test("a scheduled message waits for its time, and one that is too old is not sent")
    func times() async throws {
        try await withAPI { client in
            let later = ISO8601.string(from: client.time.now.addingTimeInterval(3_600))
            let body = #"{"recipient":"a@example.com","subject":"s","body":"b","send_at":"\#(later)"}"#
            #expect(try await client.send(.post, Self.path, body).string("data.state") == "scheduled")
            let sender = TestSender()
            try await sender.runTests(client)
            #expect(sender.jobs.isEmpty)
            let soon = ISO8601.string(from: client.time.now.addingTimeInterval(60))
            _ = try await client.send(.post, Self.path, #"{"recipient":"b@example.com","subject":"s","body":"b","expires_at":"\#(soon)"}"#)
            client.time.advance(by: 3_601)
            try await sender.runTests(client)
            #expect(sender.jobs.map(\.recipient) == ["a@example.com"])
            #expect(
                try await client.database.query("SELECT reason FROM delivery_events WHERE outcome = 'failed'")[0].get("reason") == "expired"
            )
        }
    }

    @Test(
        "what is wrong with a message is named, and nothing is queued",
        arguments: [
            (#"{"subject":"s","body":"b"}"#, "recipient"), (#"{"recipient":"no","subject":"s","body":"b"}"#, "recipient"),
            (#"{"recipient":"a@example.com","body":"b"}"#, "subject"), (#"{"recipient":"a@example.com","subject":"s"}"#, "body"),
            (#"{"recipient":"a@example.com","subject":"s","body":"b","channel":"fax"}"#, "channel"),
            (#"{"recipient":"a@example.com","subject":"s","body":"b","priority":"P9"}"#, "priority"),
            (#"{"recipient":"a@example.com","subject":"s","body":"b","message_type":"No Type"}"#, "message_type"),
            (#"{"recipient":"a@example.com","subject":"s","body":"b","headers":{"To":"x@example.com"}}"#, "headers.To"),
            (#"{"recipient":"a@example.com","subject":"s","body":"b","headers":{"X-A":"x\r\nBcc: y@example.com"}}"#, "headers.X-A"),
            (#"{"recipient":"a@example.com","subject":"s","body":"b","template":"t"}"#, "subject"),
            (#"{"recipient":"a@example.com","template":"nobody"}"#, "template"),
            (#"{"recipient":"a@example.com","subject":"s","body":"b","attachments":[{"filename":"a","content":"%"}]}"#, "attachments[0]"),
            (#"{"recipient":"a@example.com","subject":"s","body":"b","expires_at":"2001-01-01T00:00:00Z"}"#, "expires_at"),
            (#"{"recipient":"+4915112345678","channel":"sms","body":"b","html":"<p>"}"#, "html"),
            (#"{"recipient":"015112345678","channel":"sms","body":"b"}"#, "recipient"),
            (#"{"recipient":"a@example.com","subject":"s","body":"b","source_id":"1"}"#, "source_type"),
            (#"{"recipient":"a@example.com","subject":"s","body":"b","nonsense":1}"#, "nonsense"),
            (
                #"{"recipient":"a@example.com","subject":"s","body":"b","fallback":[{"channel":"sms","recipient":"1","body":"b"}]}"#,
                "fallback[0].recipient"
            ),
            (#"{"recipient":"a@example.com","subject":"s","body":"b","fallback":[{"recipient":"a@example.com"}]}"#, "fallback[0].channel"),
        ]
    )
    func refusals(body: String, field: String) async throws {
        try await withAPI { client in
            let reply = try await client.send(.post, Self.path, body)
            #expect(reply.status == 400 && reply.string("errors[0].field") == field, "\(reply.text)")
            #expect(try await client.count("message_queue") == 0)
        }
    }

    @Test("a repeated request with the same key queues nothing more")
    func replay() async throws {
        try await withAPI { client in
            let headers: HTTPFields = [.idempotencyKey: "order-7"]
            let first = try await client.send(.post, Self.path, Self.reset, headers: headers)
            let second = try await client.send(.post, Self.path, Self.reset, headers: headers)
            #expect(first.status == 202 && second.status == 202 && first.text == second.text)
            let bulk = #"{"subject":"s","body":"b","recipients":["a@example.com","b@example.com"]}"#
            let third = try await client.send(.post, Self.path + "/bulk", bulk, headers: [.idempotencyKey: "bulk-7"])
            let fourth = try await client.send(.post, Self.path + "/bulk", bulk, headers: [.idempotencyKey: "bulk-7"])
            #expect(third.status == 202 && third.text == fourth.text, "\(third.text)")
            #expect(try await client.count("message_queue") == 3)
        }
    }

    @Test("a bulk request counts who is queued, suppressed and invalid, and says why")
    func bulk() async throws {
        try await withAPI { client in
            _ = try await client.send(.post, "/api/suppressions", #"{"email":"gone@example.com","reason":"bounce"}"#)
            let reply = try await client.send(
                .post,
                Self.path + "/bulk",
                #"""
                {"recipients":[{"recipient":"ann@example.com","variables":{"name":"Ann"}},"nobody","gone@example.com","bob@example.com",
                 "ANN@example.com",{"recipient":"cy@example.com","variables":{"name":"C\"y\\"}}],
                 "message_type":"newsletter","subject":"Hi {{name|you}}","html":"<p>Hi {{name|you}}</p><a href=\"{{unsubscribe_url}}\">x</a>"}
                """#
            )
            #expect(reply.status == 202 && reply.number("data.total") == 6 && reply.number("data.queued") == 3, "\(reply.text)")
            #expect(reply.number("data.suppressed") == 1 && reply.number("data.invalid") == 2 && reply.string("data.priority") == "P2")
            #expect(reply.number("data.reasons.invalid_address") == 1 && reply.number("data.reasons.duplicate") == 1)
            #expect(reply.number("data.refused[0].index") == 1 && reply.string("data.refused[1].reason") == "suppressed: bounce")
            let sender = TestSender()
            try await sender.runTests(client)
            #expect(sender.jobs.map(\.recipient).sorted() == ["ann@example.com", "bob@example.com", "cy@example.com"])
            #expect(Set(sender.jobs.map(\.subject)) == ["Hi Ann", "Hi you", "Hi C\"y\\"])
            #expect(sender.jobs.allSatisfy { $0.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click" })
            #expect(try await client.database.query("SELECT total FROM message_requests")[0].get("total") == 3)
        }
    }

    @Test(
        "a bulk request that is wrong is refused as a whole",
        arguments: [
            (#"{"subject":"s","body":"b"}"#, "recipients"), (#"{"subject":"s","body":"b","recipients":[]}"#, "recipients"),
            (#"{"subject":"s","body":"b","recipients":[5]}"#, "recipients[0]"),
            (#"{"subject":"s","body":"b","recipients":["a@example.com",{"recipient":"b@example.com","x":1}]}"#, "recipients[1].x"),
            (#"{"body":"b","recipients":["a@example.com"]}"#, "subject"),
        ]
    )
    func bulkRefusals(body: String, field: String) async throws {
        try await withAPI { client in
            let reply = try await client.send(.post, Self.path + "/bulk", body)
            #expect(reply.status == 400 && reply.string("errors[0].field") == field, "\(reply.text)")
            #expect(try await client.count("message_queue") == 0)
        }
    }

    @Test("templates are made, chosen by language, changed and deleted; what was queued keeps what it was made of")
    func templates() async throws {
        try await withAPI { client in
            let path = "/api/v1/message-templates"
            func make(_ language: String, _ subject: String) -> String {
                #"{"name":"welcome","language":"\#(language)","subject":"\#(subject) {{name}}","body_text":"{{city|there}}"}"#
            }
            let english = try await client.send(.post, path, make("en", "Welcome"))
            #expect(english.status == 200 && english.text.contains(#""variables":["city","name"]"#), "\(english.text)")
            #expect(try await client.send(.post, path, make("de", "Willkommen")).status == 200)
            try await client.send(.post, path, make("de", "Hallo")).expectProblem(409)
            func send(_ language: String) async throws {
                let body = #"{"recipient":"a@example.com","template":"welcome","language":"\#(language)","variables":{"name":"Ann"}}"#
                #expect(try await client.send(.post, Self.path, body).status == 202)
            }
            for language in ["de", "de-AT", "fr"] { try await send(language) }
            let changed = try await client.send(.patch, "\(path)/\(try english.id())", #"{"subject":"Hello {{name}}"}"#)
            #expect(changed.number("data.version") == 2 && changed.string("data.subject") == "Hello {{name}}")
            try await send("en")
            let sender = TestSender()
            try await sender.runTests(client)
            #expect(sender.jobs.map(\.subject).sorted() == ["Hello Ann", "Welcome Ann", "Willkommen Ann", "Willkommen Ann"])
            #expect(try await client.send(.get, path).text.contains("Willkommen"))
            #expect(try await client.send(.delete, "\(path)/\(try english.id())").status == 200)
            try await client.send(.get, "\(path)/\(try english.id())").expectProblem(404)
            try await client.send(.post, path, #"{"name":"x","channel":"sms","body_html":"<p>x</p>","body_text":"x"}"#).expectProblem(400)
            let stranger = try await client.withNewTenant()
            #expect(try await stranger.send(.get, path).text.contains(#""data":[]"#))
            try await stranger.send(.post, Self.path, #"{"recipient":"a@example.com","template":"welcome"}"#).expectProblem(400)
        }
    }

    @Test("attachments reach the platform, and a sender of another domain is refused where the settings name domains")
    func senders() async throws {
        try await withAPI { client in
            let body = #"""
                {"recipient":"a@example.com","subject":"s","body":"b","from":"shop@shop.test","from_name":"Shop",
                 "attachments":[{"filename":"a.txt","content_type":"text/plain","content":"aGVsbG8="}]}
                """#
            #expect(try await client.send(.post, Self.path, body).status == 202)
            _ = try await client.send(.patch, "/api/settings/sending", #"{"sender_domains":["other.test"]}"#)
            let refused = try await client.send(.post, Self.path, body)
            #expect(refused.status == 400 && refused.string("errors[0].field") == "from")
        }
    }
}
