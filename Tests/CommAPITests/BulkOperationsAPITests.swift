import CommCore
import CommTesting
import Foundation
import HTTPTypes
import Logging
import Postgres
import Testing

@testable import comm_api

@Suite("Bulk operations over REST", .database)
struct BulkOperationsAPITests {
    private static func ids(_ ids: [UUID]) -> String {
        "[" + ids.map { "\"\($0.uuidString.lowercased())\"" }.joined(separator: ",") + "]"
    }

    private static func contacts(_ count: Int, _ client: APIClient) async throws -> [UUID] {
        var ids: [UUID] = []
        for number in 0..<count { ids.append(try await client.makeContact("p\(number)@ex.test")) }
        return ids
    }

    @Test("a small operation is done in the answer, can be looked up, listed and undone")
    func small() async throws {
        try await withAPI { client in
            let contacts = try await Self.contacts(3, client)
            let body = #"{"operation":"tag","tags":["vip"," new "],"selection":{"ids":\#(Self.ids(contacts))}}"#
            let done = try await client.send(.post, "/api/recipients/bulk", body)
            #expect(done.status == 200 && done.string("data.state") == "completed" && done.number("data.changed") == 3)
            #expect(done.value("data.undoable") == .bool(true) && done.number("data.progress") == 1)
            let url = try #require(done.headers[.location])
            let shown = try await client.send(.get, url)
            #expect(shown.string("data.operation") == "tag" && shown.number("data.selection.ids") == 3)
            #expect(try await client.send(.get, "/api/recipients/operations?limit=1").string("data[0].id") == done.string("data.id"))
            #expect(try await client.send(.get, "/api/recipients/operations?state=failed").text.contains(#""data":[]"#))
            let counted = #"{"tag":"new","contact_count":3},{"tag":"vip","contact_count":3}"#
            #expect(try await client.send(.get, "/api/tags").text.contains(counted))
            let undone = try await client.send(.post, url + "/undo")
            #expect(undone.status == 200 && undone.string("data.undoes") == done.string("data.id") && undone.number("data.changed") == 3)
            #expect(try await client.send(.get, url).string("data.undone_by") == undone.string("data.id"))
            #expect(try await client.send(.get, "/api/tags").text.contains(#""data":[]"#))
            try await client.send(.post, url + "/undo").expectProblem(409, code: "already_undone")
            try await client.send(.post, url + "/cancel").expectProblem(409, code: "operation_finished")
        }
    }

    @Test("a large one is accepted, followed, and its result downloaded when comm-stats has done it")
    func large() async throws {
        try await withAPI { client in
            let tenant = client.tenantID
            try await client.database.execute(
                """
                INSERT INTO contacts (tenant_id, id, email, email_norm, created_at, updated_at)
                SELECT \(tenant), gen_random_uuid(), 'b' || n || '@ex.test', 'b' || n || '@ex.test', now(), now()
                  FROM generate_series(1, 1100) AS n
                """
            )
            let body = #"{"operation":"export","columns":["email"],"selection":{"filter":{"email_domain":"ex.test"}}}"#
            let accepted = try await client.send(.post, "/api/recipients/bulk", body)
            #expect(accepted.status == 202 && accepted.string("data.state") == "queued")
            let url = try #require(accepted.headers[.location])
            try await client.send(.get, url + "/result").expectProblem(409, code: "operation_running")
            let worker = BulkOperations(
                client: TestDatabase.current.client(role: "comm_worker"),
                time: client.time,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
            while try await worker.step() {}
            #expect(try await client.send(.get, url).string("data.state") == "completed")
            let file = try await client.send(.get, url + "/result")
            #expect(file.headers[.contentType] == "text/csv; charset=utf-8")
            #expect(file.text.split(separator: "\r\n").count == 1101)
            client.time.advance(by: 31 * 86_400)
            try await client.send(.get, url + "/result").expectProblem(410, code: "result_gone")
        }
    }

    @Test("a saved filter says who is meant, as it is when the operation is asked for")
    func savedFilter() async throws {
        try await withAPI { client in
            let contacts = try await Self.contacts(3, client)
            _ = try await client.send(.patch, "/api/recipients/\(contacts[0])", #"{"name":"Zoe"}"#, headers: [.ifMatch: "*"])
            let filter = try await client.send(.post, "/api/recipients/filters", #"{"name":"Cees","filters":{"search":"Cee"}}"#).id()
            let selection = #"{"filter_id":"\#(filter)","excluded_ids":["\#(contacts[2])"]}"#
            let body = #"{"operation":"tag","tags":["cee"],"selection":\#(selection)}"#
            let done = try await client.send(.post, "/api/recipients/bulk", body)
            #expect(done.status == 200 && done.number("data.changed") == 1, "\(done.text)")
            #expect(done.string("data.selection.filter_id") == filter.uuidString.lowercased())
            #expect(done.value("data.selection.filter") != nil)
            #expect(try await client.send(.get, "/api/recipients/\(contacts[1])").value("data.tags") == .array([.string("cee")]))
            let both = #"{"operation":"tag","tags":["a"],"selection":{"filter_id":"\#(filter)","filter":{}}}"#
            try await client.send(.post, "/api/recipients/bulk", both).expectProblem(400, field: "selection.filter")
            let ids = #"{"operation":"tag","tags":["a"],"selection":{"filter_id":"\#(filter)","ids":["\#(contacts[0])"]}}"#
            try await client.send(.post, "/api/recipients/bulk", ids).expectProblem(400, field: "selection.filter_id")
            let stranger = try await client.withNewTenant()
            for (asking, id) in [(client, UUID()), (stranger, filter)] {
                let unknown = #"{"operation":"tag","tags":["a"],"selection":{"filter_id":"\#(id)"}}"#
                try await asking.send(.post, "/api/recipients/bulk", unknown).expectProblem(404, field: "selection.filter_id")
            }
        }
    }

    @Test("an operation that failed or was cancelled goes on where it stood, and is undone as one")
    func resumed() async throws {
        try await withAPI { client in
            let contacts = try await Self.contacts(3, client)
            let body = #"{"operation":"tag","tags":["vip"],"selection":{"ids":\#(Self.ids(contacts))}}"#
            let done = try await client.send(.post, "/api/recipients/bulk", body)
            let (url, id) = (try #require(done.headers[.location]), try done.id())
            #expect(done.value("data.resumable") == .bool(false))
            try await client.send(.post, url + "/resume").expectProblem(409, code: "operation_finished")
            // As it stands when it gave up before its only batch.
            try await client.database.execute(
                """
                UPDATE bulk_operations SET state = 'failed', error = 'x', processed = 0, changed = 0, next_batch = 0 WHERE id = \(id)
                """
            )
            try await client.database.execute("DELETE FROM bulk_operation_items WHERE operation_id = \(id)")
            try await client.database.execute("UPDATE contacts SET tags = '{}' WHERE id = \(contacts[0])")
            #expect(try await client.send(.get, url).value("data.resumable") == .bool(true))
            let stranger = try await client.withNewTenant()
            try await stranger.send(.post, url + "/resume").expectProblem(404)
            let resumed = try await client.send(.post, url + "/resume", headers: [.idempotencyKey: "again"])
            #expect(resumed.status == 200 && resumed.string("data.state") == "completed", "\(resumed.text)")
            #expect(resumed.number("data.processed") == 3 && resumed.number("data.changed") == 1)
            #expect(resumed.value("data.error") == .null)
            let replay = try await client.send(.post, url + "/resume", headers: [.idempotencyKey: "again"])
            #expect(replay.bytes == resumed.bytes)
            #expect(try await client.send(.post, url + "/undo").number("data.changed") == 1)
            try await client.database.execute("UPDATE bulk_operations SET state = 'failed' WHERE id = \(id)")
            try await client.send(.post, url + "/resume").expectProblem(409, code: "not_resumable")
        }
    }

    @Test("going on asks for the scope that the operation itself asks for, and is over after 30 days")
    func resumeRefused() async throws {
        try await withAPI { client in
            let contact = try await client.makeContact()
            let body = #"{"operation":"suppress","reason":"manual","selection":{"ids":["\#(contact)"]}}"#
            let done = try await client.send(.post, "/api/recipients/bulk", body)
            let url = try #require(done.headers[.location])
            try await client.database.execute("UPDATE bulk_operations SET state = 'cancelled' WHERE id = \(try done.id())")
            let limited = try await client.withKey("contacts:write")
            try await limited.send(.post, url + "/resume").expectProblem(403, code: "missing_scope")
            client.time.advance(by: 31 * 86_400)
            try await client.send(.post, url + "/resume").expectProblem(409, code: "not_resumable")
        }
    }

    @Test("every field at fault is named")
    func invalid() async throws {
        try await withAPI { client in
            let some = #""selection":{"ids":["\#(UUID())"]}"#
            func refused(_ body: String, _ field: String) async throws {
                try await client.send(.post, "/api/recipients/bulk", body).expectProblem(400, field: field)
            }
            try await refused("{}", "operation")
            try await refused(#"{"operation":"tag","tags":["a"]}"#, "selection")
            try await refused(#"{"operation":"purge",\#(some)}"#, "operation")
            try await refused(#"{"operation":"tag",\#(some)}"#, "tags")
            try await refused(#"{"operation":"tag","tags":["a,b"],\#(some)}"#, "tags[0]")
            try await refused(#"{"operation":"move","to_list_id":"\#(UUID())",\#(some)}"#, "from_list_id")
            try await refused(#"{"operation":"set_attribute","key":"a b","value":1,\#(some)}"#, "key")
            try await refused(#"{"operation":"set_attribute","key":"a",\#(some)}"#, "value")
            try await refused(#"{"operation":"export","columns":["secret"],\#(some)}"#, "columns[0]")
            try await refused(#"{"operation":"rename_tag","from":"a","to":"a"}"#, "to")
            try await refused(#"{"operation":"untag","tags":["a"],"selection":{}}"#, "selection.ids")
            try await refused(#"{"operation":"untag","tags":["a"],"selection":{"ids":[]}}"#, "selection.ids")
            try await refused(#"{"operation":"untag","tags":["a"],"selection":{"ids":["x"]}}"#, "selection.ids[0]")
            let odd = #"{"operation":"untag","tags":["a"],"selection":{"filter":{"field":"x","op":"is"}}}"#
            try await refused(odd, "selection.filter.field")
            try await client.send(.get, "/api/recipients/operations?state=odd").expectProblem(400, field: "state")
            let unknown = #"{"operation":"add_to_list","list_id":"\#(UUID())",\#(some)}"#
            try await client.send(.post, "/api/recipients/bulk", unknown).expectProblem(404, field: "list_id")
            for path in ["", "/result"] {
                try await client.send(.get, "/api/recipients/operations/\(UUID())\(path)").expectProblem(404)
            }
            #expect(try await client.count("bulk_operations") == 0)
        }
    }

    @Test("the same key makes one operation")
    func idempotent() async throws {
        try await withAPI { client in
            let contacts = try await Self.contacts(2, client)
            let body = #"{"operation":"delete","selection":{"ids":\#(Self.ids(contacts))}}"#
            let first = try await client.send(.post, "/api/recipients/bulk", body, headers: [.idempotencyKey: "k1"])
            let again = try await client.send(.post, "/api/recipients/bulk", body, headers: [.idempotencyKey: "k1"])
            #expect(first.status == 200 && again.text == first.text && again.headers[.idempotencyReplayed] == "true")
            #expect(try await client.count("bulk_operations") == 1)
        }
    }

    @Test("the suppression list asks for its own scope, also when it is undone")
    func scope() async throws {
        try await withAPI { client in
            let contacts = try await Self.contacts(1, client)
            let body = #"{"operation":"suppress","selection":{"ids":\#(Self.ids(contacts))}}"#
            let writer = try await client.withKey("contacts:write")
            #expect(try await writer.send(.post, "/api/recipients/bulk", body).string("required_scope") == "suppressions:write")
            let done = try await client.send(.post, "/api/recipients/bulk", body)
            #expect(done.number("data.changed") == 1)
            let path = "/api/recipients/operations/\(try done.id())/undo"
            try await writer.send(.post, path).expectProblem(403, code: "missing_scope")
            #expect(try await client.send(.post, path).number("data.changed") == 1)
            #expect(try await client.contactStatus(contacts[0]) == "active")
        }
    }

    @Test("tags are renamed, merged and deleted everywhere")
    func tags() async throws {
        try await withAPI { client in
            let contacts = try await Self.contacts(2, client)
            for tag in ["one", "two%2F2"] {
                let tagged = try await client.send(.put, "/api/recipients/\(contacts[0])/tags/\(tag)")
                #expect(tagged.status == 200)
            }
            _ = try await client.send(.put, "/api/recipients/\(contacts[1])/tags/one")
            let counted = #"[{"tag":"one","contact_count":2},{"tag":"two/2","contact_count":1}]"#
            #expect(try await client.send(.get, "/api/tags").text.contains(counted))
            let renamed = try await client.send(.patch, "/api/tags/one", #"{"name":"two/2"}"#)
            #expect(renamed.number("data.changed") == 2)
            #expect(try await client.send(.get, "/api/tags").text.contains(#"[{"tag":"two/2","contact_count":2}]"#))
            try await client.send(.patch, "/api/tags/one", #"{"name":"three"}"#).expectProblem(404)
            try await client.send(.patch, "/api/tags/two%2F2", #"{"name":"two/2"}"#).expectProblem(400, field: "name")
            #expect(try await client.send(.delete, "/api/tags/two%2F2").number("data.changed") == 2)
            #expect(try await client.send(.get, "/api/tags?prefix=t").text.contains(#""data":[]"#))
            try await client.send(.delete, "/api/tags/two%2F2").expectProblem(404)
        }
    }
}
