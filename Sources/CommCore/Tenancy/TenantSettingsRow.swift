import FoundationEssentials
import Postgres

/// The row of a tenant's settings, which several parts of the product keep columns in.
enum TenantSettingsRow {
    /// Makes the row if there is none yet, and reads it with a lock until the end of the transaction.
    ///
    /// - Parameter select: the query of the wanted columns of this tenant's row.
    static func lock(
        _ select: SQL,
        tenantID: UUID,
        now: Date,
        on connection: PostgresConnection
    ) async throws -> PostgresRows {
        try await connection.execute(
            "INSERT INTO tenant_settings (tenant_id, updated_at) VALUES (\(tenantID), \(now)) ON CONFLICT DO NOTHING"
        )
        return try await connection.query(select + " FOR UPDATE")
    }
}
