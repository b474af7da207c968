import FoundationEssentials
import Postgres

/// Counts what the recipients of a campaign lack.
package struct AudienceCheckRepository: Sendable {
    private let client: PostgresClient

    package init(client: PostgresClient) {
        self.client = client
    }

    /// How many recipients could be mailed, and how many of them lack each field, in one walk over the audience.
    ///
    /// - Parameter fields: as in `RenderProgram.fields`.
    func count(
        _ fields: [String],
        tenantID: UUID,
        campaignID: UUID,
        now: Date
    ) async throws -> (total: Int64, missing: [Int64]) {
        let audience = AudienceSnapshotRepository.audience(tenantID: tenantID, campaignID: campaignID, now: now)
        let counts = fields.indices.map { place -> SQL in "count(*) FILTER (WHERE coalesce(v.values[\(place + 1)], '') = '')" }
        let missing: SQL = counts.isEmpty ? "ARRAY[]::bigint[]" : "ARRAY[\(sql: SQL.joined(counts, separator: ", "))]"
        let rows = try await client.query(
            """
            SELECT count(*) AS total, \(sql: missing) AS missing
              FROM \(sql: audience)
              CROSS JOIN LATERAL (SELECT \(sql: ExpansionRepository.mergeValues(fields)) AS values) v
             WHERE \(sql: AudienceSnapshotRepository.isMailed)
            """,
            tenant: tenantID
        )
        return try rows.one { (total: try $0.get("total"), missing: try $0.get("missing")) }
    }
}
