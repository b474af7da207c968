import CommTesting
import Foundation
import Postgres
import Testing

@testable import CommCore

@Suite("Audience check", .database)
struct AudienceCheckTests {
    private let domain = DomainFixture()

    private func check(_ tenant: UUID, _ campaign: UUID) async throws -> AudienceCheck {
        let checker = AudienceChecker(
            preview: try CampaignPreview(compiler: domain.compiler, publicBase: "https://comm.example.com"),
            repository: AudienceCheckRepository(client: domain.client),
            time: domain.time
        )
        return try await checker.check(tenantID: tenant, campaignID: campaign)
    }

    @Test("it counts recipients that lack a field, whatever asks for it, and only those that could be mailed")
    func counts() async throws {
        let tenant = try await domain.tenant()
        let asks = "{{city|town}} {{#if vip}}x{{/if}}{{#each orders}}{{this.t}}{{/each}}{{a.b}}{{n|number:2}}"
        let template = try await domain.template(of: tenant, html: DomainFixture.html.replacing("look", with: asks))
        let lists = [
            try await domain.list(of: tenant, emails: ["a@x.example", "gone@x.example"], attributes: #"{"city":"Riga","vip":true,"n":1}"#),
            try await domain.list(of: tenant, emails: ["b@x.example"], attributes: #"{"city":"","orders":[{"t":1}],"a":{"b":"c"},"n":2}"#),
        ]
        let campaign = try await domain.campaign(of: tenant, template: template.id, lists: lists)
        try await domain.owner.execute("UPDATE contacts SET status = 'unsubscribed' WHERE email_norm = 'gone@x.example'")
        let found = try await check(tenant, campaign.id)
        #expect(found.totalRecipients == 2)
        #expect(
            Set(found.fields.map { "\($0.key) \($0.missing) \($0.hasDefault)" }) == [
                "name 0 true", "city 1 true", "vip 1 true", "orders 1 true", "a.b 1 false", "n 0 false",
            ]
        )
    }

    @Test("a preview shows a contact's branches, lists and language")
    func preview() async throws {
        let tenant = try await domain.tenant()
        let asks = "{{#each orders}}{{this.t}}:{{this.at|date:\"d MMMM\"}};{{/each}}{{a.b|upper}}"
        let template = try await domain.template(of: tenant, html: DomainFixture.html.replacing("look", with: asks))
        let attributes = #"{"orders":[{"t":"<A>","at":"2024-03-05"}],"a":{"b":"c"}}"#
        let list = try await domain.list(of: tenant, emails: ["a@x.example"], attributes: attributes)
        let campaign = try await domain.campaign(of: tenant, template: template.id, lists: [list])
        try await domain.owner.execute("UPDATE contacts SET language = 'lt' WHERE tenant_id = \(tenant)")
        let id: UUID = try await domain.owner.query("SELECT id FROM contacts WHERE tenant_id = \(tenant)")[0].get("id")
        let preview = try CampaignPreview(compiler: domain.compiler, publicBase: "https://comm.example.com")
        let seen = try await preview.render(tenantID: tenant, campaignID: campaign.id, contactID: id)
        #expect(seen.html?.contains("&lt;A&gt;:5 kovo;C") == true)
    }
}
