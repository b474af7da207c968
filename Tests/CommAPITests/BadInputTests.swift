import CommTesting
import Foundation
import HTTPTypes
import Hummingbird
import Testing

@testable import comm_api

@Suite("Bad input changes nothing and is told apart", .database)
struct BadInputTests {
    @Test("broken JSON is refused with its place on every route that takes a body")
    func brokenJSON() async throws {
        try await withAPI { client in
            for route in client.routes where [.post, .put, .patch, .delete].contains(route.method) && route.takesJSON {
                let reply = try await client.send(route.method, route.filled(with: UUID()), #"{"name": "a", }"#)
                reply.expectProblem(400, code: "invalid_json")
                #expect(reply.string("detail")?.contains("line 1, column 15") == true, "\(route): \(reply.text)")
            }
        }
    }

    @Test("unknown fields are refused by name on every route that takes a body")
    func unknownFields() async throws {
        try await withAPI { client in
            for route in client.routes where [.post, .put, .patch, .delete].contains(route.method) && route.takesJSON {
                try await client.send(route.method, route.filled(with: UUID()), #"{"nmae":1}"#).expectProblem(400, field: "nmae")
            }
        }
    }

    @Test("NUL is refused with the field that holds it", arguments: ["name", "description", "type"])
    func nul(field: String) async throws {
        try await withAPI { client in
            try await client.send(.post, "/api/lists", #"{"\#(field)":"a\u0000b"}"#).expectProblem(400, field: field)
            try await client.send(.get, "/api/suppressions?search=a%00b").expectProblem(400, field: "search")
            #expect(try await client.count("lists") == 0)
        }
    }

    @Test("line breaks in what becomes a header are refused")
    func lineBreaks() async throws {
        try await withAPI { client in
            let template = #"{"name":"n","subject":"Hi\r\nBcc: all@ex.test","type":"html","body_html":"<p>x</p>"}"#
            try await client.send(.post, "/api/templates", template).expectProblem(400, field: "subject")
            let campaign = try await client.makeCampaign()
            for field in ["from_name", "from_address"] {
                let value = field == "from_name" ? #"Shop\r\nBcc: x"# : #"a@ex.test\r\nBcc: x"#
                try await client.send(.patch, "/api/campaigns/\(campaign)/settings", #"{"\#(field)":"\#(value)"}"#)
                    .expectProblem(400, field: field)
            }
            try await client.send(.post, "/api/contacts/upsert", #"{"email":"a\r\n@ex.test"}"#).expectProblem(400, field: "email")
        }
    }

    @Test("10 MB of HTML, other media types and wrong shapes")
    func shapes() async throws {
        try await withAPI { client in
            let html = String(repeating: "x", count: 10_000_000)
            try await client.send(.post, "/api/templates", #"{"name":"n","subject":"s","type":"html","body_html":"\#(html)"}"#)
                .expectProblem(413)
            try await client.send(.post, "/api/lists", "name=a", headers: [.contentType: "application/x-www-form-urlencoded"])
                .expectProblem(415)
            try await client.send(.post, "/api/lists", "{}", headers: [.contentType: "application/json; charset=utf-16"]).expectProblem(415)
            try await client.send(.post, "/api/lists", "[]").expectProblem(400)
            try await client.send(.post, "/api/lists", "null").expectProblem(400)
            try await client.send(.post, "/api/lists", body: nil).expectProblem(400, field: "name")
            try await client.send(.get, "/api/lists/not-a-uuid/contacts").expectProblem(400, field: "id")
            try await client.send(.get, "/api/templates?limit=0").expectProblem(400, field: "limit")
            try await client.send(.get, "/api/templates?cursor=x").expectProblem(400, field: "cursor")
            #expect(try await client.count("templates") == 0)
            #expect(try await client.count("lists") == 0)
        }
    }

    @Test("a client that goes wild gets no answer of ours with SQL or a stack in it")
    func wild() async throws {
        try await withAPI { client in
            let payloads = [
                "'; DROP TABLE lists; --", "\u{202E}txt", "%s%n", "${jndi:ldap://x}", String(repeating: "é", count: 70_000), "\u{FFFF}",
            ]
            for payload in payloads {
                let body = String(decoding: try WireEncoder.encode(JSONValue.object(["name": .string(payload)])), as: UTF8.self)
                let reply = try await client.send(.post, "/api/lists", body)
                #expect(reply.status < 500, "\(reply.text.prefix(300))")
                for word in ["SELECT", "INSERT", "pg_", "sqlState", ".swift"] where reply.status != 200 {
                    #expect(!reply.text.contains(word))
                }
            }
        }
    }
}
