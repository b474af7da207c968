import FoundationEssentials
import Postgres

/// Computes the columns of contacts that projections keep anew from the events, and says where they were otherwise.
///
/// A page of contacts is locked while it is computed: whoever projects an event about one of them has either finished, then the event
/// is seen, or waits and adds to what is written here. Messages whose hand-over waits in the inbox to be projected are left out, since
/// they will be added. So it may run at any time, beside everything else.
package struct RecipientProjectionRebuilder: Sendable {
    /// Contacts of a transaction.
    static let pageSize = 5_000

    private let client: PostgresClient
    private let time: any TimeSource
    private let pageSize: Int

    package init(client: PostgresClient, time: any TimeSource, pageSize: Int = RecipientProjectionRebuilder.pageSize) {
        self.client = client
        self.time = time
        self.pageSize = pageSize
    }

    /// Goes through all contacts of a tenant.
    ///
    /// - Parameter isCheck: looks only, and leaves everything as it is.
    package func rebuild(
        tenantID: UUID,
        isCheck: Bool = false,
        progress: @Sendable (RecipientRebuildReport) -> Void = { _ in }
    ) async throws -> RecipientRebuildReport {
        var report = RecipientRebuildReport()
        var after: UUID?
        repeat {
            let (page, last) = try await rebuildPage(tenantID, after: after, isCheck: isCheck)
            report.add(page)
            after = last
            progress(report)
        } while after != nil
        return report
    }

    private func rebuildPage(_ tenantID: UUID, after: UUID?, isCheck: Bool) async throws -> (RecipientRebuildReport, UUID?) {
        let now = time.now
        return try await client.withTransaction { connection in
            try await connection.execute("SET LOCAL statement_timeout = 0")
            let lower: SQL = after.map { "AND id > \($0)" } ?? ""
            let rows = try await connection.query(
                """
                SELECT id FROM contacts WHERE tenant_id = \(tenantID) \(sql: lower) ORDER BY id LIMIT \(pageSize) FOR NO KEY UPDATE
                """
            )
            let ids: [UUID] = try rows.map { try $0.get("id") }
            guard !ids.isEmpty else { return (RecipientRebuildReport(), nil) }
            let page = try await compare(tenantID, ids, now: now, isCheck: isCheck, on: connection)
            return (page, ids.count == pageSize ? ids.last : nil)
        }
    }

    private func compare(
        _ tenantID: UUID,
        _ ids: [UUID],
        now: Date,
        isCheck: Bool,
        on connection: PostgresConnection
    ) async throws -> RecipientRebuildReport {
        try await connection.execute(Self.truth(tenantID, ids, now: now))
        let differs = RecipientProjection.columns.map { column -> SQL in
            "c.\(raw: column) IS DISTINCT FROM t.\(raw: column) AS \(raw: column)"
        }
        let rows = try await connection.query(
            """
            SELECT c.id, \(sql: SQL.joined(differs, separator: ", "))
              FROM recipient_truth t JOIN contacts c ON c.tenant_id = \(tenantID) AND c.id = t.id
             WHERE (\(raw: RecipientProjection.list("c"))) IS DISTINCT FROM (\(raw: RecipientProjection.list("t")))
             ORDER BY c.id
            """
        )
        var report = RecipientRebuildReport(contacts: ids.count)
        for row in rows {
            let columns = try RecipientProjection.columns.filter { try row.get($0) as Bool }
            report.note(try row.get("id"), columns)
        }
        if !isCheck, !rows.isEmpty {
            try await connection.execute(
                """
                UPDATE contacts c SET (\(raw: RecipientProjection.columns.joined(separator: ", "))) = (\(raw: RecipientProjection.list("t")))
                  FROM recipient_truth t
                 WHERE c.tenant_id = \(tenantID) AND c.id = t.id
                   AND (\(raw: RecipientProjection.list("c"))) IS DISTINCT FROM (\(raw: RecipientProjection.list("t")))
                """
            )
        }
        try await connection.execute("DROP TABLE recipient_truth")
        return report
    }

    /// What the events and suppressions say about these contacts.
    private static func truth(_ tenantID: UUID, _ ids: [UUID], now: Date) -> SQL {
        """
        CREATE TEMPORARY TABLE recipient_truth ON COMMIT DROP AS
        WITH waiting AS MATERIALIZED (\(sql: DispatchedChunk.waiting(tenantID: tenantID)))
        SELECT c.id, coalesce(d.sent, 0)::int AS sent_count, d.last_sent AS last_sent_at, d.last_campaign AS last_campaign_id,
               coalesce(e.delivered, 0)::int AS delivered_count, e.last_delivered AS last_delivered_at,
               coalesce(e.opened, 0)::int AS opened_count, e.last_opened AS last_opened_at,
               coalesce(e.clicked, 0)::int AS clicked_count, e.last_clicked AS last_clicked_at,
               greatest(e.last_opened, e.last_clicked) AS last_engagement_at,
               comm_engagement_level(e.last_clicked, e.last_delivered, d.last_sent, \(now)::timestamptz) AS engagement_level,
               s.reason AS suppression_reason, s.created_at AS suppressed_at, s.expires_at AS suppressed_until
          FROM unnest(\(ids)::uuid[]) AS p (contact_id)
          JOIN contacts c ON c.tenant_id = \(tenantID) AND c.id = p.contact_id
          LEFT JOIN LATERAL (
              SELECT count(*) AS sent, max(d.occurred_at) AS last_sent,
                     (array_agg(d.campaign_id ORDER BY d.occurred_at DESC, d.id DESC) FILTER (WHERE d.campaign_id IS NOT NULL))[1] AS last_campaign
                FROM delivery_events d
               WHERE d.tenant_id = \(tenantID) AND d.contact_id = c.id AND d.outcome = 'sent' AND d.channel = 'email'
                 AND NOT EXISTS (SELECT FROM waiting w WHERE \(sql: DispatchedChunk.isMeant))) d ON true
          LEFT JOIN LATERAL (
              SELECT count(*) FILTER (WHERE v.type = 'delivered') AS delivered,
                     max(v.occurred_at) FILTER (WHERE v.type = 'delivered') AS last_delivered,
                     count(*) FILTER (WHERE v.type = 'opened') AS opened,
                     max(v.occurred_at) FILTER (WHERE v.type = 'opened') AS last_opened,
                     count(*) FILTER (WHERE v.type = 'clicked') AS clicked,
                     max(v.occurred_at) FILTER (WHERE v.type = 'clicked') AS last_clicked
                FROM email_events v
               WHERE v.tenant_id = \(tenantID) AND v.contact_id = c.id AND v.type IN ('delivered', 'opened', 'clicked')
                 AND coalesce(v.verdict, 'unknown') IN ('human', 'unknown')) e ON true
          LEFT JOIN LATERAL (
              SELECT x.reason, x.created_at, x.expires_at FROM suppressions x
               WHERE x.tenant_id = \(tenantID) AND x.email_norm = c.email_norm AND x.scope IN ('all', 'marketing')
                 AND (x.expires_at IS NULL OR x.expires_at > \(now))
               ORDER BY x.expires_at DESC NULLS FIRST, x.reason = 'complaint' DESC, x.created_at LIMIT 1) s ON true
        """
    }
}
