import CommTesting
import Foundation
import HTTPTypes
import Testing

@testable import comm_api

@Suite("CSV imports over HTTP", .database)
struct ImportAPITests {
    private static let boundary = "----form-boundary"

    private func form(_ parts: [(name: String, file: String?, content: String)]) -> [UInt8] {
        let text = parts.map { part in
            let file = part.file.map { "; filename=\"\($0)\"\r\nContent-Type: text/csv" } ?? ""
            return "--\(Self.boundary)\r\nContent-Disposition: form-data; name=\"\(part.name)\"\(file)\r\n\r\n\(part.content)\r\n"
        }
        return Array((text.joined() + "--\(Self.boundary)--\r\n").utf8)
    }

    private func upload(_ parts: [(name: String, file: String?, content: String)], to list: UUID, by client: APIClient) async throws
        -> Reply
    {
        try await client.send(
            .post,
            "/api/lists/\(list)/contacts/import",
            body: form(parts),
            headers: [.contentType: "multipart/form-data; boundary=\(Self.boundary)"]
        )
    }

    @Test("a form's file is imported, its bad rows can be downloaded")
    func form() async throws {
        try await withAPI { client in
            let list = try await client.makeList()
            let csv = "email;name\r\nann@ex.test;Ann\r\nnobody;\"=cmd()\"\r\nbob@ex.test;Bob\r\nANN@ex.test;Ann\r\n"
            let reply = try await upload([("file", "people.csv", csv)], to: list, by: client)
            #expect(reply.status == 200, "\(reply.text)")
            #expect(reply.number("data.processed") == 4 && reply.number("data.added") == 2 && reply.number("data.errors") == 1)
            #expect(reply.number("data.duplicates") == 1 && reply.string("data.errorSamples[0].code") == "invalid_email")
            let id = try reply.id("data.import_id")
            #expect(try await client.send(.get, "/api/imports/\(id)").number("data.processed") == 4)
            let errors = try await client.send(.get, "/api/imports/\(id)/errors")
            #expect(errors.headers[.contentType] == "text/csv; charset=utf-8" && errors.text.contains("3,email,invalid_email"))
            #expect(errors.headers[.contentDisposition]?.contains("attachment") == true)
            let export = try await client.send(.get, "/api/lists/\(list)/contacts/export")
            #expect(export.text.hasPrefix("\u{FEFF}\"email\"") && export.text.contains("\"bob@ex.test\",\"Bob\""))
        }
    }

    @Test("a dry run stores no contact, asked for in the query or by the form")
    func dryRun() async throws {
        try await withAPI { client in
            let list = try await client.makeList()
            let csv = "email\nann@ex.test\n"
            let byQuery = try await client.importCSV(csv, into: list, query: "?dryRun=true")
            #expect(byQuery.value("data.dry_run") == .bool(true) && byQuery.number("data.processed") == 1)
            let byForm = try await upload([("dryRun", nil, "true"), ("file", "a.csv", csv)], to: list, by: client)
            #expect(byForm.value("data.dry_run") == .bool(true))
            let tooLate = try await upload([("file", "a.csv", csv), ("dryRun", nil, "true")], to: list, by: client)
            tooLate.expectProblem(400, field: "dryRun")
            #expect(try await client.count("contacts") == 0)
        }
    }

    @Test("what is no usable file is refused and changes nothing")
    func refusals() async throws {
        try await withAPI { client in
            let list = try await client.makeList()
            let path = "/api/lists/\(list)/contacts/import"
            try await upload([("other", "a.csv", "email\na@ex.test\n")], to: list, by: client).expectProblem(400, code: "file_required")
            let utf16: [UInt8] = [0xFF, 0xFE] + "email\na@ex.test\n".utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
            let wrong = try await client.send(.post, path, body: utf16, headers: [.contentType: "text/csv"])
            wrong.expectProblem(400, code: "invalid_file")
            #expect(wrong.string("detail")?.contains("UTF-16") == true)
            try await client.importCSV("name\nAnn\n", into: list).expectProblem(400, code: "missing_email_column")
            try await client.importCSV("email\n\"a@ex.test\n", into: list).expectProblem(400, code: "invalid_file")
            try await client.importCSV("email\na\0@ex.test\n", into: list).expectProblem(400, code: "invalid_file")
            try await client.importCSV("", into: list).expectProblem(400)
            try await client.send(.post, path, #"{"a":1}"#).expectProblem(415)
            let cut = Array(form([("file", "a.csv", "email\na@ex.test\n")]).dropLast(10))
            try await client.send(.post, path, body: cut, headers: [.contentType: "multipart/form-data; boundary=\(Self.boundary)"])
                .expectProblem(400, code: "invalid_multipart")
            try await client.importCSV("email\na@ex.test\n", into: UUID()).expectProblem(404)
            #expect(try await client.count("contacts") == 0)
        }
    }

    @Test("one row of 10 MB is left out as an error, a file beyond the limit is refused")
    func size() async throws {
        try await withAPI(maxImportBytes: 12_000_000) { client in
            let list = try await client.makeList()
            let row = String(repeating: "x", count: 10_000_000)
            let reply = try await client.importCSV("email,name\nann@ex.test,\(row)\nbob@ex.test,Bob\n", into: list)
            #expect(reply.number("data.errors") == 1 && reply.number("data.added") == 1, "\(reply.text.prefix(500))")
            let tooLarge = "email,name\n" + String(repeating: "ann@ex.test,x\n", count: 1_000_000)
            try await client.importCSV(tooLarge, into: list).expectProblem(413)
            try await upload([("file", "a.csv", tooLarge)], to: list, by: client).expectProblem(413)
            try await client.importCSV(tooLarge, into: UUID()).expectProblem(413)
            #expect(try await client.count("contacts") == 1)
        }
    }

    @Test("an import never takes an opt-out back")
    func optOut() async throws {
        try await withAPI { client in
            let (list, contact) = (try await client.makeList(), try await client.makeContact("un@ex.test"))
            _ = try await client.send(.post, "/api/contacts/\(contact)/unsubscribe")
            #expect(try await client.importCSV("email,name\nun@ex.test,New\n", into: list).number("data.opted_out") == 1)
            #expect(try await client.contactStatus(contact) == "unsubscribed")
        }
    }
}
