import CommTesting
import Foundation
import Postgres
import Testing

@testable import CommCore

@Suite("Suppressions", .database)
struct SuppressionRepositoryTests {
    private let domain = DomainFixture()

    private func status(of email: String, tenant: UUID) async throws -> String {
        try await domain.owner.query("SELECT status FROM contacts WHERE tenant_id = \(tenant) AND email_norm = \(email)")[0].get("status")
    }

    @Test("adding an address unsubscribes the contact that has it, however it is spelt")
    func add() async throws {
        let tenant = try await domain.tenant()
        _ = try await domain.list(of: tenant, emails: ["Ann@Example.com", "bob@example.com"])
        let added = try await domain.suppressions.add(tenantID: tenant, email: " ANN@example.COM ")
        #expect(added.contactsUpdated == 1)
        #expect(added.suppression.reason == "manual")
        #expect(added.suppression.source == "admin")
        #expect(added.suppression.contactStatus == "unsubscribed")
        #expect(try await status(of: "ann@example.com", tenant: tenant) == "unsubscribed")
        #expect(try await status(of: "bob@example.com", tenant: tenant) == "active")
        #expect(try await domain.suppressions.isSuppressed(tenantID: tenant, email: "ann@EXAMPLE.com"))
        #expect(try await !domain.suppressions.isSuppressed(tenantID: tenant, email: "bob@example.com"))
    }

    @Test("an address that is suppressed already keeps its reason")
    func twice() async throws {
        let tenant = try await domain.tenant()
        let first = try await domain.suppressions.add(tenantID: tenant, email: "a@example.com", reason: "complaint", source: "webhook")
        let second = try await domain.suppressions.add(tenantID: tenant, email: "a@example.com", reason: "manual")
        #expect(second == AddedSuppression(suppression: first.suppression, contactsUpdated: 0))
    }

    @Test("a suppression for a time leaves the contact's status alone, and ends")
    func expiry() async throws {
        let tenant = try await domain.tenant()
        _ = try await domain.list(of: tenant, emails: ["ann@example.com"])
        let end = domain.time.now.addingTimeInterval(60)
        let added = try await domain.suppressions.add(tenantID: tenant, email: "ann@example.com", expiresAt: end)
        #expect(added.contactsUpdated == 0)
        #expect(try await status(of: "ann@example.com", tenant: tenant) == "active")
        #expect(try await domain.suppressions.isSuppressed(tenantID: tenant, email: "ann@example.com"))
        domain.time.advance(by: 60)
        #expect(try await !domain.suppressions.isSuppressed(tenantID: tenant, email: "ann@example.com"))
        #expect(try await domain.suppressionList.page(tenantID: tenant).total == 0)
        let again = try await domain.suppressions.add(tenantID: tenant, email: "ann@example.com", reason: "bounce")
        #expect(again.suppression.reason == "bounce")
        #expect(again.suppression.expiresAt == nil)
    }

    @Test("a suppression for ever is not shortened by one for a time")
    func laterEnd() async throws {
        let tenant = try await domain.tenant()
        _ = try await domain.suppressions.add(tenantID: tenant, email: "a@example.com")
        let end = domain.time.now.addingTimeInterval(60)
        let added = try await domain.suppressions.add(tenantID: tenant, email: "a@example.com", expiresAt: end)
        #expect(added.suppression.expiresAt == nil)
    }

    @Test("what is no address is refused, with the contract's sentence", arguments: [nil, "", "ann", "a@b\r\nBcc: c@d.e"])
    func refused(email: String?) async throws {
        let tenant = try await domain.tenant()
        let error = await #expect(throws: ComplianceError.self) { try await domain.suppressions.add(tenantID: tenant, email: email) }
        #expect(error?.message == "Valid email address required")
        #expect(error?.problems.map(\.field) == ["email"])
        #expect(try await domain.suppressionList.page(tenantID: tenant).total == 0)
    }

    @Test("the list comes in pages, newest first, and can be searched")
    func list() async throws {
        let tenant = try await domain.tenant()
        for number in 1...5 {
            domain.time.advance(by: 1)
            _ = try await domain.suppressions.add(tenantID: tenant, email: "p\(number)@example.com")
        }
        let page = try await domain.suppressionList.page(tenantID: tenant, page: 2, limit: 2)
        #expect(page.suppressions.map(\.email) == ["p3@example.com", "p2@example.com"])
        #expect(page.total == 5)
        let beyond = try await domain.suppressionList.page(tenantID: tenant, page: 9, limit: 2)
        #expect(beyond.suppressions.isEmpty)
        #expect(beyond.total == 5)
        let found = try await domain.suppressionList.page(tenantID: tenant, filter: SuppressionFilter(search: "P4@"))
        #expect(found.suppressions.map(\.email) == ["p4@example.com"])
        #expect(try await domain.suppressionList.page(tenantID: tenant, filter: SuppressionFilter(search: "%")).total == 0)
    }

    @Test("removing one makes an unsubscribed contact active, but not one that complained")
    func remove() async throws {
        let tenant = try await domain.tenant()
        _ = try await domain.list(of: tenant, emails: ["ann@example.com", "bob@example.com"])
        let ann = try await domain.suppressions.add(tenantID: tenant, email: "ann@example.com")
        let bob = try await domain.suppressions.add(tenantID: tenant, email: "bob@example.com")
        try await domain.owner.execute("UPDATE contacts SET status = 'complained' WHERE email_norm = 'bob@example.com'")
        for added in [ann, bob] { try await domain.suppressions.remove(tenantID: tenant, id: added.suppression.id) }
        #expect(try await status(of: "ann@example.com", tenant: tenant) == "active")
        #expect(try await status(of: "bob@example.com", tenant: tenant) == "complained")
        await #expect(throws: ComplianceError(.notFound, "Suppression not found")) {
            try await domain.suppressions.remove(tenantID: tenant, id: ann.suppression.id)
        }
    }

    @Test("tenants suppress for themselves only")
    func isolation() async throws {
        let (mine, theirs) = (try await domain.tenant(), try await domain.tenant())
        _ = try await domain.list(of: mine, emails: ["ann@example.com"])
        let added = try await domain.suppressions.add(tenantID: theirs, email: "ann@example.com")
        #expect(try await !domain.suppressions.isSuppressed(tenantID: mine, email: "ann@example.com"))
        #expect(try await status(of: "ann@example.com", tenant: mine) == "active")
        #expect(try await domain.suppressionList.page(tenantID: mine).total == 0)
        await #expect(throws: ComplianceError.self) {
            try await domain.suppressions.remove(tenantID: mine, id: added.suppression.id)
        }
        let unfiltered = try await domain.client.query("SELECT count(*) AS n FROM suppressions", tenant: mine)
        #expect(try unfiltered[0].get("n") as Int == 0)
    }
}
