import FoundationEssentials
import Postgres

/// Counts audiences and keeps the counts.
package struct AudienceSnapshotRepository: Sendable {
    /// Counts the audience of a campaign's lists now and stores it as the campaign's next snapshot.
    ///
    /// The campaign's row is locked by the caller, so versions do not collide.
    func take(tenantID: UUID, campaignID: UUID, now: Date, on connection: PostgresConnection) async throws -> AudienceSnapshot {
        let count = try await count(tenantID: tenantID, campaignID: campaignID, now: now, on: connection)
        let rows = try await connection.query(
            """
            INSERT INTO comm_audience_snapshots
                   (tenant_id, id, campaign_id, version, total_recipients, excluded, included_lists, excluded_lists, created_at)
            SELECT \(tenantID), \(UUIDv7.make(at: now)), \(campaignID),
                   1 + coalesce((SELECT max(version) FROM comm_audience_snapshots
                                  WHERE tenant_id = \(tenantID) AND campaign_id = \(campaignID)), 0),
                   \(count.totalRecipients), \(count.excluded),
                   ARRAY(SELECT list_id FROM campaign_lists
                          WHERE tenant_id = \(tenantID) AND campaign_id = \(campaignID) ORDER BY list_id),
                   ARRAY(SELECT list_id FROM campaign_exclude_lists
                          WHERE tenant_id = \(tenantID) AND campaign_id = \(campaignID) ORDER BY list_id),
                   \(now)
            RETURNING \(sql: AudienceSnapshot.columns)
            """
        )
        return try rows.one(AudienceSnapshot.init(row:))
    }

    /// The lists of the campaign's settings, in the order in which snapshots keep them.
    func lists(
        tenantID: UUID,
        campaignID: UUID,
        on connection: PostgresConnection
    ) async throws -> (included: [UUID], excluded: [UUID]) {
        let rows = try await connection.query(
            """
            SELECT ARRAY(SELECT list_id FROM campaign_lists
                          WHERE tenant_id = \(tenantID) AND campaign_id = \(campaignID) ORDER BY list_id) AS included,
                   ARRAY(SELECT list_id FROM campaign_exclude_lists
                          WHERE tenant_id = \(tenantID) AND campaign_id = \(campaignID) ORDER BY list_id) AS excluded
            """
        )
        return try rows.one { (included: try $0.get("included"), excluded: try $0.get("excluded")) }
    }

    /// Active members of the campaign's lists and of no excluded one, each contact once, however many lists it is in.
    func count(tenantID: UUID, campaignID: UUID, now: Date, on connection: PostgresConnection) async throws -> AudienceCount {
        let rows = try await connection.query(
            """
            SELECT count(*) FILTER (WHERE \(sql: Self.isMailed)) AS total,
                   count(*) FILTER (WHERE c.status <> 'active' OR suppression.scope IS NOT NULL) AS excluded
              FROM \(sql: Self.audience(tenantID: tenantID, campaignID: campaignID, now: now))
            """
        )
        return try rows.one { AudienceCount(totalRecipients: try $0.get("total"), excluded: try $0.get("excluded")) }
    }

    /// Of the rows of `audience`, those that could be mailed.
    static let isMailed: SQL = "c.status = 'active' AND suppression.scope IS NULL"

    /// The members of a campaign's lists for a `FROM`: contacts under `c`, and `suppression` where they are suppressed.
    ///
    /// Contacts and suppressions are looked up one by one by their whole key: right after an import the planner knows nothing of the
    /// new rows, and a plan of its own choosing may compare each of them with each.
    static func audience(tenantID: UUID, campaignID: UUID, now: Date) -> SQL {
        let lists: SQL = """
            ARRAY(SELECT l.list_id FROM campaign_lists l
                    JOIN lists ON lists.tenant_id = l.tenant_id AND lists.id = l.list_id AND lists.deleted_at IS NULL
                   WHERE l.tenant_id = \(tenantID) AND l.campaign_id = \(campaignID))
            """
        let subject = SuppressionCheck.Subject(
            tenantID: "\(tenantID)::uuid",
            contactID: "c.id",
            address: "c.email_norm",
            isMarketing: "true",
            lists: lists
        )
        return """
            (SELECT DISTINCT m.contact_id FROM list_contacts m
              WHERE m.tenant_id = \(tenantID) AND m.status = 'active' AND m.list_id = ANY (\(sql: lists))
                AND NOT EXISTS (SELECT FROM campaign_exclude_lists e
                                  JOIN list_contacts o ON o.tenant_id = e.tenant_id AND o.list_id = e.list_id
                                                       AND o.contact_id = m.contact_id AND o.status = 'active'
                                 WHERE e.tenant_id = \(tenantID) AND e.campaign_id = \(campaignID))
             OFFSET 0) members
            CROSS JOIN LATERAL (SELECT * FROM contacts
                                 WHERE tenant_id = \(tenantID) AND id = members.contact_id AND deleted_at IS NULL LIMIT 1) c
            \(sql: SuppressionCheck.join(subject, now: now))
            """
    }

    /// The campaign's newest snapshot.
    func newest(tenantID: UUID, campaignID: UUID, on connection: PostgresConnection) async throws -> AudienceSnapshot? {
        let rows = try await connection.query(
            """
            SELECT \(sql: AudienceSnapshot.columns) FROM comm_audience_snapshots
             WHERE tenant_id = \(tenantID) AND campaign_id = \(campaignID) ORDER BY version DESC LIMIT 1
            """
        )
        return try rows.first.map(AudienceSnapshot.init(row:))
    }
}

extension AudienceSnapshot {
    static let columns: SQL = "id, campaign_id, version, total_recipients, excluded, included_lists, excluded_lists, deduped_by, created_at"

    /// The columns under names of their own, of the alias `n`, for joins.
    static let joinedColumns: SQL = """
        n.id AS n_id, n.campaign_id AS n_campaign_id, n.version AS n_version, n.total_recipients AS n_total_recipients,
        n.excluded AS n_excluded, n.included_lists AS n_included_lists, n.excluded_lists AS n_excluded_lists,
        n.deduped_by AS n_deduped_by, n.created_at AS n_created_at
        """

    init(row: PostgresRow) throws {
        try self.init(row: row, prefix: "")
    }

    /// The snapshot of a join, or nil where there was none.
    init?(joined row: PostgresRow) throws {
        guard let _: UUID = try row.get("n_id") else { return nil }
        try self.init(row: row, prefix: "n_")
    }

    private init(row: PostgresRow, prefix: String) throws {
        self.init(
            id: try row.get(prefix + "id"),
            campaignID: try row.get(prefix + "campaign_id"),
            version: try row.get(prefix + "version"),
            totalRecipients: try row.get(prefix + "total_recipients"),
            excluded: try row.get(prefix + "excluded"),
            includedLists: try row.get(prefix + "included_lists"),
            excludedLists: try row.get(prefix + "excluded_lists"),
            dedupedBy: try row.get(prefix + "deduped_by"),
            createdAt: try row.get(prefix + "created_at")
        )
    }
}
