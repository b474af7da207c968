import CommTesting
import Foundation
import HTTPTypes
import Postgres
import Testing

@testable import comm_api

@Suite("Webhook of the platform", .database)
struct WebhookTests {
    private static let report = #"{"type":"delivered","campaign_id":"c6a7f0d2-0000-4000-8000-000000000001"}"#
    private static let blanks = #"{ "type" : "delivered" }"#

    @Test("a signed report is durable when it is answered, byte for byte what was sent")
    func accepted() async throws {
        try await withAPI { client in
            let reply = try await client.sendReport(Self.blanks)
            #expect(reply.status == 200 && reply.text == #"{"success":true}"#)
            let rows = try await client.database.query("SELECT source, payload ->> 'type' AS type FROM event_inbox")
            #expect(try rows.count == 1 && rows[0].get("source") == "motorical" && rows[0].get("type") == "delivered")
        }
    }

    @Test("an array becomes one row for each report")
    func batch() async throws {
        try await withAPI { client in
            let body = "[" + Array(repeating: Self.report, count: 1000).joined(separator: ",") + "]"
            #expect(try await client.sendReport(body).status == 200)
            #expect(try await client.count("event_inbox") == 1000)
            try await client.sendReport("[" + Array(repeating: "{}", count: 1001).joined(separator: ",") + "]").expectProblem(400)
            #expect(try await client.sendReport("[]").status == 200)
        }
    }

    @Test(
        "without the right signature nothing is taken",
        arguments: [nil, "", "00", "zz", "sha256=", String(repeating: "0", count: 64), "sha1=" + String(repeating: "0", count: 40)]
            as [String?]
    )
    func refused(signature: String?) async throws {
        try await withAPI { client in
            var headers: HTTPFields = [:]
            headers[.motoricalSignature] = signature
            try await client.with([:]).send(.post, "/api/webhooks/motorical", Self.report, headers: headers)
                .expectProblem(401, code: "invalid_signature")
            try await client.sendReport(Self.report, secret: "another-secret").expectProblem(401)
            #expect(try await client.count("event_inbox") == 0)
        }
    }

    @Test("the signature may carry its algorithm and be in capitals")
    func spellings() async throws {
        try await withAPI { client in
            // HMAC-SHA256("webhook-secret-of-the-test-suite-0123456789", "{}") by an independent implementation.
            let code = "cc4fdbea801b32e7ce38b8321bbbdf462d48e99b62ef81a39cf73be598cd3400"
            for signature in [code, "sha256=" + code, code.uppercased()] {
                let reply = try await client.with([:])
                    .send(.post, "/api/webhooks/motorical", "{}", headers: [.motoricalSignature: signature])
                #expect(reply.status == 200)
            }
        }
    }

    @Test("a timestamp, if there is one, must be near", arguments: [(-301, 401), (-299, 200), (0, 200), (299, 200), (301, 401)])
    func window(offset: Int, status: Int) async throws {
        try await withAPI { client in
            let seconds = Int(client.time.now.timeIntervalSince1970) + offset
            #expect(try await client.sendReport(Self.report, headers: [.motoricalTimestamp: String(seconds)]).status == status)
            try await client.sendReport(Self.report, headers: [.motoricalTimestamp: "now"]).expectProblem(401, code: "stale_timestamp")
        }
    }

    @Test("what is no report is refused with 400", arguments: ["", "1", "\"x\"", "[1]", "{", #"{"a":"\u0000"}"#, "null"])
    func nonsense(body: String) async throws {
        try await withAPI { client in
            try await client.sendReport(body).expectProblem(400)
            #expect(try await client.count("event_inbox") == 0)
        }
    }
}
