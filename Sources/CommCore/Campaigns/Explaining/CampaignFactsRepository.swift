import Foundation
import Postgres

/// Reads what decides whether a campaign moves.
package struct CampaignFactsRepository: Sendable {
    private let client: PostgresClient
    private let time: any TimeSource

    package init(client: PostgresClient, time: any TimeSource) {
        self.client = client
        self.time = time
    }

    /// Why a campaign does not move; empty when it does.
    package func blockers(tenantID: UUID, campaignID: UUID) async throws -> [CampaignBlocker] {
        let now = time.now
        let facts = try await client.withTenant(tenantID) { connection in
            try await Self.facts(tenantID: tenantID, campaignID: campaignID, now: now, on: connection)
        }
        return facts.blockers(now: now)
    }

    static func facts(
        tenantID: UUID,
        campaignID: UUID,
        now: Date,
        on connection: PostgresConnection
    ) async throws -> CampaignFacts {
        let rows = try await connection.query(
            """
            SELECT c.status, c.status_reason, c.status_by, c.status_at, c.scheduled_at, c.starts_at, c.started_at, c.send_at_local_time,
                   nullif(c.window_opens_at, 'infinity') AS opens,
                   nullif(c.window_closes_at, '-infinity') AS closes, c.next_chunk_at, c.approval, s.approval_threshold,
                   coalesce(c.sending_windows, s.sending_windows) AS windows, coalesce(c.timezone, s.timezone) AS timezone,
                   t.status = 'active' AS is_active, e.finished_at IS NOT NULL AS is_expanded,
                   coalesce(n.total_recipients, c.approval_size, (\(sql: membersOfDraft)), 0) AS recipients,
                   EXISTS (SELECT FROM campaign_retries r
                            WHERE r.tenant_id = c.tenant_id AND r.campaign_id = c.id AND r.finished_at IS NULL) AS is_retrying
              FROM campaigns c
              JOIN tenants t ON t.tenant_id = c.tenant_id
              LEFT JOIN tenant_settings s ON s.tenant_id = c.tenant_id
              LEFT JOIN campaign_expansions e ON e.tenant_id = c.tenant_id AND e.campaign_id = c.id
              LEFT JOIN LATERAL (SELECT total_recipients FROM comm_audience_snapshots
                                  WHERE tenant_id = c.tenant_id AND campaign_id = c.id ORDER BY version DESC LIMIT 1) n ON true
             WHERE c.tenant_id = \(tenantID) AND c.id = \(campaignID) AND c.deleted_at IS NULL
            """
        )
        guard let row = rows.first else { throw CampaignError.notFound }
        var facts = CampaignFacts(status: try row.get("status"))
        facts.statusReason = try row.get("status_reason")
        facts.statusBy = try row.get("status_by")
        facts.statusAt = try row.get("status_at")
        facts.isTenantActive = try row.get("is_active")
        facts.scheduledAt = try row.get("scheduled_at")
        facts.startsAt = try row.get("starts_at")
        facts.startedAt = try row.get("started_at")
        facts.isExpanded = try row.get("is_expanded")
        facts.sendsAtLocalTime = try row.get("send_at_local_time")
        facts.nextChunkAt = try row.get("next_chunk_at")
        facts.approval = try row.get("approval")
        facts.approvalThreshold = try row.get("approval_threshold")
        facts.recipients = try row.get("recipients")
        facts.isRetrying = try row.get("is_retrying")
        facts.window = try window(row, now: now)
        facts.senders = try await senders(now: now, on: connection)
        facts.pauses = try await QueuePauseRepository.open(tenantID: tenantID, now: now, on: connection)
            .filter { $0.scope == .gateway || $0.holds(channel: .email) }
        if facts.startedAt != nil {
            facts.backlog = try await backlog(tenantID: tenantID, campaignID: campaignID, now: now, on: connection)
        }
        return facts
    }

    /// How many members a draft that was never counted has, as far as it matters for the approval step.
    private static let membersOfDraft: SQL = """
        SELECT count(*) FROM (
            SELECT FROM campaign_lists l
              JOIN list_contacts m ON m.tenant_id = l.tenant_id AND m.list_id = l.list_id AND m.status = 'active'
             WHERE c.status = 'draft' AND l.tenant_id = c.tenant_id AND l.campaign_id = c.id LIMIT coalesce(s.approval_threshold, 0)) few
        """

    /// As the sender goes by it; before it has looked, as it will.
    private static func window(_ row: PostgresRow, now: Date) throws -> SendingWindows.Opening? {
        if let opens: Date = try row.get("opens"), let closes: Date = try row.get("closes"), closes > now {
            return SendingWindows.Opening(opens: opens, closes: closes)
        }
        return try WindowRepository.windows(row)?.opening(at: now)
    }

    private static func backlog(
        tenantID: UUID,
        campaignID: UUID,
        now: Date,
        on connection: PostgresConnection
    ) async throws -> CampaignFacts.Backlog {
        let singles: SQL = """
            tenant_id = \(tenantID) AND campaign_id = \(campaignID) AND NOT in_chunk AND priority = \(Priority.campaign.rawValue)
            """
        let rows = try await connection.query(
            """
            SELECT q.*, s.* FROM
                (SELECT count(*) FILTER (WHERE due_at IS NULL OR due_at <= \(now)) AS due, count(*) FILTER (WHERE due_at > \(now)) AS later,
                        min(due_at) FILTER (WHERE due_at > \(now)) AS next_due
                   FROM queue_chunks WHERE tenant_id = \(tenantID) AND campaign_id = \(campaignID) AND state <> 'handed_over') q,
                (SELECT count(*) AS deferred, min(due_at) AS deferred_due,
                        (SELECT last_error FROM message_queue WHERE \(sql: singles) ORDER BY due_at LIMIT 1) AS deferred_reason
                   FROM message_queue WHERE \(sql: singles)) s
            """
        )
        return try rows.one { row in
            CampaignFacts.Backlog(
                dueChunks: try row.get("due"),
                laterChunks: try row.get("later"),
                nextChunkDue: try row.get("next_due"),
                deferred: try row.get("deferred"),
                nextDeferredDue: try row.get("deferred_due"),
                nextDeferredReason: try row.get("deferred_reason")
            )
        }
    }

    static func senders(now: Date, on connection: PostgresConnection) async throws -> CampaignFacts.Senders {
        let alive = now.addingTimeInterval(-CampaignFacts.longestSilence)
        let rows = try await connection.query(
            """
            SELECT gateway, gateway_state, gateway_since, retry_at, seen_at, seen_at > \(alive) AS is_alive
              FROM daemon_heartbeats WHERE daemon = \(HeartbeatRepository.sender) ORDER BY seen_at DESC LIMIT 100
            """
        )
        var senders = CampaignFacts.Senders()
        senders.lastSeen = try rows.first?.get("seen_at")
        let living = try rows.filter { try $0.get("is_alive") }
        senders.alive = living.count
        // One gateway that takes messages is enough.
        let states: [String] = try living.map { try $0.get("gateway_state") ?? "open" }
        if let row = living.first, !states.contains("open") {
            senders.gateway = try row.get("gateway")
            senders.gatewayState = states.contains("full") ? "full" : "paused"
            senders.gatewaySince = try row.get("gateway_since")
            senders.retryAt = try row.get("retry_at")
        }
        return senders
    }
}
