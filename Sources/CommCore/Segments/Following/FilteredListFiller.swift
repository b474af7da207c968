import FoundationEssentials
import Logging
import Postgres

/// Fills lists that were made of filters, and keeps the smart ones current: a page of contacts to a transaction.
///
/// Where the refresh of a list stands is in its row, which moves in the page's transaction. So any number of daemons may work at it,
/// and none that dies leaves anything behind.
package struct FilteredListFiller: Sendable {
    /// Contacts of a step.
    static let pageSize = 10_000
    /// How old the members of a smart list may be.
    static let freshness: TimeInterval = 15 * 60
    /// How old they may be when a campaign to the list begins.
    static let freshnessForSending: TimeInterval = 60

    private let client: PostgresClient
    private let time: any TimeSource
    private let pageSize: Int
    private let logger: Logger

    package init(client: PostgresClient, time: any TimeSource, logger: Logger, pageSize: Int = FilteredListFiller.pageSize) {
        self.client = client
        self.time = time
        self.logger = logger
        self.pageSize = pageSize
    }

    /// Does one step for the list that has waited longest.
    ///
    /// - Returns: true when there may be more to do at once.
    package func step() async throws -> Bool {
        let now = time.now
        let due = now.addingTimeInterval(-Self.freshness)
        return try await step(
            """
            l.refreshed_at IS NULL OR l.type = 'smart' AND l.refreshed_at <= \(due) OR l.refresh_started_at IS NOT NULL
            """,
            now: now
        )
    }

    /// Brings the smart lists of campaigns that are due up to date, before these begin.
    package func prepareDueCampaigns() async throws {
        let now = time.now
        let stale = now.addingTimeInterval(-Self.freshnessForSending)
        while try await step(
            """
            l.type IN ('smart', 'snapshot')
              AND (l.refreshed_at IS NULL OR l.refresh_started_at IS NOT NULL OR l.type = 'smart' AND l.refreshed_at <= \(stale))
              AND EXISTS (SELECT FROM campaign_lists g JOIN campaigns p ON p.tenant_id = g.tenant_id AND p.id = g.campaign_id
                           WHERE g.tenant_id = l.tenant_id AND g.list_id = l.id AND p.status = 'scheduled' AND p.scheduled_at <= \(now)
                             AND p.deleted_at IS NULL)
            """,
            now: now
        ) {}
    }

    private struct Due {
        let fill: ListFill
        let isSmart: Bool
        let after: UUID?
    }

    private func step(_ isDue: SQL, now: Date) async throws -> Bool {
        try await client.withTransaction { connection in
            guard let due = try await take(isDue, now: now, on: connection) else { return false }
            let fill = due.fill
            // What finds by text asks for the tenant's own contacts.
            try await connection.execute("SELECT set_config('app.tenant_id', \(fill.tenantID.uuidString.lowercased()), true)")
            let end = try await connection.query(ListFill.pageEnd(tenantID: fill.tenantID, after: due.after, size: pageSize)).first
            let upTo: UUID? = try end?.get("id")
            let added = try await connection.execute(fill.add(after: due.after, upTo: upTo))
            let removed = due.isSmart ? try await connection.execute(fill.remove(after: due.after, upTo: upTo)) : 0
            if let upTo {
                try await connection.execute(
                    """
                    UPDATE lists SET refresh_after = \(upTo), refresh_started_at = coalesce(refresh_started_at, \(now))
                     WHERE tenant_id = \(fill.tenantID) AND id = \(fill.listID)
                    """
                )
            } else {
                try await connection.execute(fill.finished)
            }
            if added + removed > 0 {
                logger.debug(
                    "list follows its filter",
                    metadata: ["list_id": "\(fill.listID)", "added": "\(added)", "removed": "\(removed)"]
                )
            }
            return true
        }
    }

    private func take(_ isDue: SQL, now: Date, on connection: PostgresConnection) async throws -> Due? {
        let rows = try await connection.query(
            """
            SELECT l.tenant_id, l.id, l.type, l.filter_definition, l.refresh_after FROM lists l
             WHERE l.filter_definition IS NOT NULL AND l.deleted_at IS NULL AND (\(sql: isDue))
             ORDER BY l.refreshed_at NULLS FIRST, l.id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
            """
        )
        guard let row = rows.first else { return nil }
        let (tenantID, listID): (UUID, UUID) = (try row.get("tenant_id"), try row.get("id"))
        do {
            let filter = try RecipientFilter(stored: row.get("filter_definition"))
            return Due(
                fill: ListFill(tenantID: tenantID, listID: listID, filter: filter, now: now),
                isSmart: try row.get("type", as: ListType.self) == .smart,
                after: try row.get("refresh_after")
            )
        } catch is SegmentError {
            // Written by something that knows other filters: it shall not hold up the rest.
            logger.warning("filter of a list cannot be read", metadata: ["tenant_id": "\(tenantID)", "list_id": "\(listID)"])
            try await connection.execute("UPDATE lists SET refreshed_at = \(now) WHERE tenant_id = \(tenantID) AND id = \(listID)")
            return nil
        }
    }
}
