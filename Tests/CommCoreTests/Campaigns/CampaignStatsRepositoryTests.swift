import CommTesting
import Foundation
import Postgres
import Testing

@testable import CommCore

@Suite("Campaign statistics from rows", .database)
struct CampaignStatsRepositoryTests {
    private let domain = DomainFixture()

    private func record(_ count: Int, _ outcome: String, _ reason: String?, tenant: UUID, campaign: UUID, first: Int) async throws {
        let milliseconds = SequenceIDs.milliseconds(of: domain.time.now)
        try await domain.owner.execute(
            """
            INSERT INTO delivery_events (tenant_id, id, created_at, campaign_id, channel, recipient, outcome, reason, attempts, occurred_at)
            SELECT \(tenant), comm_message_id(\(milliseconds), n), to_timestamp(\(milliseconds)::numeric / 1000), \(campaign), 'email',
                   'a@x.example', \(outcome), \(reason), 1, \(domain.time.now)
              FROM generate_series(\(first)::int, \(first + count - 1)::int) AS n
            """
        )
    }

    @Test("a draft has a balance of nothing")
    func draft() async throws {
        let tenant = try await domain.tenant()
        let campaign = try await domain.campaign(of: tenant)
        let stats = try await domain.stats.stats(tenantID: tenant, campaignID: campaign.id)
        #expect(stats.status == .draft)
        #expect(stats.balance == CampaignBalance())
        #expect(stats.progress == 0)
        #expect(stats.deliveryRate == 0)
    }

    @Test("counters, rates, and the delivery log by reason: of this campaign alone")
    func running() async throws {
        let tenant = try await domain.tenant()
        let campaign = try await domain.campaign(of: tenant).id
        let neighbour = try await domain.campaign(of: tenant).id
        for id in [campaign, neighbour] { try await domain.set(.sending, startedAt: domain.time.now, of: id) }
        try await record(6, "sent", nil, tenant: tenant, campaign: campaign, first: 0)
        try await record(1, "suppressed", "unsubscribe", tenant: tenant, campaign: campaign, first: 6)
        try await record(2, "suppressed", "bounce", tenant: tenant, campaign: campaign, first: 7)
        try await record(5, "failed", "render", tenant: tenant, campaign: neighbour, first: 100)
        try await domain.owner.execute(
            """
            INSERT INTO campaign_delivery_metrics (tenant_id, campaign_id, planned, sent, suppressed, delivered, opened, clicked, clicks, updated_at)
            VALUES (\(tenant), \(campaign), 12, 6, 3, 4, 3, 1, 5, \(domain.time.now))
            """
        )
        let stats = try await domain.stats.stats(tenantID: tenant, campaignID: campaign)
        #expect(stats.balance.planned == 12)
        #expect(stats.balance.pending == 3)
        #expect(
            stats.balance.byReason == [
                .init(outcome: "sent", reason: nil, count: 6), .init(outcome: "suppressed", reason: "bounce", count: 2),
                .init(outcome: "suppressed", reason: "unsubscribe", count: 1),
            ]
        )
        #expect(stats.progress == 0.75)
        #expect(stats.totalSent == 6)
        #expect((stats.deliveryRate, stats.openRate, stats.clickRate) == (67, 50, 17))
        #expect(stats.totals.clicks == 5)
        let cheap = try await domain.stats.stats(tenantID: tenant, campaignID: campaign, reasons: .none)
        #expect(cheap.balance.byReason.isEmpty)
        #expect(cheap.balance.planned == 12)
    }

    @Test("while the audience is being expanded, progress is measured against the snapshot")
    func expanding() async throws {
        let tenant = try await domain.tenant()
        let list = try await domain.list(of: tenant, emails: ["a@x.example", "b@x.example", "c@x.example", "d@x.example"])
        let campaign = try await domain.campaign(of: tenant, lists: [list]).id
        _ = try await domain.scheduler.schedule(tenantID: tenant, campaignID: campaign)
        try await domain.set(.sending, startedAt: domain.time.now, of: campaign)
        try await domain.owner.execute(
            """
            INSERT INTO campaign_delivery_metrics (tenant_id, campaign_id, planned, sent, updated_at)
            VALUES (\(tenant), \(campaign), 2, 2, \(domain.time.now))
            """
        )
        #expect(try await domain.stats.stats(tenantID: tenant, campaignID: campaign).progress == 0.5)
    }
}
