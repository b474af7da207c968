import CommTesting
import Foundation
import Postgres
import Testing

@testable import CommCore

@Suite("Compiling a campaign", .database)
struct CampaignCompilerTests {
    private let domain = DomainFixture()

    @Test("every compile makes the next version of artifact and snapshot")
    func versions() async throws {
        let tenant = try await domain.tenant()
        let campaign = try await domain.campaign(of: tenant)
        for version in 1...3 {
            domain.time.advance(by: 1)
            let compiled = try await domain.compiler.compile(tenantID: tenant, campaignID: campaign.id)
            #expect(compiled.version == version)
            #expect(compiled.totalRecipients == 1)
        }
        let artifacts = try await domain.artifacts.list(tenantID: tenant, campaignID: campaign.id)
        #expect(artifacts.map(\.version) == [3, 2, 1])
        #expect(Set(artifacts.map(\.hash)).count == 1)
        let newest = try await domain.artifacts.get(tenantID: tenant, campaignID: campaign.id, version: 3)
        #expect(newest.summary == artifacts[0])
        #expect(newest.html?.contains("TRACK_TOKEN_") == true)
        #expect(newest.summary.htmlSize == newest.html?.utf8.count)
        let overview = try #require(try await domain.campaigns.list(tenantID: tenant).first)
        #expect(overview.artifact == artifacts[0])
        #expect(overview.snapshot?.version == 3)
        #expect(overview.campaign.artifactID == nil)
    }

    @Test("the audience counts each person once, and apart those who cannot be mailed")
    func audience() async throws {
        let tenant = try await domain.tenant()
        let first = try await domain.list(of: tenant, emails: ["a@x.example", "b@x.example", "c@x.example", "d@x.example"])
        let second = try await domain.list(of: tenant, emails: ["A@x.example", "e@x.example", "f@x.example", "g@x.example"])
        let deleted = try await domain.list(of: tenant, emails: ["z@x.example"])
        _ = try await domain.suppressions.add(tenantID: tenant, email: "b@x.example")
        _ = try await domain.suppressions.add(tenantID: tenant, email: "c@x.example", expiresAt: domain.time.now.addingTimeInterval(3600))
        _ = try await domain.suppressions.add(tenantID: tenant, email: "d@x.example", expiresAt: domain.time.now.addingTimeInterval(0.1))
        let campaign = try await domain.campaign(of: tenant, lists: [first, second, deleted])
        try await domain.owner.execute("UPDATE contacts SET status = 'bounced' WHERE email_norm = 'e@x.example'")
        try await domain.owner.execute("UPDATE contacts SET deleted_at = now() WHERE email_norm = 'f@x.example'")
        try await domain.owner.execute(
            "UPDATE list_contacts SET status = 'unsubscribed' WHERE contact_id = (SELECT id FROM contacts WHERE email_norm = 'g@x.example')"
        )
        try await domain.owner.execute("UPDATE lists SET deleted_at = now() WHERE id = \(deleted)")
        let compiled = try await domain.compiler.compile(tenantID: tenant, campaignID: campaign.id)
        // a and d (whose suppression is over) are mailed; b, c and e are not; f, g and z are no members any more.
        #expect(compiled.totalRecipients == 2)
        #expect(compiled.excluded == 3)
    }

    @Test("a template that breaks a limit is refused, and nothing is stored")
    func limits() async throws {
        let tenant = try await domain.tenant()
        let html = String(repeating: "<a href=\"https://shop.example/\">x</a>", count: 101)
        let template = try await domain.template(of: tenant, html: html)
        let campaign = try await domain.campaign(of: tenant, template: template.id)
        let error = await campaignError { try await domain.compiler.compile(tenantID: tenant, campaignID: campaign.id) }
        #expect(error?.code == .validationFailed)
        #expect(error?.message == "Security validation failed")
        #expect(error?.issues.first?.code == "links_exceeded")
        #expect(error?.issues.first?.limit == 100)
        #expect(error?.problems.first?.field == "body_html")
        #expect(try await domain.artifacts.list(tenantID: tenant, campaignID: campaign.id).isEmpty)
    }

    @Test("analytics parameters are in the mail, not only in the report")
    func analytics() async throws {
        let tenant = try await domain.tenant()
        let on = GoogleAnalytics(enabled: true, utmSource: "shop")
        let campaign = try await domain.campaign(of: tenant, analytics: on)
        let compiled = try await domain.compiler.compile(tenantID: tenant, campaignID: campaign.id)
        #expect(compiled.report.links.first?.target.contains("utm_source=shop") == true)
        let rows = try await domain.owner.query("SELECT program::text AS program FROM comm_campaign_artifacts")
        #expect(try (rows[0].get("program") as String).contains("utm_source=shop"))
    }

    @Test("the campaign's policy says what becomes of a link's own parameters", arguments: ["preserve", "append", "override"])
    func utmPolicy(name: String) async throws {
        let tenant = try await domain.tenant()
        let link = "<a href=\"https://shop.example/?utm_source=own\">x</a>"
        let template = try await domain.template(of: tenant, html: DomainFixture.html.replacing("</body>", with: "\(link)</body>"))
        let analytics = GoogleAnalytics(enabled: true, utmPolicy: name, utmSource: "shop")
        let campaign = try await domain.campaign(of: tenant, template: template.id, analytics: analytics)
        let compiled = try await domain.compiler.compile(tenantID: tenant, campaignID: campaign.id)
        let target = try #require(compiled.report.links.last?.target)
        #expect(target.contains("utm_source=own") == (name != "override"))
        #expect(target.contains("utm_source=shop") == (name == "override"))
        #expect(target.contains("utm_medium=email") == (name != "preserve"))
    }

    @Test("an attribute that no contact has is an unknown tag")
    func unknownTags() async throws {
        let tenant = try await domain.tenant()
        let html = DomainFixture.html.replacing("</body>", with: "{{city}} {{town}}</body>")
        let template = try await domain.template(of: tenant, html: html)
        let list = try await domain.list(of: tenant, emails: ["a@x.example"], attributes: #"{"city": "Vilnius"}"#)
        let campaign = try await domain.campaign(of: tenant, template: template.id, lists: [list])
        let compiled = try await domain.compiler.compile(tenantID: tenant, campaignID: campaign.id)
        #expect(compiled.report.blockers.map(\.code) == ["unknown_merge_tag"])
        #expect(compiled.report.blockers.first?.message.contains("town") == true)
    }

    @Test("compiling a scheduled campaign changes what it will send; one that has begun is refused")
    func afterScheduling() async throws {
        let tenant = try await domain.tenant()
        let campaign = try await domain.campaign(of: tenant)
        let scheduled = try await domain.scheduler.schedule(tenantID: tenant, campaignID: campaign.id)
        let compiled = try await domain.compiler.compile(tenantID: tenant, campaignID: campaign.id)
        let after = try await domain.campaigns.get(tenantID: tenant, id: campaign.id)
        #expect(after.artifactID == compiled.artifactID)
        #expect(after.artifactID != scheduled.artifactID)
        #expect(after.status == .scheduled)
        try await domain.set(.sending, startedAt: domain.time.now, of: campaign.id)
        let error = await campaignError { try await domain.compiler.compile(tenantID: tenant, campaignID: campaign.id) }
        #expect(error?.code == .illegalTransition)
    }
}
