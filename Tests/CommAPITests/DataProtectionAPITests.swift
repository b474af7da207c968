import CommTesting
import Foundation
import HTTPTypes
import Postgres
import Testing

@testable import CommCore
@testable import comm_api

@Suite("Data protection over HTTP", .database)
struct DataProtectionAPITests {
    @Test("the export of a person is a download where nothing is configured to mail it")
    func export() async throws {
        try await withAPI { client in
            _ = try await client.makeContact("ann@ex.test")
            let json = try await client.send(.get, "/api/gdpr/export?email=ANN@ex.test")
            #expect(json.status == 200 && json.string("email") == "ann@ex.test" && json.string("contact[0].name") == "Cee")
            #expect(json.headers[.contentDisposition]?.contains("personal-data-") == true)
            let csv = try await client.send(.get, "/api/gdpr/export?email=ann@ex.test&format=csv&delivery=download")
            #expect(csv.headers[.contentType] == "text/csv; charset=utf-8" && csv.text.contains("\"contact\","))
            let missing = try await client.send(.get, "/api/gdpr/export")
            missing.expectProblem(400, field: "email")
            #expect(missing.string("error") == "Email parameter required")
            let unknown = try await client.send(.get, "/api/gdpr/export?email=bob@ex.test")
            unknown.expectProblem(404)
            #expect(unknown.string("error") == "Contact not found")
            try await client.send(.get, "/api/gdpr/export?email=ann@ex.test&format=xml").expectProblem(400, field: "format")
            try await client.send(.get, "/api/gdpr/export?email=ann@ex.test&delivery=mail").expectProblem(409, code: "mail_not_configured")
            let log = try await client.send(.get, "/api/audit?event_type=gdpr_export")
            guard case .array(let entries) = log.value("data.entries") else { return #expect(Bool(false), "\(log.text)") }
            #expect(entries.count == 2)
        }
    }

    @Test("an erasure is asked for, shown, listed, and asked for once only")
    func erase() async throws {
        try await withAPI { client in
            _ = try await client.makeContact("ann@ex.test")
            let body = #"{"email":"ann@ex.test","confirm":"ann@ex.test"}"#
            let reply = try await client.send(.post, "/api/gdpr/erase", body)
            #expect(reply.status == 202 && reply.string("data.state") == "queued")
            let id = try reply.id()
            #expect(reply.headers[.location] == "/api/gdpr/erasures/\(id.uuidString.lowercased())")
            #expect(try await client.send(.post, "/api/gdpr/erase", body).id() == id)
            #expect(try await client.send(.get, "/api/gdpr/erasures/\(id)").string("data.state") == "queued")
            #expect(try await client.send(.get, "/api/gdpr/erasures?email=ann@ex.test").id("data[0].id") == id)
            try await client.send(.post, "/api/gdpr/erase", #"{"email":"ann@ex.test"}"#).expectProblem(400, field: "confirm")
            try await client.send(.get, "/api/gdpr/erasures/\(UUID())").expectProblem(404)
            try await client.withKey("contacts:write").send(.post, "/api/gdpr/erase", body).expectProblem(403, code: "missing_scope")
        }
    }

    @Test("a person is asked for by a number or a device as well, by one of them")
    func byNumber() async throws {
        try await withAPI { client in
            _ = try await client.makeContact("ann@ex.test")
            try await client.database.execute("UPDATE contacts SET phone = '+49 1511 2345678'")
            let token = "fcm-registration:APA91bHun4MxP5egoKMwt2KZFBaFUH"
            let push = #"{"channel":"push","recipient":"\#(token)","body":"Here","send_at":"2100-01-01T00:00:00Z"}"#
            let later = ISO8601.string(from: client.time.now.addingTimeInterval(3_600))
            #expect(try await client.send(.post, "/api/v1/messages", push.replacing("2100-01-01T00:00:00Z", with: later)).status == 202)
            let phone = try await client.send(.get, "/api/gdpr/export?phone=%2B4915112345678")
            #expect(phone.status == 200 && phone.string("email") == "ann@ex.test" && phone.string("addresses[0]") == "+4915112345678")
            let device = try await client.send(.get, "/api/gdpr/export?push_token=\(token)")
            #expect(device.status == 200 && device.string("waiting_messages[0].recipient") == token, "\(device.text)")
            try await client.send(.get, "/api/gdpr/export?push_token=\(token)&delivery=mail").expectProblem(409, code: "no_address")
            try await client.send(.get, "/api/gdpr/export?phone=0151").expectProblem(400, field: "phone")
            try await client.send(.get, "/api/gdpr/export?push_token=short").expectProblem(400, field: "push_token")
            try await client.send(.get, "/api/gdpr/export?email=ann@ex.test&phone=%2B4915112345678").expectProblem(400, field: "phone")
            let stranger = try await client.withNewTenant()
            try await stranger.send(.get, "/api/gdpr/export?phone=%2B4915112345678").expectProblem(404)
            let body = #"{"phone":"+4915112345678","confirm":"+49 1511 2345678"}"#
            let erasure = try await client.send(.post, "/api/gdpr/erase", body)
            #expect(erasure.status == 202, "\(erasure.text)")
            #expect(try await client.send(.post, "/api/gdpr/erase", body).id() == erasure.id())
            for query in ["phone=%2B4915112345678", "email=ann@ex.test"] {
                #expect(try await client.send(.get, "/api/gdpr/erasures?\(query)").id("data[0].id") == erasure.id())
            }
            try await client.send(.post, "/api/gdpr/erase", #"{"phone":"+4915112345678","confirm":"+4915112345679"}"#)
                .expectProblem(400, field: "confirm")
            try await client.send(.post, "/api/gdpr/erase", #"{"phone":"x","confirm":"x"}"#).expectProblem(400, field: "phone")
        }
    }

    @Test("consents are recorded and listed, and the contact follows")
    func consents() async throws {
        try await withAPI { client in
            let contact = try await client.makeContact("ann@ex.test")
            let path = "/api/contacts/\(contact)/consents"
            let given = try await client.send(.post, path, #"{"state":"given","source":"form","text_version":"v1","ip":"203.0.113.7"}"#)
            #expect(given.status == 200 && given.string("data.purpose") == "marketing" && given.string("data.ip") == "203.0.113.7")
            client.time.advance(by: 1)
            _ = try await client.send(.post, path, #"{"state":"withdrawn","source":"phone"}"#)
            let list = try await client.send(.get, path)
            #expect(list.string("data[0].state") == "withdrawn" && list.string("data[1].state") == "given")
            let suppressions = try await client.send(.get, "/api/suppressions?scope=marketing")
            #expect(suppressions.string("data.suppressions[0].reason") == "consent_withdrawn")
            try await client.send(.post, path, #"{"state":"perhaps"}"#).expectProblem(400, field: "state")
        }
    }

    @Test("retention is read and changed")
    func retention() async throws {
        try await withAPI { client in
            let standard = try await client.send(.get, "/api/settings/retention")
            #expect(standard.number("data.import_errors_days") == 90 && standard.value("data.events_days") == .null)
            let changed = try await client.send(.patch, "/api/settings/retention", #"{"events_days":365,"import_errors_days":0}"#)
            #expect(changed.number("data.events_days") == 365 && changed.value("data.import_errors_days") == .null)
            try await client.send(.patch, "/api/settings/retention", #"{"audit_days":5}"#).expectProblem(400, field: "audit_days")
            try await client.send(.patch, "/api/settings/retention", #"{"days":5}"#).expectProblem(400, field: "days")
        }
    }

    @Test("the rules for addresses that bounce again and again are read and changed, each tenant's own")
    func bounceRules() async throws {
        try await withAPI { client in
            let standard = try await client.send(.get, "/api/settings/bounces")
            #expect(standard.number("data.soft_limit") == 3 && standard.number("data.window_days") == 30)
            #expect(standard.number("data.rest_days") == 7 && standard.number("data.escalation") == 2)
            let changed = try await client.send(.patch, "/api/settings/bounces", #"{"soft_limit":0,"rest_days":14}"#)
            #expect(changed.number("data.soft_limit") == 0 && changed.number("data.rest_days") == 14)
            #expect(changed.number("data.window_days") == 30)
            #expect(try await client.send(.get, "/api/settings/bounces").number("data.rest_days") == 14)
            for (body, field) in [
                (#"{"soft_limit":101}"#, "soft_limit"), (#"{"window_days":0}"#, "window_days"), (#"{"rest_days":366}"#, "rest_days"),
                (#"{"escalation":11}"#, "escalation"), (#"{"longest_rest_days":-1}"#, "longest_rest_days"),
                (#"{"rest_days":"x"}"#, "rest_days"),
                (#"{"days":5}"#, "days"),
            ] {
                try await client.send(.patch, "/api/settings/bounces", body).expectProblem(400, field: field)
            }
            let other = try await client.withNewTenant()
            #expect(try await other.send(.get, "/api/settings/bounces").number("data.soft_limit") == 3)
        }
    }

    @Test("every upload of contacts is in the audit log, also one that was refused")
    func uploads() async throws {
        try await withAPI { client in
            let list = try await client.makeList()
            _ = try await client.importCSV("email\na@ex.test\n", into: list, query: "?dryRun=true")
            _ = try await client.importCSV("email\na@ex.test\n", into: list)
            _ = try await client.importCSV("name\nx\n", into: list)
            let log = try await client.send(.get, "/api/audit?event_type=csv_upload&resource_id=\(list)")
            #expect(log.string("data.entries[0].action") == "blocked")
            #expect(log.string("data.entries[0].details.code") == "missing_email_column")
            #expect(log.string("data.entries[1].action") == "imported" && log.number("data.entries[1].details.processed") == 1)
            #expect(log.string("data.entries[2].action") == "validated" && log.string("data.entries[2].resource_type") == "list")
            let contacts = try await client.send(.get, "/api/audit?resource_type=contact")
            #expect(contacts.text.contains(#""entries":[]"#), "an import is one entry, not one for each contact")
        }
    }

    @Test("every change by the API is in the audit log, with who asked and by which request")
    func audit() async throws {
        try await withAPI { client in
            let key = try await client.withKey("all")
            var headers = HTTPFields()
            headers[.requestID] = "request-42"
            let list = try await key.send(.post, "/api/lists", #"{"name":"Customers"}"#, headers: headers).id()
            _ = try await key.send(.delete, "/api/lists/\(list)")
            let log = try await key.send(.get, "/api/audit?resource_type=list&resource_id=\(list)")
            #expect(log.string("data.entries[1].action") == "created" && log.string("data.entries[1].request_id") == "request-42")
            #expect(log.string("data.entries[1].actor")?.hasPrefix("key:") == true)
            #expect(log.string("data.entries[1].after.name") == "Customers")
            let page = try await key.send(.get, "/api/audit?limit=1")
            let cursor = try #require(page.string("data.next_cursor"))
            #expect(try await key.send(.get, "/api/audit?limit=1&cursor=\(cursor)").status == 200)
            let export = try await key.send(.get, "/api/audit/export?resource_type=list")
            #expect(export.text.contains("request-42"))
            try await key.send(.get, "/api/audit?from=yesterday").expectProblem(400, field: "from")
            try await client.withKey("contacts:read").send(.get, "/api/audit").expectProblem(403, code: "missing_scope")
        }
    }
}
