import FoundationEssentials
import Postgres

/// Tenants: made and stopped by the platform, asked for by every request.
///
/// Provisioning crosses tenants, so it goes through reviewed database functions; the API's role cannot write the table.
package struct TenantRepository: Sendable {
    /// Written to the campaigns that a deprovisioned tenant leaves behind.
    package static let deprovisionReason = "tenant deprovisioned"

    private let client: PostgresClient
    private let time: any TimeSource

    package init(client: PostgresClient, time: any TimeSource) {
        self.client = client
        self.time = time
    }

    /// Gives the account a tenant, or sets the status of the one that it has.
    package func provision(accountID: UUID, status: TenantStatus = .active) async throws -> ProvisionedTenant {
        let now = time.now
        let rows = try await client.query(
            """
            SELECT tenant_id, status, created
              FROM comm_provision_tenant(\(UUIDv7.make(at: now)), \(accountID), \(status), \(now))
            """
        )
        guard let row = rows.first else { throw TenancyError.notProvisioned }
        return ProvisionedTenant(
            tenantID: try row.get("tenant_id"),
            status: try row.get("status"),
            created: try row.get("created")
        )
    }

    /// Pauses the account's tenant and every campaign of it that is under way, in one transaction.
    package func deprovision(accountID: UUID) async throws -> DeprovisionedTenant {
        let found = try await client.query("SELECT comm_tenant_of_account(\(accountID)) AS tenant_id")
        guard let tenantID: UUID = try found.first?.get("tenant_id") else { throw TenancyError.notProvisioned }
        let now = time.now
        let paused = try await client.withTenant(tenantID) { connection in
            _ = try await connection.query(
                "SELECT comm_set_tenant_status(\(tenantID), \(TenantStatus.paused), \(now))"
            )
            return try await connection.execute(
                """
                UPDATE campaigns
                   SET status = 'paused', status_reason = \(Self.deprovisionReason), status_by = 'platform', status_at = \(now),
                       updated_at = \(now)
                 WHERE tenant_id = \(tenantID) AND status IN ('scheduled', 'sending')
                """
            )
        }
        return DeprovisionedTenant(tenantID: tenantID, pausedCampaigns: paused)
    }

    /// The tenant, or nil when there is none of that id.
    package func find(tenantID: UUID) async throws -> Tenant? {
        let rows = try await client.query(
            """
            SELECT tenant_id, motorical_account_id, status, created_at, updated_at
              FROM tenants WHERE tenant_id = \(tenantID)
            """,
            tenant: tenantID
        )
        return try rows.first.map(Tenant.init(row:))
    }

    /// The whole entitlement check: the tenant exists and is active.
    package func requireActive(tenantID: UUID) async throws -> Tenant {
        guard let tenant = try await find(tenantID: tenantID) else { throw TenancyError.notProvisioned }
        guard tenant.status == .active else { throw TenancyError.notActive }
        return tenant
    }
}

extension Tenant {
    fileprivate init(row: PostgresRow) throws {
        self.init(
            id: try row.get("tenant_id"),
            accountID: try row.get("motorical_account_id"),
            status: try row.get("status"),
            createdAt: try row.get("created_at"),
            updatedAt: try row.get("updated_at")
        )
    }
}
