import CommCore
import CommTesting
import Foundation
import Testing

@Suite("Contact import: files", .database)
struct ContactImportFileTests {
    private func refusal(_ work: () async throws -> ImportReport) async throws -> ImportError {
        do {
            _ = try await work()
        } catch let error as ImportError {
            return error
        }
        throw TestFailure("the import was not refused")
    }

    @Test("a semicolon file with a byte order mark is read, also through a mapping of its headers")
    func semicolonAndMark() async throws {
        let fixture = try await ContactsFixture.make()
        let file = "\u{FEFF}Adresas;Vardas;Skip me;Šalis\r\nann@example.com;Ann;x;LT\r\n"
        let report = try await fixture.run(file, mapping: ["adresas": "email", "Vardas": "name", "Skip me": ""])
        #expect(report.delimiter == "semicolon")
        #expect(report.columns == ["email", "name", "", "attributes.salis"])
        let ann = try #require(try await fixture.stored()["ann@example.com"])
        #expect((ann.name, ann.attributes) == ("Ann", ["salis": .text("LT")]))
    }

    @Test("cells that look like formulas are data")
    func formulas() async throws {
        let fixture = try await ContactsFixture.make()
        _ = try await fixture.run(
            "email,name,phone,note\n=a@example.com,Smith & Sons,+37060000001,=HYPERLINK(\"x\")\n".replacing("\"x\"", with: "x")
        )
        let stored = try #require(try await fixture.stored()["=a@example.com"])
        #expect((stored.name, stored.phone) == ("Smith & Sons", "+37060000001"))
        #expect(stored.attributes == ["note": .text("=HYPERLINK(x)")])
    }

    @Test("one row of ten megabytes is reported, the others are imported")
    func hugeRow() async throws {
        let fixture = try await ContactsFixture.make()
        let huge = [UInt8](repeating: UInt8(ascii: "x"), count: 10_000_000)
        let report = try await fixture.run(Array("email,name\nann@example.com,Ann\n".utf8) + huge + Array(",X\nbob@example.com,Bob\n".utf8))
        #expect((report.processed, report.added, report.errors) == (3, 2, 1))
        #expect(report.errorSamples.map(\.code) == ["field_too_long"])
        #expect(report.errorSamples.map(\.row) == [3])
    }

    @Test(
        "a file that is no CSV is refused as a whole and changes nothing",
        arguments: [
            (Array("email\nann@example.com\n".utf16).flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }, "UTF-16"),
            (Array("email,name\nann@example.com,\"Ann\nbob@example.com,Bob\n".utf8), "row 2, column 2"),
            (Array("email\nann@example.com\nb\u{0}b@example.com\n".utf8), "NUL byte in row 3"),
            ([], "empty"), (Array("\n\n".utf8), "empty"),
        ]
    )
    func refusedFiles(file: [UInt8], words: String) async throws {
        let fixture = try await ContactsFixture.make()
        let error = try await refusal { try await fixture.run(file) }
        #expect(error.code == .invalidFile)
        #expect(error.message.contains(words))
        #expect(try await fixture.count("contacts") == 0)
        #expect(try await fixture.count("import_jobs") == 0)
    }

    @Test("a file without an email column is refused and told which headers it has")
    func missingEmailColumn() async throws {
        let fixture = try await ContactsFixture.make()
        let error = try await refusal { try await fixture.run("First name,City\nAnn,Vilnius\n") }
        #expect(error.code == .missingEmailColumn)
        #expect(error.message.contains("'First name', 'City'"))
    }

    @Test("two columns of one meaning are refused, a synonym gives way to the exact name")
    func headers() async throws {
        let fixture = try await ContactsFixture.make()
        let error = try await refusal { try await fixture.run("email,name,E-Mail,EMAIL\nx,y,z,w\n") }
        #expect(error.code == .invalidHeader)
        #expect(error.message.contains("'email', 'EMAIL'"))
        let report = try await fixture.run("e-mail,email,mobile,phone number\nold@example.com,ann@example.com,1,2\n")
        #expect(report.columns == ["attributes.e-mail", "email", "attributes.mobile", "phone"])
    }

    @Test("another tenant's list, a deleted list and an unknown one are refused")
    func foreignList() async throws {
        let fixture = try await ContactsFixture.make()
        let other = try await ContactsFixture.make()
        let deleted = try await fixture.lists.create(tenantID: fixture.tenantID, name: "Old")
        try await fixture.lists.delete(tenantID: fixture.tenantID, id: deleted.id)
        for listID in [other.list.id, deleted.id, UUID()] {
            let error = try await refusal {
                try await fixture.importer.run(
                    ByteChunks(bytes: Array("email\nann@example.com\n".utf8), size: 10),
                    options: ImportOptions(tenantID: fixture.tenantID, listID: listID)
                )
            }
            #expect(error.code == .listNotFound)
        }
        #expect(try await fixture.count("contacts") == 0)
    }
}
