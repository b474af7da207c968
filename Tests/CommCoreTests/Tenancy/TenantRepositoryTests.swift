import CommTesting
import Foundation
import Postgres
import Testing

@testable import CommCore

@Suite("Tenants", .database)
struct TenantRepositoryTests {
    private let domain = DomainFixture()

    @Test("the same account always gets the same tenant, with the new status")
    func provisionTwice() async throws {
        let account = UUID()
        let first = try await domain.tenants.provision(accountID: account)
        let second = try await domain.tenants.provision(accountID: account, status: .paused)
        #expect(first.created)
        #expect(second == ProvisionedTenant(tenantID: first.tenantID, status: .paused, created: false))
        let tenant = try #require(try await domain.tenants.find(tenantID: first.tenantID))
        #expect(tenant.accountID == account)
        #expect(tenant.status == .paused)
        #expect(tenant.createdAt == domain.time.now)
    }

    @Test("only an active tenant is served")
    func entitlement() async throws {
        let account = UUID()
        let tenant = try await domain.tenants.provision(accountID: account).tenantID
        #expect(try await domain.tenants.requireActive(tenantID: tenant).id == tenant)
        for status in [TenantStatus.paused, .closed] {
            _ = try await domain.tenants.provision(accountID: account, status: status)
            await #expect(throws: TenancyError(.notActive, "Tenant not active")) {
                try await domain.tenants.requireActive(tenantID: tenant)
            }
        }
        await #expect(throws: TenancyError(.notProvisioned, "Tenant not provisioned")) {
            try await domain.tenants.requireActive(tenantID: UUID())
        }
    }

    @Test("deprovisioning pauses the tenant and what is under way, and nothing else")
    func deprovision() async throws {
        let account = UUID()
        let tenant = try await domain.tenants.provision(accountID: account).tenantID
        var campaigns: [CampaignStatus: UUID] = [:]
        for status in CampaignStatus.allCases {
            let id = try await domain.campaign(of: tenant).id
            try await domain.set(status, startedAt: nil, of: id)
            campaigns[status] = id
        }
        let other = try await domain.campaign(of: try await domain.tenant())
        try await domain.set(.sending, startedAt: domain.time.now, of: other.id)

        #expect(
            try await domain.tenants.deprovision(accountID: account) == DeprovisionedTenant(tenantID: tenant, pausedCampaigns: 2)
        )
        #expect(try await domain.tenants.find(tenantID: tenant)?.status == .paused)
        for (before, id) in campaigns {
            let after = try await domain.campaigns.get(tenantID: tenant, id: id)
            let isUnderWay = before == .scheduled || before == .sending
            #expect(after.status == (isUnderWay ? .paused : before))
            #expect(after.statusReason == (isUnderWay ? "tenant deprovisioned" : nil))
        }
        let untouched = try await domain.owner.query("SELECT status FROM campaigns WHERE id = \(other.id)")
        #expect(try untouched[0].get("status") as CampaignStatus == .sending)
    }

    @Test("an unknown account cannot be deprovisioned")
    func unknownAccount() async throws {
        await #expect(throws: TenancyError(.notProvisioned, "Tenant not provisioned")) {
            try await domain.tenants.deprovision(accountID: UUID())
        }
    }
}
