import FoundationEssentials
import Postgres

/// What a tenant may do: only an active one is served.
package enum TenantStatus: String, Sendable, CaseIterable, PostgresEnum {
    case active, paused, closed
}

/// A customer of the platform that uses the suite.
package struct Tenant: Sendable, Equatable {
    package let id: UUID
    /// The customer's account at the platform.
    package let accountID: UUID
    package let status: TenantStatus
    package let createdAt: Date
    package let updatedAt: Date
}

/// The answer to provisioning: the same account always gets the same tenant.
package struct ProvisionedTenant: Sendable, Equatable {
    package let tenantID: UUID
    package let status: TenantStatus
    /// False when the account had its tenant already.
    package let created: Bool
}

/// The answer to deprovisioning: nothing is deleted, everything stands still.
package struct DeprovisionedTenant: Sendable, Equatable {
    package let tenantID: UUID
    package let pausedCampaigns: Int
}
