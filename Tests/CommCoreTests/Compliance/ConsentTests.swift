import CommTesting
import Foundation
import Postgres
import Testing

@testable import CommCore

@Suite("Consents", .database)
struct ConsentTests {
    private let domain = DomainFixture()
    private var consents: ConsentRepository { ConsentRepository(client: domain.client, time: domain.time) }

    private func contact(_ tenant: UUID) async throws -> UUID {
        _ = try await domain.list(of: tenant, emails: ["ann@ex.test"])
        return try await domain.owner.query("SELECT id FROM contacts WHERE tenant_id = \(tenant)")[0].get("id")
    }

    private func columns(_ contact: UUID) async throws -> (Date?, String?) {
        let row = try await domain.owner.query("SELECT consent_given_at, consent_source FROM contacts WHERE id = \(contact)")[0]
        return (try row.get("consent_given_at"), try row.get("consent_source"))
    }

    @Test("the contact follows the newest statement about marketing, in whatever order they are recorded")
    func newestWins() async throws {
        let tenant = try await domain.tenant()
        let contact = try await contact(tenant)
        let now = domain.time.now
        let given = ConsentDraft(state: "given", source: "form", textVersion: "v3", ip: "203.0.113.7", at: now.addingTimeInterval(-60))
        let record = try await consents.record(tenantID: tenant, contactID: contact, draft: given)
        #expect(record.purpose == "marketing" && record.textVersion == "v3" && record.ip == "203.0.113.7")
        var (at, source) = try await columns(contact)
        #expect(at == now.addingTimeInterval(-60) && source == "form")
        let older = ConsentDraft(state: "withdrawn", source: "letter", at: now.addingTimeInterval(-3_600))
        _ = try await consents.record(tenantID: tenant, contactID: contact, draft: older)
        (at, source) = try await columns(contact)
        #expect(at == now.addingTimeInterval(-60) && source == "form")
        #expect(try await !domain.suppressions.isSuppressed(tenantID: tenant, email: "ann@ex.test", isMarketing: true))
        _ = try await consents.record(tenantID: tenant, contactID: contact, draft: ConsentDraft(state: "withdrawn", source: "phone"))
        (at, source) = try await columns(contact)
        #expect(at == nil && source == "phone")
        #expect(try await consents.list(tenantID: tenant, contactID: contact).map(\.source) == ["phone", "form", "letter"])
    }

    @Test("withdrawn marketing keeps campaigns back and nothing else; given again it lifts that and no other suppression")
    func suppresses() async throws {
        let tenant = try await domain.tenant()
        let contact = try await contact(tenant)
        _ = try await consents.record(tenantID: tenant, contactID: contact, draft: ConsentDraft(state: "withdrawn", source: "phone"))
        #expect(try await domain.suppressions.isSuppressed(tenantID: tenant, email: "ann@ex.test", isMarketing: true))
        #expect(try await !domain.suppressions.isSuppressed(tenantID: tenant, email: "ann@ex.test"))
        domain.time.advance(by: 1)
        _ = try await consents.record(tenantID: tenant, contactID: contact, draft: ConsentDraft(state: "given", source: "form"))
        #expect(try await !domain.suppressions.isSuppressed(tenantID: tenant, email: "ann@ex.test", isMarketing: true))
        _ = try await domain.suppressions.add(tenantID: tenant, draft: SuppressionDraft(email: "ann@ex.test", scope: "marketing"))
        domain.time.advance(by: 1)
        _ = try await consents.record(tenantID: tenant, contactID: contact, draft: ConsentDraft(state: "given", source: "form"))
        #expect(try await domain.suppressions.isSuppressed(tenantID: tenant, email: "ann@ex.test", isMarketing: true))
    }

    @Test("other purposes are recorded and move nothing")
    func otherPurpose() async throws {
        let tenant = try await domain.tenant()
        let contact = try await contact(tenant)
        let draft = ConsentDraft(purpose: "profiling", state: "withdrawn", source: "form")
        _ = try await consents.record(tenantID: tenant, contactID: contact, draft: draft)
        #expect(try await columns(contact).1 == nil)
        #expect(try await !domain.suppressions.isSuppressed(tenantID: tenant, email: "ann@ex.test", isMarketing: true))
    }

    @Test("what is wrong is named; a foreign contact is not found")
    func refusals() async throws {
        let tenant = try await domain.tenant()
        let contact = try await contact(tenant)
        let draft = ConsentDraft(purpose: " ", state: "maybe", at: domain.time.now.addingTimeInterval(86_400))
        let error = await #expect(throws: ComplianceError.self) {
            try await consents.record(tenantID: tenant, contactID: contact, draft: draft)
        }
        #expect(error?.problems.map(\.field) == ["purpose", "state", "source", "at"])
        let stranger = try await domain.tenant()
        await #expect(throws: ComplianceError(.notFound, "Contact not found")) {
            try await consents.record(tenantID: stranger, contactID: contact, draft: ConsentDraft(state: "given", source: "form"))
        }
        await #expect(throws: ComplianceError(.notFound, "Contact not found")) {
            try await consents.list(tenantID: stranger, contactID: contact)
        }
    }
}
