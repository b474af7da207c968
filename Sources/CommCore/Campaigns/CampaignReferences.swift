import FoundationEssentials
import Postgres

/// Templates and lists that a campaign names: they must be the tenant's own.
struct CampaignReferences: Sendable {
    var templateID: UUID?
    var listIDs: [UUID]?
    var excludeListIDs: [UUID]?

    /// Those that are not; found ones cannot be deleted before the transaction ends.
    func missing(tenantID: UUID, on connection: PostgresConnection) async throws -> [FieldProblem] {
        var check = FieldCheck()
        if let templateID {
            let templates = try await connection.query(
                "SELECT id FROM templates WHERE tenant_id = \(tenantID) AND id = \(templateID) FOR KEY SHARE"
            )
            if templates.isEmpty { check.add("template_id", "unknown", "There is no template of that id") }
        }
        let wanted = Set((listIDs ?? []) + (excludeListIDs ?? []))
        guard !wanted.isEmpty else { return check.problems }
        let rows = try await connection.query(
            """
            SELECT id FROM lists WHERE tenant_id = \(tenantID) AND id = ANY(\(Array(wanted))) AND deleted_at IS NULL
             ORDER BY id FOR KEY SHARE
            """
        )
        let found = Set(try rows.map { try $0.get("id") as UUID })
        for (field, ids) in [("list_ids", listIDs), ("exclude_list_ids", excludeListIDs)] {
            for (index, id) in (ids ?? []).enumerated() where !found.contains(id) {
                check.add("\(field)[\(index)]", "unknown", "There is no list of that id")
            }
        }
        return check.problems
    }

    /// Makes the campaign's lists those that are named.
    func store(_ scope: CampaignScope, on connection: PostgresConnection) async throws {
        let (tenantID, campaignID) = (scope.tenantID, scope.campaignID)
        if let listIDs {
            try await connection.execute("DELETE FROM campaign_lists WHERE tenant_id = \(tenantID) AND campaign_id = \(campaignID)")
            try await connection.execute(
                "INSERT INTO campaign_lists (tenant_id, campaign_id, list_id) SELECT DISTINCT \(tenantID), \(campaignID), unnest(\(listIDs))"
            )
        }
        if let excludeListIDs {
            try await connection.execute(
                "DELETE FROM campaign_exclude_lists WHERE tenant_id = \(tenantID) AND campaign_id = \(campaignID)"
            )
            try await connection.execute(
                """
                INSERT INTO campaign_exclude_lists (tenant_id, campaign_id, list_id)
                SELECT DISTINCT \(tenantID), \(campaignID), unnest(\(excludeListIDs))
                """
            )
        }
    }
}
