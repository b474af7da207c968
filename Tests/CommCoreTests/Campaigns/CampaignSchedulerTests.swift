import CommTesting
import Foundation
import Postgres
import Testing

@testable import CommCore

@Suite("Scheduling a campaign", .database)
struct CampaignSchedulerTests {
    private let domain = DomainFixture()

    private func schedule(_ tenant: UUID, _ campaign: UUID, allowUnknownTags: Bool = false) async throws -> Campaign {
        try await domain.scheduler.schedule(tenantID: tenant, campaignID: campaign, allowUnknownTags: allowUnknownTags)
    }

    @Test("a campaign that was never compiled is compiled, fixed and due now")
    func first() async throws {
        let tenant = try await domain.tenant()
        let campaign = try await domain.campaign(of: tenant)
        let scheduled = try await schedule(tenant, campaign.id)
        #expect(scheduled.status == .scheduled)
        #expect(scheduled.scheduledAt == domain.time.now)
        let overview = try #require(try await domain.campaigns.list(tenantID: tenant).first)
        #expect(overview.artifact?.id == scheduled.artifactID)
        #expect(overview.artifact?.version == 1)
        #expect(overview.snapshot?.id == scheduled.snapshotID)
        #expect(overview.snapshot?.totalRecipients == 1)
    }

    @Test("a time that was set is kept")
    func later() async throws {
        let tenant = try await domain.tenant()
        let campaign = try await domain.campaign(of: tenant)
        let patch = CampaignSettingsPatch(scheduledAt: "2026-06-01T06:00:00Z")
        _ = try await domain.campaigns.updateSettings(tenantID: tenant, id: campaign.id, patch: patch)
        #expect(try await schedule(tenant, campaign.id).scheduledAt == ScheduledTime.date(from: "2026-06-01T06:00:00Z"))
    }

    @Test("what was compiled is sent, unless the template has changed since")
    func artifact() async throws {
        let tenant = try await domain.tenant()
        let template = try await domain.template(of: tenant)
        let (kept, changed) = (
            try await domain.campaign(of: tenant, template: template.id), try await domain.campaign(of: tenant, template: template.id)
        )
        let compiled = try await domain.compiler.compile(tenantID: tenant, campaignID: kept.id)
        #expect(try await schedule(tenant, kept.id).artifactID == compiled.artifactID)

        let old = try await domain.compiler.compile(tenantID: tenant, campaignID: changed.id)
        _ = try await domain.templates.update(tenantID: tenant, id: template.id, patch: TemplatePatch(subject: "Other"))
        #expect(try await schedule(tenant, changed.id).artifactID != old.artifactID)
        #expect(try await domain.artifacts.list(tenantID: tenant, campaignID: changed.id).map(\.subject) == ["Other", template.subject])
    }

    @Test("scheduling twice is scheduling once")
    func twice() async throws {
        let tenant = try await domain.tenant()
        let campaign = try await domain.campaign(of: tenant)
        let first = try await schedule(tenant, campaign.id)
        domain.time.advance(by: 60)
        #expect(try await schedule(tenant, campaign.id) == first)
        #expect(try await domain.artifacts.list(tenantID: tenant, campaignID: campaign.id).count == 1)
    }

    @Test("many schedules at once make one artifact")
    func race() async throws {
        let tenant = try await domain.tenant()
        let campaign = try await domain.campaign(of: tenant)
        let results = try await withThrowingTaskGroup(of: Campaign.self) { group in
            for _ in 0..<6 { group.addTask { try await schedule(tenant, campaign.id) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(results.map(\.artifactID)).count == 1)
        #expect(try await domain.artifacts.list(tenantID: tenant, campaignID: campaign.id).count == 1)
    }

    @Test("a mail without an unsubscribe link is not scheduled")
    func missingUnsubscribe() async throws {
        let tenant = try await domain.tenant()
        let template = try await domain.template(of: tenant, html: "<p>Hello</p>")
        let campaign = try await domain.campaign(of: tenant, template: template.id)
        let error = await campaignError { try await schedule(tenant, campaign.id) }
        #expect(error?.code == .blocked)
        #expect(error?.issues.map(\.code) == ["missing_unsubscribe_url"])
        #expect(try await domain.campaigns.get(tenantID: tenant, id: campaign.id).status == .draft)
    }

    @Test("unknown merge tags are refused unless they are allowed")
    func unknownTags() async throws {
        let tenant = try await domain.tenant()
        let template = try await domain.template(of: tenant, html: DomainFixture.html.replacing("Hello", with: "{{greting}}"))
        let campaign = try await domain.campaign(of: tenant, template: template.id)
        let error = await campaignError { try await schedule(tenant, campaign.id) }
        #expect(error?.code == .blocked)
        #expect(error?.issues.map(\.code) == ["unknown_merge_tag"])
        #expect(try await schedule(tenant, campaign.id, allowUnknownTags: true).status == .scheduled)
    }

    @Test("an audience that nobody is left of is refused, and nothing is fixed")
    func emptyAudience() async throws {
        let tenant = try await domain.tenant()
        let list = try await domain.list(of: tenant, emails: ["a@x.example"])
        _ = try await domain.suppressions.add(tenantID: tenant, email: "a@x.example")
        let campaign = try await domain.campaign(of: tenant, lists: [list])
        #expect(await campaignError { try await schedule(tenant, campaign.id) }?.code == .emptyAudience)
        let after = try await domain.campaigns.get(tenantID: tenant, id: campaign.id)
        #expect(after == campaign)
        #expect(try await domain.artifacts.list(tenantID: tenant, campaignID: campaign.id).isEmpty)
    }

    @Test("the snapshot is what is true when it is scheduled, not when it was compiled")
    func freshSnapshot() async throws {
        let tenant = try await domain.tenant()
        let list = try await domain.list(of: tenant, emails: ["a@x.example", "b@x.example"])
        let campaign = try await domain.campaign(of: tenant, lists: [list])
        #expect(try await domain.compiler.compile(tenantID: tenant, campaignID: campaign.id).totalRecipients == 2)
        _ = try await domain.suppressions.add(tenantID: tenant, email: "a@x.example")
        _ = try await schedule(tenant, campaign.id)
        let snapshot = try #require(try await domain.campaigns.list(tenantID: tenant).first?.snapshot)
        #expect(snapshot.version == 2)
        #expect(snapshot.totalRecipients == 1)
        #expect(snapshot.excluded == 1)
    }

    @Test(
        "what has ended or is paused is not scheduled again",
        arguments: [CampaignStatus.completed, .cancelled, .failed, .paused, .sending]
    )
    func illegal(status: CampaignStatus) async throws {
        let tenant = try await domain.tenant()
        let campaign = try await domain.campaign(of: tenant)
        try await domain.set(status, startedAt: domain.time.now, of: campaign.id)
        let error = await campaignError { try await schedule(tenant, campaign.id) }
        #expect(error?.code == .illegalTransition)
        #expect(error?.transition?.from == status)
    }
}
