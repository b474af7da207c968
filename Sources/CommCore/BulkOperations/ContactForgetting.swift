import FoundationEssentials
import Postgres

/// Takes contacts that are gone for good out of what was sent, what came back, and the logs of bulk operations.
enum ContactForgetting {
    static func forget(_ ids: [UUID], tenantID: UUID, on connection: PostgresConnection) async throws {
        guard !ids.isEmpty else { return }
        _ = try await connection.pipeline([
            "UPDATE email_events SET contact_id = NULL WHERE tenant_id = \(tenantID) AND contact_id = ANY(\(ids)::uuid[])",
            "UPDATE delivery_events SET contact_id = NULL WHERE tenant_id = \(tenantID) AND contact_id = ANY(\(ids)::uuid[])",
            "DELETE FROM bulk_operation_items WHERE tenant_id = \(tenantID) AND contact_id = ANY(\(ids)::uuid[])",
        ])
    }
}
