import CommTesting
import Foundation
import Postgres
import Testing

@testable import CommCore

@Suite("Campaign preview", .database)
struct CampaignPreviewTests {
    private let domain = DomainFixture()

    private func preview(_ tenant: UUID, _ campaign: UUID, contact: UUID? = nil, sample: [String: String] = [:]) async throws
        -> RenderedPreview
    {
        let preview = try CampaignPreview(compiler: domain.compiler, publicBase: "https://comm.example.com")
        return try await preview.render(tenantID: tenant, campaignID: campaign, contactID: contact, sample: sample)
    }

    @Test("without a contact it shows sample data, and the caller's own goes first")
    func samples() async throws {
        let tenant = try await domain.tenant()
        let campaign = try await domain.campaign(of: tenant)
        let plain = try await preview(tenant, campaign.id)
        #expect(plain.subject == "Hello Demo User")
        #expect(plain.html?.contains("Hello Demo User") == true)
        let own = try await preview(tenant, campaign.id, sample: ["name": "<b>Zoë</b>"])
        #expect(own.subject == "Hello <b>Zoë</b>")
        #expect(own.html?.contains("Hello &lt;b&gt;Zoë&lt;/b&gt;") == true)
    }

    @Test("links lead to their targets, not through the tracking domain")
    func links() async throws {
        let tenant = try await domain.tenant()
        let campaign = try await domain.campaign(of: tenant)
        let html = try #require(try await preview(tenant, campaign.id).html)
        #expect(html.contains("href=\"https://shop.example/?a=1&amp;b=2\""))
        #expect(!html.contains("track.example.com"))
        #expect(html.contains("https://comm.example.com/t/u/"))
    }

    @Test("a contact's own values and attributes are filled in")
    func contact() async throws {
        let tenant = try await domain.tenant()
        let template = try await domain.template(of: tenant, html: DomainFixture.html.replacing("look", with: "to {{city|town}} {{n}}"))
        let list = try await domain.list(of: tenant, emails: ["a@x.example"], attributes: #"{"city": "Vilnius", "n": 7}"#)
        let campaign = try await domain.campaign(of: tenant, template: template.id, lists: [list])
        let id: UUID = try await domain.owner.query("SELECT id FROM contacts WHERE tenant_id = \(tenant)")[0].get("id")
        let seen = try await preview(tenant, campaign.id, contact: id)
        #expect(seen.subject == "Hello Ann")
        #expect(seen.html?.contains("to Vilnius 7") == true)
    }

    @Test("a scheduled campaign shows what it will send, whatever became of the template")
    func scheduled() async throws {
        let tenant = try await domain.tenant()
        let template = try await domain.template(of: tenant)
        let campaign = try await domain.campaign(of: tenant, template: template.id)
        _ = try await domain.scheduler.schedule(tenantID: tenant, campaignID: campaign.id)
        _ = try await domain.templates.update(tenantID: tenant, id: template.id, patch: TemplatePatch(subject: "Changed"))
        #expect(try await preview(tenant, campaign.id).subject == "Hello Demo User")
    }

    @Test("another tenant's contact or campaign is not found")
    func isolation() async throws {
        let (mine, theirs) = (try await domain.tenant(), try await domain.tenant())
        let (own, foreign) = (try await domain.campaign(of: mine), try await domain.campaign(of: theirs))
        let contact: UUID = try await domain.owner.query("SELECT id FROM contacts WHERE tenant_id = \(theirs)")[0].get("id")
        #expect(await campaignError { try await preview(mine, own.id, contact: contact) }?.code == .notFound)
        #expect(await campaignError { try await preview(mine, foreign.id) }?.code == .notFound)
    }
}
