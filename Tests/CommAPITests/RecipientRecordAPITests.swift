import CommTesting
import Foundation
import HTTPTypes
import Testing

@testable import comm_api

@Suite("One recipient over REST", .database)
struct RecipientRecordAPITests {
    @Test("the whole record is shown, with its version as ETag")
    func get() async throws {
        try await withAPI { client in
            let (list, id) = (try await client.makeList("Readers"), try await client.makeContact("a@ex.test"))
            _ = try await client.send(.post, "/api/lists/\(list)/contacts", #"{"contact_ids":["\#(id)"]}"#)
            _ = try await client.send(.post, "/api/suppressions", #"{"email":"a@ex.test"}"#)
            let shown = try await client.send(.get, "/api/recipients/\(id)")
            #expect(shown.status == 200 && shown.string("data.email") == "a@ex.test")
            #expect(shown.string("data.lists[0].name") == "Readers" && shown.string("data.suppression_reason") == "manual")
            #expect(shown.headers[.eTag] == "\"\(shown.number("data.version") ?? 0)\"")
            try await client.send(.get, "/api/recipients/\(UUID())").expectProblem(404)
            try await client.send(.get, "/api/recipients/nobody").expectProblem(400, field: "id")
        }
    }

    @Test("an edit changes what it names, null takes away, and the version moves on")
    func patch() async throws {
        try await withAPI { client in
            let id = try await client.makeContact("a@ex.test")
            let read = try await client.send(.get, "/api/recipients/\(id)")
            let tag = try #require(read.headers[.eTag])
            let edited = try await client.send(
                .patch,
                "/api/recipients/\(id)",
                #"{"name":null,"phone":"+3706","identity_type":"company","attributes":{"city":"Vilnius"},"tags":["b","a","b"],"#
                    + #""language":"lt","consent_given_at":"2026-01-31T08:00:00Z","consent_source":"paper"}"#,
                headers: [.ifMatch: tag]
            )
            #expect(edited.status == 200, "\(edited.text)")
            #expect(edited.value("data.name") == .null && edited.string("data.phone") == "+3706")
            #expect(edited.text.contains(#""tags":["a","b"]"#) && edited.text.contains(#""attributes":{"city":"Vilnius"}"#))
            #expect(edited.string("data.consent_given_at") == "2026-01-31T08:00:00.000Z")
            #expect(edited.headers[.eTag] != tag)
            let second = try #require(edited.headers[.eTag])
            let cleared = try await client.send(
                .patch,
                "/api/recipients/\(id)",
                #"{"attributes":{"city":null}}"#,
                headers: [.ifMatch: second]
            )
            #expect(cleared.text.contains(#""attributes":{}"#) && cleared.string("data.phone") == "+3706")
        }
    }

    @Test("without If-Match an edit is refused, with a version of before as well, and both change nothing")
    func preconditions() async throws {
        try await withAPI { client in
            let id = try await client.makeContact("a@ex.test")
            let path = "/api/recipients/\(id)"
            let tag = try #require(try await client.send(.get, path).headers[.eTag])
            try await client.send(.patch, path, #"{"name":"x"}"#).expectProblem(428, code: "if_match_required")
            // An upsert in between is an edit too.
            _ = try await client.send(.post, "/api/contacts/upsert", #"{"email":"a@ex.test","name":"Dee"}"#)
            let refused = try await client.send(.patch, path, #"{"name":"x"}"#, headers: [.ifMatch: tag])
            refused.expectProblem(412, code: "version_changed")
            let now = try #require(refused.headers[.eTag])
            #expect(try await client.send(.get, path).string("data.name") == "Dee")
            try await client.send(.patch, path, #"{"name":"x"}"#, headers: [.ifMatch: "W/\(now)"]).expectProblem(412)
            #expect(try await client.send(.patch, path, #"{"name":"x"}"#, headers: [.ifMatch: now]).string("data.name") == "x")
            #expect(try await client.send(.patch, path, #"{"name":"y"}"#, headers: [.ifMatch: "*"]).string("data.name") == "y")
        }
    }

    @Test("what cannot be stored is named")
    func invalid() async throws {
        try await withAPI { client in
            let path = "/api/recipients/\(try await client.makeContact())"
            let any: HTTPFields = [.ifMatch: "*"]
            try await client.send(.patch, path, "{}", headers: any).expectProblem(400)
            try await client.send(.patch, path, #"{"identity_type":"dog"}"#, headers: any).expectProblem(400, field: "identity_type")
            try await client.send(.patch, path, #"{"email":"b@ex.test"}"#, headers: any).expectProblem(400, field: "email")
            try await client.send(.patch, path, #"{"tags":[""]}"#, headers: any).expectProblem(400, field: "tags[0]")
            try await client.send(.patch, path, #"{"attributes":{"a b":1}}"#, headers: any).expectProblem(400, field: "attributes")
            try await client.send(.patch, path, #"{"consent_given_at":"soon"}"#, headers: any).expectProblem(400, field: "consent_given_at")
            try await client.send(.patch, "/api/recipients/\(UUID())", #"{"name":"x"}"#, headers: any).expectProblem(404)
        }
    }

    @Test("tags are put and taken, both repeatable")
    func tags() async throws {
        try await withAPI { client in
            let path = "/api/recipients/\(try await client.makeContact())/tags"
            for _ in 0..<2 { #expect(try await client.send(.put, "\(path)/b%20%C5%A1").text.contains(#""tags":["b š"]"#)) }
            let version = try await client.send(.put, "\(path)/a").number("data.version")
            #expect(version == 3)
            #expect(try await client.send(.put, "\(path)/a").number("data.version") == version)
            for _ in 0..<2 { #expect(try await client.send(.delete, "\(path)/a").text.contains(#""tags":["b š"]"#)) }
            try await client.send(.put, "\(path)/a,b").expectProblem(400, field: "tag")
            try await client.send(.put, "/api/recipients/\(UUID())/tags/a").expectProblem(404)
        }
    }
}
