import CommCore
import CommTesting
import Foundation
import Testing

@Suite("Contact repository", .database)
struct ContactRepositoryTests {
    private func problems(_ work: () async throws -> Void) async throws -> [String] {
        do {
            try await work()
        } catch let error as ContactError {
            #expect(error.code == .invalid)
            return error.problems.map { "\($0.field) \($0.code)" }
        }
        return []
    }

    @Test("an upsert makes a contact, and the next one of its address changes what is given")
    func upsert() async throws {
        let fixture = try await ContactsFixture.make()
        let made = try await fixture.contacts.upsert(
            tenantID: fixture.tenantID,
            draft: ContactDraft(
                email: " Ann@Example.com ",
                name: "Ann",
                phone: "1",
                identityType: "company",
                identityName: "Ann Ltd",
                language: "lt",
                attributes: ["vip": .boolean(true), "size": .text("XL")]
            )
        )
        #expect((made.email, made.status, made.qualityIndex, made.source) == ("Ann@Example.com", .active, 50, "api"))
        fixture.time.advance(by: .seconds(5))
        let changed = try await fixture.contacts.upsert(
            tenantID: fixture.tenantID,
            draft: ContactDraft(email: "ANN@example.com", name: "Anna", phone: "  ", attributes: ["size": .null, "age": .number(7)])
        )
        #expect((changed.id, changed.email) == (made.id, "Ann@Example.com"))
        #expect((changed.name, changed.phone, changed.identityType, changed.identityName) == ("Anna", "1", .company, "Ann Ltd"))
        #expect(changed.attributes == ["vip": .boolean(true), "age": .number(7)])
        #expect(changed.updatedAt > made.updatedAt)
        #expect(try await fixture.contacts.find(tenantID: fixture.tenantID, email: "aNN@example.com") == changed)
        #expect(try await fixture.contacts.get(tenantID: fixture.tenantID, id: made.id) == changed)
    }

    @Test("an upsert never takes back an opt-out", arguments: [ContactStatus.unsubscribed, .bounced, .complained])
    func optOut(status: ContactStatus) async throws {
        let fixture = try await ContactsFixture.make()
        let draft = ContactDraft(email: "ann@example.com", name: "Ann")
        _ = try await fixture.contacts.upsert(tenantID: fixture.tenantID, draft: draft)
        try await fixture.setStatus(status, of: "ann@example.com")
        #expect(try await fixture.contacts.upsert(tenantID: fixture.tenantID, draft: draft).status == status)
    }

    @Test("lists and objects are kept, within limits that name the path")
    func structuredAttributes() async throws {
        let fixture = try await ContactsFixture.make()
        let orders = AttributeValue.list([.object(["title": .text("Pen"), "price": .number(2.5), "paid": .boolean(true)]), .text("x")])
        let draft = ContactDraft(email: "ann@example.com", attributes: ["orders": orders])
        #expect(try await fixture.contacts.upsert(tenantID: fixture.tenantID, draft: draft).attributes == ["orders": orders])
        let wrong: [String: AttributeValue] = [
            "deep": .list([.list([.list([.object(["a": .list([])])])])]), "key": .list([.object(["a b": .null])]),
            "long": .list([.object(["t": .text(String(repeating: "x", count: 4_097))])]),
            "many": .list(Array(repeating: .null, count: 1_001)), "nul": .object(["a": .list([.text("\u{0}")])]),
            "wide": .list(Array(repeating: .text(String(repeating: "x", count: 4_000)), count: 9)),
        ]
        let found = try await problems {
            _ = try await fixture.contacts.upsert(
                tenantID: fixture.tenantID,
                draft: ContactDraft(email: "b@example.com", attributes: wrong)
            )
        }
        #expect(
            found == [
                "attributes.deep[0][0][0].a too_deep", "attributes.key[0] invalid", "attributes.long[0].t too_long",
                "attributes.many too_many", "attributes.nul.a[0] invalid", "attributes.wide too_long",
            ]
        )
    }

    @Test("everything wrong with a draft is reported at once, and nothing is stored")
    func invalidDraft() async throws {
        let fixture = try await ContactsFixture.make()
        let draft = ContactDraft(
            email: "nobody",
            name: "A\r\nBcc: x@example.com",
            phone: String(repeating: "1", count: 65),
            identityType: "robot",
            attributes: ["bad key": .text("x"), "nul": .text("a\u{0}b")]
        )
        let found = try await problems { _ = try await fixture.contacts.upsert(tenantID: fixture.tenantID, draft: draft) }
        #expect(
            found == [
                "email missing_at", "identity_type invalid", "name invalid", "phone too_long", "attributes invalid",
                "attributes.nul invalid",
            ]
        )
        #expect(
            try await problems { _ = try await fixture.contacts.upsert(tenantID: fixture.tenantID, draft: ContactDraft(email: " ")) } == [
                "email required"
            ]
        )
        #expect(try await fixture.count("contacts") == 0)
    }

    @Test("a batch answers in the order given, folds repeated addresses, and is all or nothing")
    func batch() async throws {
        let fixture = try await ContactsFixture.make()
        let drafts = [
            ContactDraft(email: "zoe@example.com", name: "Zoe"), ContactDraft(email: "Ann@example.com", name: "Ann", phone: "1"),
            ContactDraft(email: "ann@EXAMPLE.com", name: "Anna", attributes: ["a": .text("b")]),
        ]
        let contacts = try await fixture.contacts.upsert(tenantID: fixture.tenantID, drafts: drafts)
        #expect(contacts.map(\.email) == ["zoe@example.com", "Ann@example.com", "Ann@example.com"])
        #expect(contacts.map(\.name) == ["Zoe", "Anna", "Anna"])
        #expect((contacts[2].phone, contacts[2].attributes) == ("1", ["a": .text("b")]))
        let broken = drafts + [ContactDraft(email: "new@example.com"), ContactDraft(email: "x@y")]
        let found = try await problems { _ = try await fixture.contacts.upsert(tenantID: fixture.tenantID, drafts: broken) }
        #expect(found == ["emails[4].email domain_single_label"])
        #expect(try await fixture.count("contacts") == 2)
    }

    @Test("contacts of another tenant are neither found nor changed")
    func otherTenant() async throws {
        let fixture = try await ContactsFixture.make()
        let other = try await ContactsFixture.make()
        let mine = try await fixture.contacts.upsert(tenantID: fixture.tenantID, draft: ContactDraft(email: "ann@example.com", name: "Ann"))
        let theirs = try await other.contacts.upsert(tenantID: other.tenantID, draft: ContactDraft(email: "ann@example.com", name: "Other"))
        #expect(mine.id != theirs.id)
        await #expect(throws: ContactError.self) { try await other.contacts.get(tenantID: other.tenantID, id: mine.id) }
        #expect(try await fixture.contacts.list(tenantID: fixture.tenantID).map(\.name) == ["Ann"])
    }

    @Test("pages follow each other, newest first")
    func pages() async throws {
        let fixture = try await ContactsFixture.make()
        for number in 0..<5 {
            _ = try await fixture.contacts.upsert(tenantID: fixture.tenantID, draft: ContactDraft(email: "user\(number)@example.com"))
            fixture.time.advance(by: .seconds(1))
        }
        let first = try await fixture.contacts.list(tenantID: fixture.tenantID, page: IDPage(limit: 3))
        let second = try await fixture.contacts.list(tenantID: fixture.tenantID, page: IDPage(limit: 3, before: first.last?.id))
        #expect((first + second).map(\.email) == (0..<5).reversed().map { "user\($0)@example.com" })
    }

    @Test("an international domain is stored in the form that mail servers take")
    func internationalDomain() async throws {
        let fixture = try await ContactsFixture.make()
        let contact = try await fixture.contacts.upsert(tenantID: fixture.tenantID, draft: ContactDraft(email: "Ann@münchen.de"))
        #expect(contact.email == "Ann@xn--mnchen-3ya.de")
        #expect(try await fixture.contacts.find(tenantID: fixture.tenantID, email: "ann@MÜNCHEN.de")?.id == contact.id)
    }
}
