import CommTesting
import Foundation
import HTTPTypes
import Testing

@testable import comm_api

@Suite("Suppressions over HTTP", .database)
struct SuppressionsAPITests {
    @Test("the contract's answers: list, add, bulk, remove, numbers")
    func contract() async throws {
        try await withAPI { client in
            let contact = try await client.makeContact("ann@ex.test")
            let added = try await client.send(.post, "/api/suppressions", #"{"email":"Ann@ex.test"}"#)
            #expect(added.status == 200 && added.string("message") == "Email added to suppression list")
            #expect(added.string("data.email") == "Ann@ex.test" && added.number("data.contacts_updated") == 1)
            let list = try await client.send(.get, "/api/suppressions?search=ann&limit=10")
            #expect(list.string("data.suppressions[0].email") == "Ann@ex.test" && list.string("data.suppressions[0].reason") == "manual")
            #expect(list.string("data.suppressions[0].contact_status") == "unsubscribed")
            #expect(try list.id("data.suppressions[0].contact_id") == contact)
            for (name, value) in [("page", 1), ("limit", 10), ("total", 1), ("totalPages", 1)] {
                #expect(list.number("data.pagination.\(name)") == value, "\(name)")
            }
            #expect(list.value("data.pagination.hasNext") == .bool(false) && list.value("data.pagination.hasPrev") == .bool(false))
            let bulk = try await client.send(.post, "/api/suppressions/bulk", #"{"emails":["bob@ex.test","ann@ex.test","x"]}"#)
            #expect(bulk.number("data.processed") == 3 && bulk.number("data.added") == 1 && bulk.number("data.skipped") == 1)
            #expect(bulk.number("data.contactsUpdated") == 0 && bulk.number("data.totalErrors") == 1)
            #expect(bulk.string("data.errors[0].email") == "x" && bulk.string("data.errors[0].error") == "Valid email address required")
            let stats = try await client.send(.get, "/api/suppressions/stats")
            #expect(stats.number("data.suppressions.total") == 2 && stats.number("data.suppressions.by_reason.manual") == 1)
            #expect(stats.number("data.suppressions.by_source.admin") == 2 && stats.number("data.suppressions.recent.last_7_days") == 2)
            #expect(stats.number("data.contacts.total") == 1 && stats.number("data.contacts.unsubscribed") == 1)
            let removed = try await client.send(.delete, "/api/suppressions/\(try added.id())?reason=a%20mistake")
            #expect(removed.string("message") == "Email removed from suppression list")
            #expect(try await client.contactStatus(contact) == "active")
            let history = try await client.send(.get, "/api/suppressions/history?address=ann@ex.test")
            #expect(history.string("data.history[0].action") == "removed" && history.string("data.history[0].note") == "a mistake")
        }
    }

    @Test("numbers and registrations are listed by their channel; a registration is shown in part")
    func channels() async throws {
        try await withAPI { client in
            let token = "dGVzdC10b2tlbg:APA91b-registration-of-a-device"
            let number = try await client.send(.post, "/api/suppressions", #"{"channel":"sms","address":"+14155550123"}"#)
            #expect(number.status == 200 && number.string("data.channel") == "sms" && number.value("data.email") == .null)
            #expect(number.string("data.address") == "+14155550123")
            let push = try await client.send(.post, "/api/suppressions", #"{"channel":"push","address":"\#(token)","scope":"marketing"}"#)
            #expect(push.string("data.address") == "dGVzdC…vice" && !push.text.contains(token))
            let bulk = try await client.send(
                .post,
                "/api/suppressions/bulk",
                #"{"channel":"sms","addresses":["+14155550123","+14155550124","0151"]}"#
            )
            #expect(bulk.number("data.added") == 1 && bulk.number("data.skipped") == 1 && bulk.number("data.totalErrors") == 1)
            _ = try await client.send(.post, "/api/suppressions", #"{"email":"ann@ex.test"}"#)
            let list = try await client.send(.get, "/api/suppressions?channel=sms")
            #expect(list.number("data.pagination.total") == 2 && list.string("data.suppressions[0].channel") == "sms")
            let mails = try await client.send(.get, "/api/suppressions?channel=email")
            #expect(mails.number("data.pagination.total") == 1 && mails.string("data.suppressions[0].address") == "ann@ex.test")
            let stats = try await client.send(.get, "/api/suppressions/stats")
            #expect(stats.number("data.suppressions.by_channel.sms") == 2 && stats.number("data.suppressions.by_channel.push") == 1)
            let history = try await client.send(.get, "/api/suppressions/history?address=%2B14155550124")
            #expect(history.string("data.history[0].address") == "+14155550124" && history.value("data.history[0].email") == .null)
            #expect(try await client.send(.delete, "/api/suppressions/\(try number.id())").status == 200)
            let export = try await client.send(.get, "/api/suppressions/export?channel=push")
            #expect(export.text.contains("\"push\",\"push:") && !export.text.contains("APA91b"))
            for (body, field) in [
                (#"{"channel":"fax","address":"1"}"#, "channel"), (#"{"channel":"sms"}"#, "address"),
                (#"{"channel":"sms","address":"0151 123"}"#, "address"), (#"{"channel":"sms","email":"a@ex.test"}"#, "email"),
                (#"{"channel":"sms","address":"+14155550123","scope":"domain"}"#, "scope"),
                (#"{"channel":"push","address":"a b"}"#, "address"),
                (#"{"channel":"email","address":"x"}"#, "email"),
            ] {
                try await client.send(.post, "/api/suppressions", body).expectProblem(400, field: field)
            }
        }
    }

    @Test("what is wrong is refused with the contract's sentences")
    func refusals() async throws {
        try await withAPI { client in
            for (path, body, message) in [
                ("", #"{"email":"x"}"#, "Valid email address required"), ("/bulk", #"{"emails":[]}"#, "Array of emails required"),
                ("/bulk", #"{}"#, "Array of emails required"),
            ] {
                let reply = try await client.send(.post, "/api/suppressions\(path)", body)
                reply.expectProblem(400)
                #expect(reply.string("error") == message)
            }
            let many = (1...1_001).map { "\"p\($0)@ex.test\"" }.joined(separator: ",")
            let over = try await client.send(.post, "/api/suppressions/bulk", "{\"emails\":[\(many)]}")
            #expect(over.string("error") == "Maximum 1000 emails per bulk import")
            try await client.send(.post, "/api/suppressions", #"{"email":"a@ex.test","scope":"no"}"#).expectProblem(400, field: "scope")
            try await client.send(.post, "/api/suppressions", #"{"email":"a@ex.test","scope":"list","list_id":"\#(UUID())"}"#)
                .expectProblem(404)
            try await client.send(.delete, "/api/suppressions/\(UUID())").expectProblem(404)
            try await client.send(.get, "/api/suppressions?cursor=x&scope=y").expectProblem(400, field: "cursor")
            try await client.send(.post, "/api/suppressions/import-bounces", #"{"days":0}"#).expectProblem(400, field: "days")
            try await client.send(.post, "/api/suppressions/import-bounces", "{}").expectProblem(409, code: "platform_database_missing")
        }
    }

    @Test("a repeated request with its key is answered as the first was")
    func replay() async throws {
        try await withAPI { client in
            var headers = HTTPFields()
            headers[.idempotencyKey] = "once"
            let first = try await client.send(.post, "/api/suppressions/bulk", #"{"emails":["a@ex.test"]}"#, headers: headers)
            let second = try await client.send(.post, "/api/suppressions/bulk", #"{"emails":["a@ex.test"]}"#, headers: headers)
            #expect(first.number("data.added") == 1 && second.text == first.text && second.headers[.idempotencyReplayed] == "true")
        }
    }

    @Test("a file is imported, checked only, refused; the export is read again; each attempt is in the audit log")
    func files() async throws {
        try await withAPI { client in
            func upload(_ text: String, _ query: String = "") async throws -> Reply {
                try await client.send(
                    .post,
                    "/api/suppressions/import\(query)",
                    body: Array(text.utf8),
                    headers: [.contentType: "text/csv"]
                )
            }
            let checked = try await upload("email\na@ex.test\nx\n", "?dryRun=true")
            #expect(checked.number("data.processed") == 2 && checked.number("data.errors") == 1 && checked.number("data.added") == 0)
            let stored = try await upload("email\na@ex.test\nb@ex.test\n", "?reason=blocked&scope=marketing")
            #expect(stored.number("data.added") == 2 && stored.number("data.contacts_updated") == 0)
            try await upload("name\na\n").expectProblem(400, code: "missing_email_column")
            let export = try await client.send(.get, "/api/suppressions/export")
            #expect(export.headers[.contentType] == "text/csv; charset=utf-8" && export.text.contains("\"blocked\""))
            let other = try await client.withNewTenant()
            let again = try await other.send(.post, "/api/suppressions/import", body: export.bytes, headers: [.contentType: "text/csv"])
            #expect(again.number("data.added") == 2)
            let log = try await client.send(.get, "/api/audit?event_type=csv_upload")
            #expect(log.string("data.entries[0].action") == "imported" && log.string("data.entries[1].action") == "validated")
            #expect(log.string("data.entries[0].resource_type") == "suppression")
        }
    }

    @Test("what was left out of a file can be looked at; another tenant finds no import; a repetition gets the same answer")
    func importReport() async throws {
        try await withAPI { client in
            func upload(_ text: String, key: String) async throws -> Reply {
                try await client.send(
                    .post,
                    "/api/suppressions/import",
                    body: Array(text.utf8),
                    headers: [.contentType: "text/csv", .idempotencyKey: key]
                )
            }
            let first = try await upload("email,scope\na@ex.test,all\nnobody,all\nb@ex.test,nowhere\n", key: "one")
            #expect(first.status == 200 && first.number("data.added") == 1 && first.number("data.errors") == 2, "\(first.text)")
            #expect(first.string("data.errorSamples[0].value") == "nobody" && first.number("data.errorSamples[0].row") == 3)
            let again = try await upload("email,scope\na@ex.test,all\nnobody,all\nb@ex.test,nowhere\n", key: "one")
            #expect(again.bytes == first.bytes && again.headers[.idempotencyReplayed] == "true")
            try await upload("email\nc@ex.test\n", key: "one").expectProblem(422, code: "idempotency_key_reused")
            #expect(try await client.count("import_jobs") == 1)
            let id = try first.id("data.import_id")
            let report = try await client.send(.get, "/api/suppressions/imports/\(id)")
            #expect(report.value("data") == first.value("data"))
            let errors = try await client.send(.get, try #require(first.string("data.errors_url")))
            #expect(errors.headers[.contentType]?.hasPrefix("text/csv") == true)
            #expect(errors.text.split(separator: "\r\n").count == 3 && errors.text.contains("nobody"), "\(errors.text)")
            let stranger = try await client.withNewTenant()
            for path in ["/api/suppressions/imports/\(id)", "/api/suppressions/imports/\(id)/errors", "/api/imports/\(id)"] {
                try await stranger.send(.get, path).expectProblem(404)
            }
            try await client.send(.get, "/api/imports/\(id)").expectProblem(404)
        }
    }

    @Test("pages by cursor")
    func cursor() async throws {
        try await withAPI { client in
            _ = try await client.send(.post, "/api/suppressions/bulk", #"{"emails":["a@ex.test","b@ex.test","c@ex.test"]}"#)
            let first = try await client.send(.get, "/api/suppressions?limit=2")
            let cursor = try #require(first.string("data.pagination.next_cursor"))
            let second = try await client.send(.get, "/api/suppressions?limit=2&cursor=\(cursor)")
            guard case .array(let rest) = second.value("data.suppressions") else { return #expect(Bool(false), "\(second.text)") }
            #expect(rest.count == 1 && second.value("data.pagination.next_cursor") == .null)
        }
    }
}
