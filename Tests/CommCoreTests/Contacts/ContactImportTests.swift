import CommCore
import CommTesting
import Foundation
import Postgres
import Testing

@Suite("Contact import", .database)
struct ContactImportTests {
    @Test("rows become contacts and members, and unknown columns become attributes")
    func plainFile() async throws {
        let fixture = try await ContactsFixture.make()
        let report = try await fixture.run(
            """
            Email,Name,Phone,Identity_Type,identity_name,Lang,Favourite colour
            Ann@Example.com,Ann,+37060000001,individual,,lt,red
            bob@example.com, Bob ,,Company,"Bob, Ltd",en,"bl""ue
            \u{1}"

            """
        )
        #expect((report.processed, report.added, report.upserts, report.errors) == (2, 2, 0, 0))
        #expect((report.created, report.updated, report.unchanged, report.duplicates) == (2, 0, 0, 0))
        #expect(report.columns == ["email", "name", "phone", "identity_type", "identity_name", "language", "attributes.favourite_colour"])
        let stored = try await fixture.stored()
        let ann = try #require(stored["ann@example.com"])
        #expect((ann.name, ann.phone, ann.identityType, ann.identityName, ann.language) == ("Ann", "+37060000001", .individual, nil, "lt"))
        #expect(ann.attributes == ["favourite_colour": .text("red")])
        #expect((ann.source, ann.status) == ("import", .active))
        let bob = try #require(stored["bob@example.com"])
        #expect((bob.name, bob.identityType, bob.identityName) == ("Bob", .company, "Bob, Ltd"))
        #expect(bob.attributes == ["favourite_colour": .text("bl\"ue\n\u{1}")])
        let page = try await fixture.memberships.contacts(tenantID: fixture.tenantID, listID: fixture.list.id)
        #expect(page.total == 2)
    }

    @Test("rows of one address are folded as if stored one after the other: the last given value wins")
    func duplicatesInTheFile() async throws {
        let fixture = try await ContactsFixture.make()
        let report = try await fixture.run(
            """
            email,name,phone,city,size
            ann@example.com,Ann,1,Vilnius,
            bob@example.com,Bob,,,
            ANN@example.com,,2,Kaunas,XL
            ann@Example.com,Anna,,,
            """
        )
        #expect((report.processed, report.duplicates, report.created) == (4, 2, 2))
        #expect((report.added, report.upserts) == (2, 2))
        let ann = try #require(try await fixture.stored()["ann@example.com"])
        #expect((ann.name, ann.phone) == ("Anna", "2"))
        #expect(ann.attributes == ["city": .text("Kaunas"), "size": .text("XL")])
    }

    @Test("given values overwrite, missing ones keep what is stored, attributes are merged, the first spelling stays")
    func existingContacts() async throws {
        let fixture = try await ContactsFixture.make()
        _ = try await fixture.contacts.upsert(
            tenantID: fixture.tenantID,
            draft: ContactDraft(email: "Ann@Example.com", name: "Ann", phone: "1", attributes: ["a": .number(1), "b": .text("old")])
        )
        let report = try await fixture.run("email,name,phone,b,c\nann@example.com,Anna,,new,3\n")
        #expect((report.created, report.updated, report.unchanged, report.added) == (0, 1, 0, 1))
        let ann = try #require(try await fixture.stored()["Ann@Example.com"])
        #expect((ann.name, ann.phone, ann.source) == ("Anna", "1", "api"))
        #expect(ann.attributes == ["a": .number(1), "b": .text("new"), "c": .text("3")])
    }

    @Test("importing the same file again changes nothing")
    func sameFileTwice() async throws {
        let fixture = try await ContactsFixture.make()
        let file = "email,name,city\n" + (0..<2_000).map { "user\($0)@example.com,User \($0),City \($0 % 7)\n" }.joined()
        let first = try await fixture.run(file, chunk: 1_000)
        #expect((first.created, first.added) == (2_000, 2_000))
        let before = try await fixture.snapshot()
        fixture.time.advance(by: .seconds(60))
        let second = try await fixture.run(file, chunk: 4_096)
        #expect((second.created, second.updated, second.unchanged) == (0, 0, 2_000))
        #expect((second.added, second.upserts) == (0, 2_000))
        #expect(try await fixture.snapshot() == before)
    }

    @Test("an opted-out contact keeps its status and an unsubscribed membership stays so", arguments: ContactStatus.allCases)
    func optOuts(status: ContactStatus) async throws {
        let fixture = try await ContactsFixture.make()
        _ = try await fixture.run("email,name\nann@example.com,Ann\n")
        try await fixture.setStatus(status, of: "ann@example.com")
        try await fixture.database.client.execute("UPDATE list_contacts SET status = 'unsubscribed'")
        let report = try await fixture.run("email,name\nann@example.com,Anna\nbob@example.com,Bob\n")
        #expect(report.optedOut == (status == .active ? 0 : 1))
        #expect((report.updated, report.created, report.added, report.upserts) == (1, 1, 1, 1))
        #expect(try await fixture.stored()["ann@example.com"]?.status == status)
        let kept = try await fixture.database.client.query("SELECT count(*) AS n FROM list_contacts WHERE status = 'unsubscribed'")
        #expect(try kept[0].get("n", as: Int.self) == 1)
    }

    @Test("bad rows are left out with row, column and reason; the others are imported")
    func badRows() async throws {
        let fixture = try await ContactsFixture.make()
        let text = """
            email,name,identity_type
            ann@example.com,Ann,individual
            ,Nobody,
            not-an-address,X,
            bob@example.com,Bob,alien
            carl@example.com
            dora@example.com,Dora,,extra
            "eve@example.com"x,Eve,
            \("fay@example.com,\(String(repeating: "f", count: 201)),")
            "gus@example.com","two
            lines",
            ,,
            zoe@example.com,Zoe,company,,

            """
        let report = try await fixture.run(Array(text.utf8) + [0xC3, 0x28] + Array("@example.com,Bad,\n".utf8))
        #expect((report.processed, report.added, report.errors) == (11, 2, 9))
        #expect(report.processed == report.added + report.upserts + report.errors)
        #expect(
            report.errorSamples == [
                ImportRowError(row: 3, column: nil, code: "missing_email", message: "missing email", value: nil),
                ImportRowError(
                    row: 4,
                    column: "email",
                    code: "invalid_email",
                    message: "invalid email: it has no @",
                    value: "not-an-address"
                ),
                ImportRowError(
                    row: 5,
                    column: "identity_type",
                    code: "invalid_identity_type",
                    message: "identity_type must be company or individual",
                    value: "alien"
                ),
            ]
        )
        let rows = try await fixture.database.client.query("SELECT row_number, column_name, code FROM import_errors ORDER BY row_number")
        let kept = try rows.map { "\(try $0.get("row_number", as: Int.self)) \(try $0.get("code", as: String.self))" }
        #expect(
            kept == [
                "3 missing_email", "4 invalid_email", "5 invalid_identity_type", "6 too_few_fields", "7 too_many_fields",
                "8 text_after_quote", "9 too_long", "10 line_break", "13 invalid_utf8",
            ]
        )
        #expect(try rows[8].get("column_name", as: String.self) == "email")
        #expect(Set(try await fixture.stored().keys) == ["ann@example.com", "zoe@example.com"])
    }

    @Test("the rows left out can be downloaded as CSV, safe for a spreadsheet")
    func errorDownload() async throws {
        let fixture = try await ContactsFixture.make()
        let report = try await fixture.run("email;name\n=cmd|calc;X\n")
        let file = TextBox()
        try await fixture.imports.exportErrors(tenantID: fixture.tenantID, importID: report.importID) { await file.append($0) }
        #expect(
            await file.text
                == "\u{FEFF}row,column,code,message,value\r\n2,email,invalid_email,invalid email: it has no @,\"'=cmd|calc\"\r\n"
        )
        #expect(try await fixture.imports.report(tenantID: fixture.tenantID, importID: report.importID) == report)
        #expect(try await fixture.imports.report(tenantID: UUID(), importID: report.importID) == nil)
    }

    @Test("a dry run finds the same errors and stores no contact")
    func dryRun() async throws {
        let fixture = try await ContactsFixture.make()
        let before = try await fixture.snapshot()
        let report = try await fixture.run("email\nann@example.com\nbad\n", dryRun: true)
        #expect((report.processed, report.errors, report.added, report.created) == (2, 1, 0, 0))
        #expect(report.errorSamples.map(\.row) == [3])
        #expect(try await fixture.snapshot() == before)
        #expect(try await fixture.count("contacts") == 0)
    }
}
