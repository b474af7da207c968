import FoundationEssentials
import Postgres

/// Finds the part of a campaign's message ids in which a contact's message is.
enum ExpansionPages {
    /// Of campaigns whose pages were not noted, the range of all of their ids.
    static func range(
        tenantID: UUID,
        campaignID: UUID,
        contactID: UUID,
        startedAt: Date,
        on connection: PostgresConnection
    ) async throws -> (first: UUID, last: UUID) {
        let rows = try await connection.query(
            """
            SELECT first_id, last_id FROM campaign_expansion_pages
             WHERE tenant_id = \(tenantID) AND campaign_id = \(campaignID) AND last_contact >= \(contactID)
             ORDER BY last_contact LIMIT 1
            """
        )
        guard let row = rows.first else { return SequenceIDs.range(startedAt: startedAt) }
        return (try row.get("first_id"), try row.get("last_id"))
    }
}
