import FoundationEssentials
import Postgres

/// What tenants track.
package struct TrackingSettingsRepository: Sendable {
    private let client: PostgresClient
    private let time: any TimeSource

    package init(client: PostgresClient, time: any TimeSource) {
        self.client = client
        self.time = time
    }

    /// The tenant's settings; the standard ones where it has set none.
    package func get(tenantID: UUID) async throws -> TrackingSettings {
        let rows = try await client.query(Self.select(tenantID), tenant: tenantID)
        return try rows.first.map(TrackingSettings.init(row:)) ?? .standard
    }

    /// Changes what the patch names.
    ///
    /// - Throws: `TenancyError` with `invalid`; nothing is changed then.
    package func update(tenantID: UUID, patch: TrackingSettingsPatch) async throws -> TrackingSettings {
        try await change(tenantID) { try patch.applied(to: $0) }
    }

    /// Notes whether the domain leads here; without effect when it was changed meanwhile.
    package func setVerified(_ isVerified: Bool, domain: String, tenantID: UUID) async throws -> TrackingSettings {
        let now = time.now
        return try await change(tenantID) { settings in
            guard settings.domain == domain else { return settings }
            var result = settings
            result.domainVerifiedAt = isVerified ? settings.domainVerifiedAt ?? now : nil
            return result
        }
    }

    private func change(
        _ tenantID: UUID,
        _ body: @Sendable (TrackingSettings) throws -> TrackingSettings
    ) async throws -> TrackingSettings {
        let now = time.now
        return try await client.withTenant(tenantID) { connection in
            let rows = try await TenantSettingsRow.lock(Self.select(tenantID), tenantID: tenantID, now: now, on: connection)
            let settings = try body(try rows.one(TrackingSettings.init(row:)))
            try await connection.execute(
                """
                UPDATE tenant_settings
                   SET track_opens = \(settings.opens), track_clicks = \(settings.clicks), scanner_trap = \(settings.scannerTrap),
                       tracking_domain = \(settings.domain), tracking_domain_verified_at = \(settings.domainVerifiedAt),
                       updated_at = \(now)
                 WHERE tenant_id = \(tenantID)
                """
            )
            return settings
        }
    }

    private static func select(_ tenantID: UUID) -> SQL {
        """
        SELECT track_opens, track_clicks, scanner_trap, tracking_domain, tracking_domain_verified_at FROM tenant_settings
         WHERE tenant_id = \(tenantID)
        """
    }
}

extension TrackingSettings {
    fileprivate init(row: PostgresRow) throws {
        self.init(
            opens: try row.get("track_opens"),
            clicks: try row.get("track_clicks"),
            scannerTrap: try row.get("scanner_trap"),
            domain: try row.get("tracking_domain"),
            domainVerifiedAt: try row.get("tracking_domain_verified_at")
        )
    }
}
