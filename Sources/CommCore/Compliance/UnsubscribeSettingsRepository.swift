import FoundationEssentials
import Postgres

/// What people see who unsubscribe, by tenant.
package struct UnsubscribeSettingsRepository: Sendable {
    private let client: PostgresClient
    private let time: any TimeSource

    package init(client: PostgresClient, time: any TimeSource) {
        self.client = client
        self.time = time
    }

    /// The tenant's settings; the standard ones where it has set none.
    package func get(tenantID: UUID) async throws -> UnsubscribeSettings {
        let rows = try await client.query(Self.select(tenantID), tenant: tenantID)
        return try rows.first.map(UnsubscribeSettings.init(row:)) ?? .standard
    }

    /// Changes what the patch names.
    ///
    /// - Throws: `TenancyError` with `invalid`; nothing is changed then.
    package func update(tenantID: UUID, patch: UnsubscribeSettingsPatch) async throws -> UnsubscribeSettings {
        let now = time.now
        return try await client.withTenant(tenantID) { connection in
            let rows = try await TenantSettingsRow.lock(Self.select(tenantID), tenantID: tenantID, now: now, on: connection)
            let settings = try patch.applied(to: try rows.one(UnsubscribeSettings.init(row:)))
            try await connection.execute(
                """
                UPDATE tenant_settings
                   SET unsubscribe_mode = \(settings.mode.rawValue), custom_unsubscribe_url = \(settings.customURL),
                       unsubscribe_page = \(try PostgresJSON(encoding: settings.page)), updated_at = \(now)
                 WHERE tenant_id = \(tenantID)
                """
            )
            return settings
        }
    }

    private static func select(_ tenantID: UUID) -> SQL {
        "SELECT unsubscribe_mode, custom_unsubscribe_url, unsubscribe_page FROM tenant_settings WHERE tenant_id = \(tenantID)"
    }
}

extension UnsubscribeSettings {
    init(row: PostgresRow) throws {
        let page: PostgresJSON = try row.get("unsubscribe_page")
        self.init(
            mode: Mode(rawValue: try row.get("unsubscribe_mode")) ?? .customer,
            customURL: try row.get("custom_unsubscribe_url"),
            page: try page.decode()
        )
    }
}
