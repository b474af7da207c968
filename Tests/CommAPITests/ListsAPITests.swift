import CommTesting
import Foundation
import HTTPTypes
import Testing

@testable import comm_api

@Suite("Lists over HTTP", .database)
struct ListsAPITests {
    @Test("a list is shown with its size and whether people see it, alone and among all")
    func shown() async throws {
        try await withAPI { client in
            let list = try await client.send(
                .post,
                "/api/lists",
                #"{"name":"Customers","is_public":true,"public_name":"News for customers"}"#
            ).id()
            _ = try await client.send(.post, "/api/lists/\(list)/contacts", #"{"emails":["a@ex.test","b@ex.test"]}"#)
            client.time.advance(by: 1.0)
            let plain = try await client.send(.post, "/api/lists", #"{"name":"Plain"}"#)
            #expect(plain.value("data.is_public") == .bool(false) && plain.value("data.public_name") == .null, "\(plain.text)")
            let one = try await client.send(.get, "/api/lists/\(list)")
            #expect(one.status == 200 && one.number("data.contact_count") == 2)
            #expect(one.value("data.is_public") == .bool(true) && one.string("data.public_name") == "News for customers")
            let all = try await client.send(.get, "/api/lists")
            #expect(all.value("data[1]") == one.value("data"))
            // Who is in the recycle bin is in no list.
            let contact = try await client.makeContact("a@ex.test")
            _ = try await client.send(.post, "/api/recipients/bulk-delete", #"{"recipient_ids":["\#(contact)"]}"#)
            #expect(try await client.send(.get, "/api/lists/\(list)").number("data.contact_count") == 1)
        }
    }

    @Test("what is given is changed, null takes away, and the rest stays")
    func changed() async throws {
        try await withAPI { client in
            let list = try await client.send(.post, "/api/lists", #"{"name":"Old","description":"d","public_name":"p"}"#).id()
            let path = "/api/lists/\(list)"
            let changed = try await client.send(.patch, path, #"{"name":"New","is_public":true}"#)
            #expect(changed.status == 200 && changed.string("data.name") == "New" && changed.string("data.description") == "d")
            #expect(changed.value("data.is_public") == .bool(true) && changed.string("data.public_name") == "p")
            let cleared = try await client.send(.patch, path, #"{"description":null,"public_name":null}"#)
            #expect(cleared.value("data.description") == .null && cleared.value("data.public_name") == .null)
            #expect(cleared.string("data.name") == "New" && cleared.value("data.is_public") == .bool(true))
            #expect(try await client.send(.patch, path, "{}").value("data") == cleared.value("data"))
            let entry = try await client.send(.get, "/api/audit?resource_type=list&action=updated")
            #expect(entry.value("data.entries[1].after.name") == .string("New"), "\(entry.text)")
        }
    }

    @Test(
        "what cannot be is refused, and the field is named",
        arguments: [
            (#"{"name":" "}"#, "name"), (#"{"name":7}"#, "name"), (#"{"name":"a\nb"}"#, "name"), (#"{"is_public":"yes"}"#, "is_public"),
            (#"{"public_name":7}"#, "public_name"), (#"{"description":[]}"#, "description"),
        ]
    )
    func refused(body: String, field: String) async throws {
        try await withAPI { client in
            let list = try await client.makeList()
            try await client.send(.patch, "/api/lists/\(list)", body).expectProblem(400, code: "validation", field: field)
            #expect(try await client.send(.get, "/api/lists/\(list)").string("data.name") == "Customers")
        }
    }

    @Test("a list that is not there, or is somebody else's, is not found")
    func missing() async throws {
        try await withAPI { client in
            let list = try await client.makeList()
            let stranger = try await client.withNewTenant()
            for path in ["/api/lists/\(UUID())", "/api/lists/\(list)"] {
                try await stranger.send(.get, path).expectProblem(404)
                try await stranger.send(.patch, path, #"{"name":"taken over"}"#).expectProblem(404)
            }
            try await client.send(.get, "/api/lists/x").expectProblem(400, field: "id")
            _ = try await client.send(.delete, "/api/lists/\(list)")
            try await client.send(.get, "/api/lists/\(list)").expectProblem(404)
        }
    }
}
