import CommTesting
import Foundation
import Postgres
import Testing

@testable import CommCore

@Suite("Campaigns", .database)
struct CampaignRepositoryTests {
    private let domain = DomainFixture()

    @Test("a draft is stored as it was given, each list once")
    func create() async throws {
        let tenant = try await domain.tenant()
        let template = try await domain.template(of: tenant)
        let lists = [try await domain.list(of: tenant), try await domain.list(of: tenant)]
        let draft = CampaignDraft(
            name: "Pavasaris",
            templateID: template.id,
            motorBlockID: UUID(),
            listIDs: lists + lists,
            googleAnalytics: GoogleAnalytics(enabled: true, utmSource: "shop", utmTerm: "a b"),
            fromAddress: " shop@bücher.example ",
            fromName: "Shop \"Ltd\""
        )
        let made = try await domain.campaigns.create(tenantID: tenant, draft: draft)
        #expect(made == (try await domain.campaigns.get(tenantID: tenant, id: made.id)))
        #expect(made.status == .draft)
        #expect(Set(made.listIDs) == Set(lists))
        #expect(made.listIDs.count == 2)
        #expect(made.fromAddress == "shop@xn--bcher-kva.example")
        #expect(made.fromName == "Shop \"Ltd\"")
        #expect(made.googleAnalytics == draft.googleAnalytics)
        #expect(made.chunkSize == nil)
        #expect(made.createdAt == domain.time.now)
    }

    @Test("template and lists must be the tenant's own; the answer names each that is not")
    func foreignReferences() async throws {
        let (mine, theirs) = (try await domain.tenant(), try await domain.tenant())
        let template = try await domain.template(of: theirs)
        let lists = [try await domain.list(of: mine), try await domain.list(of: theirs), UUID()]
        let draft = CampaignDraft(name: "x", templateID: template.id, motorBlockID: UUID(), listIDs: lists)
        let error = await campaignError { try await domain.campaigns.create(tenantID: mine, draft: draft) }
        #expect(error?.code == .invalid)
        #expect(error?.problems.map(\.field) == ["template_id", "list_ids[1]", "list_ids[2]"])
        #expect(try await domain.campaigns.list(tenantID: mine).isEmpty)
    }

    @Test("the list is newest first, page by page, without deleted ones")
    func list() async throws {
        let tenant = try await domain.tenant()
        var ids: [UUID] = []
        for _ in 0..<4 { ids.append(try await domain.campaign(of: tenant).id) }
        try await domain.campaigns.delete(tenantID: tenant, id: ids[1])
        let all = try await domain.campaigns.list(tenantID: tenant)
        #expect(all.map(\.campaign.id) == [ids[3], ids[2], ids[0]])
        #expect(all.allSatisfy { $0.artifact == nil && $0.snapshot == nil })
        let page = try await domain.campaigns.list(tenantID: tenant, page: IDPage(limit: 1, before: ids[3]))
        #expect(page.map(\.campaign.id) == [ids[2]])
        #expect(await campaignError { try await domain.campaigns.get(tenantID: tenant, id: ids[1]) }?.code == .notFound)
    }

    @Test("settings change what they name and keep the rest")
    func settings() async throws {
        let tenant = try await domain.tenant()
        let made = try await domain.campaign(of: tenant)
        let first = CampaignSettingsPatch(chunkSize: 50, timezone: "Europe/Vilnius", scheduledAt: "'2026-03-01T10:00:00+02:00'")
        _ = try await domain.campaigns.updateSettings(tenantID: tenant, id: made.id, patch: first)
        let second = CampaignSettingsPatch(delaySecondsBetweenChunks: 7, fromAddress: "shop@example.com", fromName: "Shop")
        let changed = try await domain.campaigns.updateSettings(tenantID: tenant, id: made.id, patch: second)
        #expect(changed.chunkSize == 50)
        #expect(changed.delaySecondsBetweenChunks == 7)
        #expect(changed.timezone == "Europe/Vilnius")
        #expect(changed.scheduledAt == ScheduledTime.date(from: "2026-03-01T08:00:00Z"))
        #expect(changed.fromName == "Shop")
        let cleared = try await domain.campaigns.updateSettings(
            tenantID: tenant,
            id: made.id,
            patch: CampaignSettingsPatch(clearScheduled: true, fromAddress: "", fromName: "")
        )
        #expect(cleared.scheduledAt == nil)
        #expect(cleared.fromAddress == nil)
        #expect(cleared.fromName == nil)
        #expect(cleared.chunkSize == 50)
    }

    @Test("a campaign under way changes its pace only, one that has ended nothing")
    func settingsWhileSending() async throws {
        let tenant = try await domain.tenant()
        let id = try await domain.campaign(of: tenant).id
        try await domain.set(.sending, startedAt: domain.time.now, of: id)
        let pace = CampaignSettingsPatch(chunkSize: 10)
        #expect(try await domain.campaigns.updateSettings(tenantID: tenant, id: id, patch: pace).chunkSize == 10)
        let sender = CampaignSettingsPatch(fromName: "Somebody else")
        #expect(
            await campaignError { try await domain.campaigns.updateSettings(tenantID: tenant, id: id, patch: sender) }?.code
                == .illegalTransition
        )
        try await domain.set(.completed, startedAt: domain.time.now, of: id)
        #expect(
            await campaignError { try await domain.campaigns.updateSettings(tenantID: tenant, id: id, patch: pace) }?.code
                == .illegalTransition
        )
    }

    @Test("taking the time away from a scheduled campaign makes it a draft")
    func unschedule() async throws {
        let tenant = try await domain.tenant()
        let id = try await domain.campaign(of: tenant).id
        try await domain.set(.scheduled, startedAt: nil, of: id)
        let patch = CampaignSettingsPatch(clearScheduled: true)
        #expect(try await domain.campaigns.updateSettings(tenantID: tenant, id: id, patch: patch).status == .draft)
    }

    @Test("pause, resume and cancel change the status alone, and can be repeated")
    func commands() async throws {
        let tenant = try await domain.tenant()
        let id = try await domain.campaign(of: tenant).id
        try await domain.set(.sending, startedAt: domain.time.now, of: id)
        for _ in 0..<2 {
            let paused = try await domain.campaigns.pause(tenantID: tenant, id: id, reason: "typo")
            #expect(paused.status == .paused)
            #expect(paused.statusReason == "typo")
        }
        for _ in 0..<2 {
            let resumed = try await domain.campaigns.resume(tenantID: tenant, id: id)
            #expect(resumed.status == .sending)
            #expect(resumed.statusReason == nil)
        }
        for _ in 0..<2 { #expect(try await domain.campaigns.cancel(tenantID: tenant, id: id).status == .cancelled) }
        let error = await campaignError { try await domain.campaigns.resume(tenantID: tenant, id: id) }
        #expect(error?.code == .illegalTransition)
        #expect(error?.transition == CampaignTransitionError(from: .cancelled, to: .sending, command: .resume))
    }

    @Test("what is being sent is not deleted", arguments: CampaignStatus.allCases)
    func delete(status: CampaignStatus) async throws {
        let tenant = try await domain.tenant()
        let id = try await domain.campaign(of: tenant).id
        try await domain.set(status, startedAt: nil, of: id)
        let error = await campaignError { try await domain.campaigns.delete(tenantID: tenant, id: id) }
        #expect(error?.code == (status == .sending ? CampaignError.Code.sending : nil))
        #expect(error.map(\.message) == (status == .sending ? "Cannot delete a campaign that is currently sending" : nil))
    }

    @Test("another tenant's campaign is not found, whatever is asked of it")
    func isolation() async throws {
        let (mine, theirs) = (try await domain.tenant(), try await domain.tenant())
        let campaign = try await domain.campaign(of: theirs)
        let id = campaign.id
        let attempts: [@Sendable () async throws -> Void] = [
            { _ = try await domain.campaigns.get(tenantID: mine, id: id) },
            { _ = try await domain.campaigns.pause(tenantID: mine, id: id) },
            { _ = try await domain.campaigns.resume(tenantID: mine, id: id) },
            { _ = try await domain.campaigns.cancel(tenantID: mine, id: id) },
            { _ = try await domain.campaigns.delete(tenantID: mine, id: id) },
            { _ = try await domain.campaigns.updateSettings(tenantID: mine, id: id, patch: CampaignSettingsPatch(chunkSize: 1)) },
            { _ = try await domain.artifacts.list(tenantID: mine, campaignID: id) },
            { _ = try await domain.artifacts.get(tenantID: mine, campaignID: id, version: 1) },
            { _ = try await domain.stats.stats(tenantID: mine, campaignID: id) },
            { _ = try await domain.compiler.compile(tenantID: mine, campaignID: id) },
            { _ = try await domain.scheduler.schedule(tenantID: mine, campaignID: id) },
        ]
        for attempt in attempts { #expect(await campaignError(attempt)?.code == .notFound) }
        #expect(try await domain.campaigns.get(tenantID: theirs, id: id) == campaign)
    }
}
