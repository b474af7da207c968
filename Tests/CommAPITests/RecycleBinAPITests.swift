import CommTesting
import Foundation
import HTTPTypes
import Testing

@testable import comm_api

@Suite("The contract's bulk routes and the recycle bin", .database)
struct RecycleBinAPITests {
    private static func body(_ ids: [UUID], _ more: String = "") -> String {
        #"{"recipient_ids":[\#(ids.map { "\"\($0.uuidString.lowercased())\"" }.joined(separator: ","))]\#(more)}"#
    }

    @Test("bulk-delete, deleted, restore, in the contract's shapes")
    func deleteAndRestore() async throws {
        try await withAPI { client in
            let ids = [try await client.makeContact("a@ex.test"), try await client.makeContact("b@ex.test")]
            _ = try await client.send(.post, "/api/contacts/\(ids[0])/unsubscribe")
            let deleted = try await client.send(.post, "/api/recipients/bulk-delete", Self.body(ids + [UUID()]))
            #expect(deleted.status == 200 && deleted.number("data.deleted_count") == 2 && deleted.string("data.reason") == "bulk_delete")
            let addresses = (0..<2).map { deleted.string("data.deleted_recipients[\($0)].email") }
            #expect(Set(addresses) == ["a@ex.test", "b@ex.test"])
            #expect(deleted.string("data.deleted_recipients[1].name") == "Cee")
            for path in ["/api/contacts/\(ids[0])", "/api/recipients/\(ids[0])"] {
                try await client.send(.get, path).expectProblem(404)
            }
            let newer = try await client.send(.get, "/api/recipients/deleted")
            #expect(newer.string("data[0].email_domain") == "ex.test" && newer.number("pagination.total") == 2)
            #expect(newer.string("data[1].contact_status") == "unsubscribed" || newer.string("data[0].contact_status") == "unsubscribed")
            let older = try await client.send(.get, "/api/recipients/deleted?limit=1&offset=1")
            #expect(older.number("data.pagination.total") == 2 && older.value("data.pagination.has_more") == .bool(false))
            #expect(older.string("data.recipients[0].id") == newer.string("data[1].id"))
            let restored = try await client.send(.post, "/api/recipients/restore", Self.body(ids))
            #expect(restored.number("data.restored_count") == 2 && restored.string("data.restored_recipients[1].name") == "Cee")
            #expect(try await client.contactStatus(ids[0]) == "unsubscribed")
            #expect(try await client.contactStatus(ids[1]) == "active")
        }
    }

    @Test("the bin is paged by cursor")
    func paging() async throws {
        try await withAPI { client in
            var ids: [UUID] = []
            for number in 0..<5 { ids.append(try await client.makeContact("p\(number)@ex.test")) }
            _ = try await client.send(.post, "/api/recipients/bulk-delete", Self.body(ids))
            var seen: [String] = []
            var path = "/api/recipients/deleted?limit=2"
            for _ in 0..<3 {
                let page = try await client.send(.get, path)
                for index in 0..<2 { if let id = page.string("data[\(index)].id") { seen.append(id) } }
                guard let cursor = page.string("pagination.next_cursor") else { break }
                path = "/api/recipients/deleted?limit=2&cursor=\(cursor)"
            }
            #expect(seen.count == 5 && Set(seen) == Set(ids.map { $0.uuidString.lowercased() }))
            try await client.send(.get, "/api/recipients/deleted?cursor=x").expectProblem(400, field: "cursor")
            try await client.send(.get, "/api/recipients/deleted?limit=0").expectProblem(400, field: "limit")
        }
    }

    @Test("bulk-move counts new memberships, and checks both lists")
    func move() async throws {
        try await withAPI { client in
            let (from, to) = (try await client.makeList("From"), try await client.makeList("To"))
            let ids = [try await client.makeContact("a@ex.test"), try await client.makeContact("b@ex.test")]
            for list in [from, to] {
                let some = list == to ? [ids[0]] : ids
                let contacts = some.map { "\"\($0)\"" }.joined(separator: ",")
                _ = try await client.send(.post, "/api/lists/\(list)/contacts", #"{"contact_ids":[\#(contacts)]}"#)
            }
            let moved = try await client.send(
                .post,
                "/api/recipients/bulk-move",
                Self.body(ids, #","from_list_id":"\#(from)","to_list_id":"\#(to)""#)
            )
            #expect(moved.number("data.moved_count") == 1 && moved.string("data.to_list_id") == to.uuidString.lowercased())
            #expect(try await client.send(.get, "/api/lists/\(from)/contacts").number("data.total") == 0)
            #expect(try await client.send(.get, "/api/lists/\(to)/contacts").number("data.total") == 2)
            let copied = try await client.send(.post, "/api/recipients/bulk-move", Self.body(ids, #","to_list_id":"\#(from)""#))
            #expect(copied.number("data.moved_count") == 2 && copied.value("data.from_list_id") == .null)
            try await client.send(.post, "/api/recipients/bulk-move", Self.body(ids)).expectProblem(400, field: "to_list_id")
            let unknown = try await client.send(.post, "/api/recipients/bulk-move", Self.body(ids, #","to_list_id":"\#(UUID())""#))
            unknown.expectProblem(404)
            #expect(unknown.string("error") == "Target list not found")
            let foreign = try await client.withNewTenant().makeList()
            let refused = Self.body(ids, #","from_list_id":"\#(foreign)","to_list_id":"\#(to)""#)
            try await client.send(.post, "/api/recipients/bulk-move", refused).expectProblem(404, field: "from_list_id")
        }
    }

    @Test("a missing array is refused in the contract's words", arguments: ["bulk-delete", "restore"])
    func missing(route: String) async throws {
        try await withAPI { client in
            for body in ["{}", #"{"recipient_ids":[]}"#] {
                let refused = try await client.send(.post, "/api/recipients/\(route)", body)
                refused.expectProblem(400, field: "recipient_ids")
                #expect(refused.string("error") == "recipient_ids array is required")
            }
            try await client.send(.post, "/api/recipients/\(route)", #"{"recipient_ids":"x"}"#).expectProblem(400, field: "recipient_ids")
        }
    }

    @Test("one is restored, or removed for good; its suppression stays, events no longer name it")
    func single() async throws {
        try await withAPI { client in
            let id = try await client.makeContact("a@ex.test")
            _ = try await client.send(.post, "/api/contacts/\(id)/unsubscribe")
            try await client.send(.patch, "/api/recipients/\(id)/restore").expectProblem(409, code: "not_in_recycle_bin")
            try await client.send(.delete, "/api/recipients/\(id)/permanent").expectProblem(409, code: "not_in_recycle_bin")
            _ = try await client.send(.post, "/api/recipients/bulk-delete", Self.body([id]))
            #expect(try await client.send(.patch, "/api/recipients/\(id)/restore").number("data.restored_count") == 1)
            _ = try await client.send(.post, "/api/recipients/bulk-delete", Self.body([id]))
            #expect(try await client.send(.delete, "/api/recipients/\(id)/permanent").string("message") == "Recipient permanently deleted")
            try await client.send(.delete, "/api/recipients/\(id)/permanent").expectProblem(404)
            #expect(try await client.count("contacts") == 0)
            #expect(try await client.count("suppressions") == 1)
            #expect(try await client.count("email_events WHERE contact_id IS NULL") == 1)
            #expect(try await client.count("bulk_operation_items") == 0)
        }
    }

    @Test("a contact is deleted for good by the contract's route, with its memberships")
    func contact() async throws {
        try await withAPI { client in
            let (list, id) = (try await client.makeList(), try await client.makeContact())
            _ = try await client.send(.post, "/api/lists/\(list)/contacts", #"{"contact_ids":["\#(id)"]}"#)
            #expect(try await client.send(.delete, "/api/contacts/\(id)").string("message") == "Contact deleted successfully")
            #expect(try await client.count("list_contacts") == 0)
            try await client.send(.delete, "/api/contacts/\(id)").expectProblem(404)
        }
    }

    @Test("cleanup removes what is old enough")
    func cleanUp() async throws {
        try await withAPI { client in
            let ids = [try await client.makeContact("a@ex.test"), try await client.makeContact("b@ex.test")]
            _ = try await client.send(.post, "/api/recipients/bulk-delete", Self.body([ids[0]]))
            client.time.advance(by: 20 * 86_400)
            _ = try await client.send(.post, "/api/recipients/bulk-delete", Self.body([ids[1]]))
            client.time.advance(by: 15 * 86_400)
            #expect(try await client.send(.delete, "/api/recipients/cleanup").number("data.deleted_count") == 1)
            #expect(try await client.count("contacts") == 1)
            #expect(try await client.send(.delete, "/api/recipients/cleanup?olderThanDays=1").number("data.deleted_count") == 1)
            try await client.send(.delete, "/api/recipients/cleanup?olderThanDays=x").expectProblem(400, field: "olderThanDays")
        }
    }

    @Test("an upsert or an import of a deleted address brings the contact back and says so")
    func revival() async throws {
        try await withAPI { client in
            let (list, id) = (try await client.makeList(), try await client.makeContact("a@ex.test"))
            _ = try await client.send(.put, "/api/recipients/\(id)/tags/vip")
            _ = try await client.send(.post, "/api/recipients/bulk-delete", Self.body([id]))
            #expect(try await client.send(.get, "/api/tags").text.contains(#""data":[]"#))
            let upserted = try await client.send(.post, "/api/contacts/upsert", #"{"email":"A@ex.test"}"#)
            #expect(upserted.value("data.restored") == .bool(true))
            #expect(try upserted.id() == id)
            #expect(try await client.send(.get, "/api/tags").number("data[0].contact_count") == 1)
            let again = try await client.send(.post, "/api/contacts/upsert", #"{"email":"A@ex.test"}"#)
            #expect(again.value("data.restored") == .bool(false))
            _ = try await client.send(.post, "/api/recipients/bulk-delete", Self.body([id]))
            let imported = try await client.importCSV("email\na@ex.test\nnew@ex.test\n", into: list)
            #expect(imported.number("data.restored") == 1 && imported.number("data.created") == 1)
            #expect(try await client.send(.get, "/api/recipients/\(id)").string("data.tags[0]") == "vip")
        }
    }

    @Test("who is in the bin is in no list, no count and no mail")
    func nowhere() async throws {
        try await withAPI { client in
            let campaign = try await client.makeCampaign()
            let list = try await client.send(.get, "/api/lists").id("data[0].id")
            let person = try await client.send(.get, "/api/lists/\(list)/contacts").id("data.items[0].id")
            _ = try await client.send(.post, "/api/lists/\(list)/contacts", #"{"emails":["stays@ex.test"]}"#)
            _ = try await client.send(.post, "/api/campaigns/\(campaign)/compile")
            #expect(try await client.send(.post, "/api/campaigns/\(campaign)/schedule").status == 200)
            _ = try await client.send(.post, "/api/recipients/bulk-delete", Self.body([person]))
            #expect(try await client.send(.get, "/api/lists").number("data[0].contact_count") == 1)
            #expect(try await client.send(.get, "/api/lists/\(list)/contacts").number("data.total") == 1)
            #expect(try await client.send(.get, "/api/lists/\(list)/contacts/export").text.contains("person@ex.test") == false)
            let sender = TestSender()
            try await sender.run(client)
            #expect(sender.jobs.map(\.recipient) == ["stays@ex.test"])
        }
    }

    @Test("a message that is in the queue already is not sent to who is deleted meanwhile")
    func queued() async throws {
        try await withAPI { client in
            let campaign = try await client.makeCampaign()
            let list = try await client.send(.get, "/api/lists").id("data[0].id")
            let person = try await client.send(.get, "/api/lists/\(list)/contacts").id("data.items[0].id")
            _ = try await client.send(.post, "/api/campaigns/\(campaign)/compile")
            #expect(try await client.send(.post, "/api/campaigns/\(campaign)/schedule").status == 200)
            let sender = TestSender()
            try await sender.expand(client)
            _ = try await client.send(.post, "/api/recipients/bulk-delete", Self.body([person]))
            try await sender.run(client)
            #expect(sender.jobs.isEmpty)
            #expect(try await client.send(.get, "/api/campaigns/\(campaign)/balance").text.contains("contact_deleted"))
        }
    }
}
