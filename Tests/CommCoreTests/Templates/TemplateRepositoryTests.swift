import CommTesting
import Foundation
import Postgres
import Testing

@testable import CommCore

@Suite("Templates", .database)
struct TemplateRepositoryTests {
    private let domain = DomainFixture()

    private func code<R>(_ operation: () async throws -> R) async -> TemplateErrorCode? {
        do {
            _ = try await operation()
            return nil
        } catch {
            return (error as? TemplateError)?.code
        }
    }

    @Test("a template is stored as it was given")
    func create() async throws {
        let tenant = try await domain.tenant()
        let draft = TemplateDraft(name: "News", subject: "Žinios {{name}}", type: "html", bodyHTML: "<p>&amp; 😀</p>", bodyText: "text")
        let made = try await domain.templates.create(tenantID: tenant, draft: draft)
        #expect(try await domain.templates.get(tenantID: tenant, id: made.id) == made)
        #expect(made.subject == draft.subject)
        #expect(made.bodyHTML == draft.bodyHTML)
        #expect(made.bodyText == draft.bodyText)
        #expect(made.createdAt == domain.time.now)
    }

    @Test("a refused template is not stored, and the sentence is the contract's")
    func refused() async throws {
        let tenant = try await domain.tenant()
        let error = await #expect(throws: TemplateError.self) {
            try await domain.templates.create(tenantID: tenant, draft: TemplateDraft(name: nil, subject: "a\nb", type: "pdf"))
        }
        #expect(error?.message == "name, subject, type required")
        #expect(error?.problems.map(\.field) == ["name", "subject", "type"])
        #expect(try await domain.templates.list(tenantID: tenant).isEmpty)
    }

    @Test("the list is newest first, page by page")
    func list() async throws {
        let tenant = try await domain.tenant()
        var ids: [UUID] = []
        for _ in 0..<5 { ids.append(try await domain.template(of: tenant).id) }
        #expect(try await domain.templates.list(tenantID: tenant).map(\.id) == ids.reversed())
        let first = try await domain.templates.list(tenantID: tenant, page: IDPage(limit: 2))
        let second = try await domain.templates.list(tenantID: tenant, page: IDPage(limit: 2, before: first.last?.id))
        #expect((first + second).map(\.id) == ids.reversed().prefix(4).map { $0 })
    }

    @Test("a patch changes what it names and keeps the rest")
    func patch() async throws {
        let tenant = try await domain.tenant()
        let made = try await domain.template(of: tenant)
        domain.time.advance(by: 5)
        let patched = try await domain.templates.update(tenantID: tenant, id: made.id, patch: TemplatePatch(subject: "New"))
        #expect(patched.subject == "New")
        #expect(patched.bodyHTML == made.bodyHTML)
        #expect(patched.name == made.name)
        #expect(patched.updatedAt == domain.time.now)
        #expect(patched.createdAt == made.createdAt)
    }

    @Test("a patch cannot make a template invalid")
    func badPatch() async throws {
        let tenant = try await domain.tenant()
        let made = try await domain.template(of: tenant)
        #expect(await code { try await domain.templates.update(tenantID: tenant, id: made.id, patch: TemplatePatch()) } == .invalid)
        let empty = TemplatePatch(bodyHTML: "")
        #expect(await code { try await domain.templates.update(tenantID: tenant, id: made.id, patch: empty) } == .invalid)
        #expect(try await domain.templates.get(tenantID: tenant, id: made.id) == made)
    }

    @Test("a template of a campaign stays")
    func inUse() async throws {
        let tenant = try await domain.tenant()
        let (used, free) = (try await domain.template(of: tenant), try await domain.template(of: tenant))
        _ = try await domain.campaign(of: tenant, template: used.id)
        #expect(await code { try await domain.templates.delete(tenantID: tenant, id: used.id) } == .inUse)
        let unknown = UUID()
        let result = try await domain.templates.delete(tenantID: tenant, ids: [used.id, free.id, unknown, free.id])
        #expect(result.deleted == [free.id])
        #expect(result.failed == [.init(id: used.id, reason: .inUse), .init(id: unknown, reason: .notFound)])
        #expect(try await domain.templates.list(tenantID: tenant).map(\.id) == [used.id])
    }

    @Test("another tenant's template is not found")
    func isolation() async throws {
        let mine = try await domain.tenant()
        let theirs = try await domain.tenant()
        let template = try await domain.template(of: theirs)
        #expect(await code { try await domain.templates.get(tenantID: mine, id: template.id) } == .notFound)
        #expect(await code { try await domain.templates.delete(tenantID: mine, id: template.id) } == .notFound)
        let patch = TemplatePatch(name: "Mine now")
        #expect(await code { try await domain.templates.update(tenantID: mine, id: template.id, patch: patch) } == .notFound)
        #expect(try await domain.templates.list(tenantID: mine).isEmpty)
        #expect(try await domain.templates.get(tenantID: theirs, id: template.id) == template)
    }

    @Test("row-level security alone keeps tenants apart")
    func wall() async throws {
        let mine = try await domain.tenant()
        _ = try await domain.campaign(of: try await domain.tenant())
        for table in ["templates", "campaigns", "campaign_lists", "lists", "contacts", "tenants"] {
            let unfiltered: SQL = "SELECT count(*) AS n FROM \(identifier: table)"
            #expect(try await domain.client.query(unfiltered, tenant: mine)[0].get("n") as Int == (table == "tenants" ? 1 : 0))
            #expect(try await domain.client.query(unfiltered)[0].get("n") as Int == 0)
        }
    }
}
