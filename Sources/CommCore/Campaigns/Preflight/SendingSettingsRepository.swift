import FoundationEssentials
import Postgres

/// How tenants send.
package struct SendingSettingsRepository: Sendable {
    private let client: PostgresClient
    private let time: any TimeSource

    package init(client: PostgresClient, time: any TimeSource) {
        self.client = client
        self.time = time
    }

    /// The tenant's settings; the standard ones where it has set none.
    package func get(tenantID: UUID) async throws -> SendingSettings {
        let rows = try await client.query(Self.select(tenantID), tenant: tenantID)
        return try rows.first.map(SendingSettings.init(row:)) ?? .standard
    }

    /// Changes what the patch names.
    ///
    /// - Throws: `CampaignError` with `invalid`; nothing is changed then.
    package func update(tenantID: UUID, patch: SendingSettingsPatch) async throws -> SendingSettings {
        let now = time.now
        return try await client.withTenant(tenantID) { connection in
            let rows = try await TenantSettingsRow.lock(Self.select(tenantID), tenantID: tenantID, now: now, on: connection)
            if let zone = patch.timezone, !zone.isEmpty {
                try CampaignRepository.require(try await TimezoneCheck.problems(of: zone, on: connection))
            }
            let settings = try patch.applied(to: try rows.one(SendingSettings.init(row:)))
            try await connection.execute(
                """
                UPDATE tenant_settings
                   SET preflight = \(try PostgresJSON(encoding: settings.preflight)), untracked_hosts = \(settings.untrackedHosts),
                       sender_domains = \(settings.senderDomains), timezone = \(settings.timezone),
                       sending_windows = \(try PostgresJSON(encoding: settings.sendingWindows)),
                       approval_threshold = \(settings.approvalThreshold), updated_at = \(now)
                 WHERE tenant_id = \(tenantID)
                """
            )
            if patch.sendingWindows != nil || patch.timezone != nil { try await Self.closeWindows(tenantID: tenantID, on: connection) }
            return settings
        }
    }

    /// Nothing of running campaigns is sent until the sender has looked at the new hours.
    private static func closeWindows(tenantID: UUID, on connection: PostgresConnection) async throws {
        try await connection.execute(
            """
            UPDATE campaigns SET window_opens_at = 'infinity', window_closes_at = '-infinity'
             WHERE tenant_id = \(tenantID) AND status IN ('sending', 'paused') AND started_at IS NOT NULL
            """
        )
    }

    private static func select(_ tenantID: UUID) -> SQL {
        """
        SELECT preflight, untracked_hosts, sender_domains, timezone, sending_windows, approval_threshold
          FROM tenant_settings WHERE tenant_id = \(tenantID)
        """
    }
}

extension SendingSettings {
    fileprivate init(row: PostgresRow) throws {
        let policy: PostgresJSON = try row.get("preflight")
        let windows: PostgresJSON = try row.get("sending_windows")
        self.init(
            preflight: try policy.decode(),
            untrackedHosts: try row.get("untracked_hosts"),
            senderDomains: try row.get("sender_domains"),
            timezone: try row.get("timezone"),
            sendingWindows: try windows.decode(),
            approvalThreshold: try row.get("approval_threshold")
        )
    }
}
