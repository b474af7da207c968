import CommTesting
import Foundation
import HTTPTypes
import Testing

@testable import comm_api

@Suite("Lists, contacts and suppressions", .database)
struct ContactsAPITests {
    @Test("a list is made, shown with its size, and deleted")
    func lists() async throws {
        try await withAPI { client in
            let made = try await client.send(.post, "/api/lists", #"{"name":"Customers","description":"All of them"}"#)
            #expect(made.status == 200 && made.string("data.type") == "user" && made.string("data.description") == "All of them")
            let id = try made.id()
            let added = try await client.send(
                .post,
                "/api/lists/\(id)/contacts",
                #"{"emails":["a@ex.test",{"email":"B@Ex.test","name":"Bee","attributes":{"age":7}}]}"#
            )
            #expect(added.number("data.addedCount") == 2)
            let page = try await client.send(.get, "/api/lists/\(id)/contacts?pageSize=1&q=BEE")
            #expect(page.number("data.total") == 1 && page.string("data.items[0].email") == "B@Ex.test")
            #expect(try await client.send(.get, "/api/lists").number("data[0].contact_count") == 2)
            #expect(try await client.send(.delete, "/api/lists/\(id)").string("message") == "List deleted")
            try await client.send(.delete, "/api/lists/\(id)").expectProblem(404)
            #expect(try await client.send(.get, "/api/lists").text.contains(#""data":[]"#))
        }
    }

    @Test("contacts are added to a list by id, others' ids do not count")
    func addByID() async throws {
        try await withAPI { client in
            let (list, contact) = (try await client.makeList(), try await client.makeContact())
            let reply = try await client.send(.post, "/api/lists/\(list)/contacts", #"{"contact_ids":["\#(contact)","\#(UUID())"]}"#)
            #expect(
                reply.number("data.requestedCount") == 2 && reply.number("data.validCount") == 1 && reply.number("data.addedCount") == 1
            )
            let both = #"{"contact_ids":["\#(contact)"],"emails":["a@ex.test"]}"#
            try await client.send(.post, "/api/lists/\(list)/contacts", both).expectProblem(400, field: "contact_ids")
            try await client.send(.post, "/api/lists/\(list)/contacts", "{}").expectProblem(400)
        }
    }

    @Test("an upsert keeps what it is not given")
    func upsert() async throws {
        try await withAPI { client in
            let first = try await client.send(
                .post,
                "/api/contacts/upsert",
                #"{"email":"C4@Ex.test","name":"Cee","phone":"+37060000000","attributes":{"City":"Vilnius"}}"#
            )
            let second = try await client.send(.post, "/api/contacts/upsert", #"{"email":"c4@ex.TEST","identity_type":"company"}"#)
            #expect(try first.id() == second.id())
            #expect(second.string("data.email") == "C4@Ex.test" && second.string("data.phone") == "+37060000000")
            #expect(second.string("data.identity_type") == "company")
            let shown = try await client.send(.get, "/api/contacts/\(first.id())")
            #expect(shown.string("data.name") == "Cee" && shown.text.contains(#""City":"Vilnius""#))
        }
    }

    @Test("attributes may be lists and objects, and what is wrong in them is named by its path")
    func structuredAttributes() async throws {
        try await withAPI { client in
            let made = try await client.send(
                .post,
                "/api/contacts/upsert",
                #"{"email":"c5@ex.test","attributes":{"orders":[{"itemTitle":"Pen","n":2},"x",null]}}"#
            )
            #expect(made.text.contains(#""orders":[{"itemTitle":"Pen","n":2},"x",null]"#), "\(made.text)")
            let deep = #"{"email":"c6@ex.test","attributes":{"a":[[[[[1]]]]]}}"#
            try await client.send(.post, "/api/contacts/upsert", deep).expectProblem(400, field: "attributes.a[0][0][0][0]")
        }
    }

    @Test("an unsubscribe suppresses at once, can be repeated and taken back")
    func unsubscribe() async throws {
        try await withAPI { client in
            let id = try await client.makeContact("un@ex.test")
            for _ in 0..<2 {
                #expect(try await client.send(.post, "/api/contacts/\(id)/unsubscribe").string("message") == "Contact unsubscribed")
            }
            #expect(try await client.contactStatus(id) == "unsubscribed")
            #expect(try await client.send(.get, "/api/suppressions").string("data.suppressions[0].reason") == "unsubscribe")
            #expect(try await client.count("email_events") == 1)
            let back = try await client.send(.put, "/api/contacts/\(id)/resubscribe")
            #expect(back.string("message") == "Contact resubscribed successfully")
            #expect(try await client.contactStatus(id) == "active")
            #expect(try await client.count("suppressions") == 0)
        }
    }

    @Test("an upsert never takes an opt-out back")
    func optOutStays() async throws {
        try await withAPI { client in
            let id = try await client.makeContact("un@ex.test")
            _ = try await client.send(.post, "/api/contacts/\(id)/unsubscribe")
            #expect(
                try await client.send(.post, "/api/contacts/upsert", #"{"email":"un@ex.test"}"#).string("data.status") == "unsubscribed"
            )
        }
    }

    @Test("suppressions are added, found, paged and removed")
    func suppressions() async throws {
        try await withAPI { client in
            for name in ["ann", "bob", "cid"] {
                let added = try await client.send(.post, "/api/suppressions", #"{"email":"\#(name)@ex.test","note":"by phone"}"#)
                #expect(added.string("message") == "Email added to suppression list")
            }
            let page = try await client.send(.get, "/api/suppressions?page=1&limit=2")
            #expect(page.number("data.pagination.total") == 3 && page.number("data.pagination.totalPages") == 2)
            #expect(page.value("data.pagination.hasNext") == .bool(true) && page.value("data.pagination.hasPrev") == .bool(false))
            let found = try await client.send(.get, "/api/suppressions?search=BOB")
            #expect(found.string("data.suppressions[0].email") == "bob@ex.test" && found.string("data.suppressions[0].source") == "admin")
            let id = try found.id("data.suppressions[0].id")
            #expect(try await client.send(.delete, "/api/suppressions/\(id)").status == 200)
            try await client.send(.delete, "/api/suppressions/\(id)").expectProblem(404)
            try await client.send(.post, "/api/suppressions", #"{"email":"nobody"}"#).expectProblem(400, field: "email")
        }
    }
}
