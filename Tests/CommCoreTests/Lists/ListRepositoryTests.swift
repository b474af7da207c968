import CommCore
import CommTesting
import Foundation
import Testing

@Suite("Lists", .database)
struct ListRepositoryTests {
    private func refusal(_ work: () async throws -> Void) async throws -> ContactError {
        do {
            try await work()
        } catch let error as ContactError {
            return error
        }
        throw TestFailure("it was not refused")
    }

    @Test("a list needs a name and a known type")
    func checks() async throws {
        let fixture = try await ContactsFixture.make()
        let error = try await refusal { _ = try await fixture.lists.create(tenantID: fixture.tenantID, name: " ", type: "odd") }
        #expect(error.problems.map { "\($0.field) \($0.code)" } == ["name required", "type invalid"])
        #expect(error.message == "name required")
        let list = try await fixture.lists.create(tenantID: fixture.tenantID, name: "News", description: "Weekly", type: "smart")
        #expect((list.name, list.description, list.type) == ("News", "Weekly", .smart))
        #expect(try await fixture.lists.get(tenantID: fixture.tenantID, id: list.id) == list)
    }

    @Test("lists come by type in descending order, then the newest first, with their sizes")
    func order() async throws {
        let fixture = try await ContactsFixture.make()
        for (name, type) in [("system", "system"), ("newer", "user"), ("smart", "smart")] {
            fixture.time.advance(by: .seconds(1))
            _ = try await fixture.lists.create(tenantID: fixture.tenantID, name: name, type: type)
        }
        _ = try await fixture.run("email\na@example.com\nb@example.com\n")
        let lists = try await fixture.lists.list(tenantID: fixture.tenantID)
        #expect(lists.map(\.list.name) == ["newer", "Everybody", "system", "smart"])
        #expect(lists.map(\.contactCount) == [0, 2, 0, 0])
    }

    @Test("a deleted list is hidden; another tenant's is not found and not touched")
    func deletion() async throws {
        let fixture = try await ContactsFixture.make()
        let other = try await ContactsFixture.make()
        #expect(try await refusal { try await fixture.lists.delete(tenantID: fixture.tenantID, id: other.list.id) }.code == .notFound)
        #expect(try await fixture.lists.delete(tenantID: fixture.tenantID, ids: [fixture.list.id, other.list.id, UUID()]) == 1)
        #expect(try await fixture.lists.list(tenantID: fixture.tenantID).isEmpty)
        #expect(try await other.lists.list(tenantID: other.tenantID).count == 1)
        #expect(try await refusal { try await fixture.lists.delete(tenantID: fixture.tenantID, id: fixture.list.id) }.code == .notFound)
        #expect(try await refusal { _ = try await fixture.lists.get(tenantID: fixture.tenantID, id: fixture.list.id) }.code == .notFound)
    }

    @Test("adding by address makes contacts and counts every address given")
    func addByAddress() async throws {
        let fixture = try await ContactsFixture.make()
        let drafts = [
            ContactDraft(email: "ann@example.com", name: "Ann"), ContactDraft(email: nil, name: "Nobody"),
            ContactDraft(email: "bob@example.com"),
        ]
        #expect(try await fixture.memberships.add(tenantID: fixture.tenantID, listID: fixture.list.id, drafts: drafts) == 2)
        #expect(try await fixture.memberships.add(tenantID: fixture.tenantID, listID: fixture.list.id, drafts: drafts) == 2)
        #expect(try await fixture.count("list_contacts") == 2)
        let error = try await refusal {
            _ = try await fixture.memberships.add(
                tenantID: fixture.tenantID,
                listID: fixture.list.id,
                drafts: [ContactDraft(email: "new@example.com"), ContactDraft(email: "bad")]
            )
        }
        #expect(error.problems.map(\.field) == ["emails[1].email"])
        #expect(try await fixture.count("contacts") == 2)
    }

    @Test("adding by id takes the tenant's own contacts and counts them")
    func addByID() async throws {
        let fixture = try await ContactsFixture.make()
        let other = try await ContactsFixture.make()
        let ann = try await fixture.contacts.upsert(tenantID: fixture.tenantID, draft: ContactDraft(email: "ann@example.com"))
        let theirs = try await other.contacts.upsert(tenantID: other.tenantID, draft: ContactDraft(email: "bob@example.com"))
        let ids = [ann.id, theirs.id, UUID()]
        let first = try await fixture.memberships.add(tenantID: fixture.tenantID, listID: fixture.list.id, contactIDs: ids)
        #expect(first == AddedByID(addedCount: 1, requestedCount: 3, validCount: 1))
        let second = try await fixture.memberships.add(tenantID: fixture.tenantID, listID: fixture.list.id, contactIDs: ids)
        #expect(second == AddedByID(addedCount: 0, requestedCount: 3, validCount: 1))
    }

    @Test("another tenant's list takes no contacts and shows none")
    func foreignList() async throws {
        let fixture = try await ContactsFixture.make()
        let other = try await ContactsFixture.make()
        let list = other.list.id
        let tenant = fixture.tenantID
        #expect(
            try await refusal {
                _ = try await fixture.memberships.add(tenantID: tenant, listID: list, drafts: [ContactDraft(email: "ann@example.com")])
            }.code == .notFound
        )
        #expect(
            try await refusal { _ = try await fixture.memberships.add(tenantID: tenant, listID: list, contactIDs: []) }.code == .notFound
        )
        #expect(try await refusal { _ = try await fixture.memberships.contacts(tenantID: tenant, listID: list) }.code == .notFound)
        #expect(
            try await refusal {
                try await ListExportRepository(client: fixture.client).export(tenantID: tenant, listID: list) { _ in
                    Issue.record("nothing may be written")
                }
            }.code == .notFound
        )
        #expect(try await fixture.count("contacts") == 0)
    }

    @Test("pages of contacts are newest first, and a search finds parts of address and names as they are written")
    func pagesAndSearch() async throws {
        let fixture = try await ContactsFixture.make()
        let drafts = [
            ContactDraft(email: "ann_x@example.com", name: "Ann"), ContactDraft(email: "annax@example.com", name: "50% off"),
            ContactDraft(email: "bob@example.com", identityName: "Annual Ltd"),
            ContactDraft(email: "carl@example.com", name: "Back\\slash"),
        ]
        _ = try await fixture.memberships.add(tenantID: fixture.tenantID, listID: fixture.list.id, drafts: drafts)
        fixture.time.advance(by: .seconds(1))
        _ = try await fixture.memberships.add(
            tenantID: fixture.tenantID,
            listID: fixture.list.id,
            drafts: [ContactDraft(email: "zoe@example.com")]
        )
        func page(_ number: Int, _ size: Int, _ search: String? = nil) async throws -> ListContactPage {
            try await fixture.memberships.contacts(
                tenantID: fixture.tenantID,
                listID: fixture.list.id,
                page: number,
                pageSize: size,
                search: search
            )
        }
        let first = try await page(1, 2)
        #expect((first.items.map(\.email), first.total) == (["zoe@example.com", "ann_x@example.com"], 5))
        #expect(try await page(3, 2).items.map(\.email) == ["carl@example.com"])
        #expect(try await page(Int.max, Int.max).items.isEmpty)
        #expect(try await page(-1, 0).items.count == 1)
        #expect(try await page(1, 50, "ANN").total == 3)
        #expect(try await page(1, 50, "ann_").items.map(\.email) == ["ann_x@example.com"])
        #expect(try await page(1, 50, "0%").items.map(\.name) == ["50% off"])
        #expect(try await page(1, 50, "k\\s").items.map(\.email) == ["carl@example.com"])
        #expect(try await page(1, 50, " ").total == 5)
    }

    @Test("an export is CSV with a byte order mark, quoted, and safe for a spreadsheet")
    func export() async throws {
        let fixture = try await ContactsFixture.make()
        _ = try await fixture.run(
            "email,name,phone,identity_type,identity_name\nann@example.com,=1+1,+370600,company,\"A \"\"B\"\" Ltd\"\n"
        )
        let file = TextBox()
        try await ListExportRepository(client: fixture.client).export(tenantID: fixture.tenantID, listID: fixture.list.id) {
            await file.append($0)
        }
        let time = "2026-09-21T14:13:20.000Z"
        #expect(
            await file.text
                == "\u{FEFF}\"email\",\"name\",\"phone\",\"identity_type\",\"identity_name\",\"consent_given_at\",\"created_at\",\"added_to_list_at\"\r\n"
                + "\"ann@example.com\",\"'=1+1\",\"'+370600\",\"company\",\"A \"\"B\"\" Ltd\",\"\",\"\(time)\",\"\(time)\"\r\n"
        )
        #expect(try await fixture.count("list_contacts") == 1)
    }
}
