import FoundationEssentials
import Postgres

/// The SQL that reads messages with what belongs to them, from the queue and from the delivery log, in the same columns.
enum MessageFactsSQL {
    /// The columns of a row `q` of the queue.
    static let live: SQL = """
        q.id, q.request_id, q.campaign_id, q.channel, q.priority, q.recipient, q.contact_id, q.artifact_id, q.is_test, q.attempts,
        q.due_at, q.lease_until, q.last_error, q.in_chunk, NULL::text AS outcome, NULL::text AS reason, NULL::text AS gateway,
        NULL::timestamptz AS occurred_at, NULL::text AS failure, NULL::uuid AS waits_for
        """

    /// The columns of a row `d` of the delivery log.
    static let logged: SQL = """
        d.id, d.request_id, d.campaign_id, d.channel, NULL::smallint AS priority, d.recipient, d.contact_id, d.artifact_id, d.is_test,
        d.attempts, NULL::timestamptz AS due_at, NULL::timestamptz AS lease_until, NULL::text AS last_error,
        false AS in_chunk, d.outcome, d.reason, d.gateway, d.occurred_at, \(sql: RetryClass.sql) AS failure, NULL::uuid AS waits_for
        """

    /// The columns of a row `f` of what goes out when another message cannot; what did so is in the queue or in the log.
    static let waiting: SQL = """
        f.id, f.request_id, NULL::uuid AS campaign_id, f.channel, f.priority, f.recipient, NULL::uuid AS contact_id,
        NULL::uuid AS artifact_id, false AS is_test, 0::smallint AS attempts, NULL::timestamptz AS due_at,
        NULL::timestamptz AS lease_until, NULL::text AS last_error, false AS in_chunk,
        CASE WHEN f.cancelled_at IS NOT NULL THEN 'skipped' END AS outcome,
        CASE WHEN f.cancelled_at IS NOT NULL THEN \(MessageState.cancelledReason)::text END AS reason, NULL::text AS gateway,
        f.cancelled_at AS occurred_at, NULL::text AS failure, f.after_id AS waits_for
        """

    /// The rows of a page with request, chunk and the types of what was reported, each looked up by its key.
    ///
    /// - Parameter page: a query with either of the columns above.
    static func complete(_ page: SQL, tenantID: UUID, now: Date) -> SQL {
        """
        SELECT p.*, r.priority AS request_priority, r.message_type, r.source_type, r.source_id, r.tags, r.metadata, r.template_id,
               r.gateway AS request_gateway, r.expires_at,
               c.due_at AS chunk_due_at, coalesce(c.state = 'leased' AND c.lease_until > \(now), false) AS is_chunk_leased,
               CASE WHEN p.outcome IN ('sent', 'unknown') THEN
                   ARRAY(SELECT DISTINCT e.type FROM email_events e
                          WHERE e.tenant_id = \(tenantID) AND e.bucket_at = p.created_at AND e.id BETWEEN p.first_event AND p.last_event
                            AND e.message_id = p.id AND e.type IN ('sent', 'delivered', 'deferred', 'bounced', 'complained', 'failed', 'blocked'))
               END AS reported
          FROM (SELECT p.*, \(sql: SequenceIDs.time(of: "p.id")) AS created_at, \(sql: EventIdentity.range(of: "p.id"))
                  FROM (\(sql: page)) p OFFSET 0) p
          LEFT JOIN LATERAL (SELECT * FROM message_requests WHERE tenant_id = \(tenantID) AND id = p.request_id LIMIT 1) r ON true
          LEFT JOIN LATERAL (SELECT due_at, state, lease_until FROM queue_chunks
                              WHERE p.in_chunk AND tenant_id = \(tenantID) AND campaign_id = p.campaign_id AND state <> 'handed_over'
                                AND first_id <= p.id AND last_id >= p.id LIMIT 1) c ON true
        """
    }
}

extension MessageFacts {
    init(row: PostgresRow) throws {
        id = try row.get("id")
        createdAt = try row.get("created_at")
        (channel, recipient) = (try row.get("channel"), try row.get("recipient"))
        priority = try row.get("priority") ?? row.get("request_priority")
        (contactID, campaignID, artifactID) = (try row.get("contact_id"), try row.get("campaign_id"), try row.get("artifact_id"))
        (isTest, attempts) = (try row.get("is_test"), try row.get("attempts"))
        expiresAt = try row.get("expires_at")
        failure = try row.get("failure")
        waitsFor = try row.get("waits_for")
        reported = (try row.get("reported") as [String]? ?? []).compactMap(EventType.init(rawValue:))
        if let dueAt: Date = try row.get("due_at") {
            live = Live(
                dueAt: dueAt,
                leasedUntil: try row.get("lease_until"),
                lastError: try row.get("last_error"),
                isInChunk: try row.get("in_chunk"),
                isChunkLeased: try row.get("is_chunk_leased"),
                chunkDueAt: try row.get("chunk_due_at")
            )
        } else {
            live = nil
        }
        if let outcome: String = try row.get("outcome") {
            logged = Logged(
                outcome: outcome,
                reason: try row.get("reason"),
                gateway: try row.get("gateway"),
                occurredAt: try row.get("occurred_at")
            )
        } else {
            logged = nil
        }
        if let requestID: UUID = try row.get("request_id") {
            request = Request(
                id: requestID,
                messageType: try row.get("message_type"),
                sourceType: try row.get("source_type"),
                sourceID: try row.get("source_id"),
                tags: try row.get("tags") ?? [],
                metadata: (try row.get("metadata") as PostgresJSON?)?.text,
                templateID: try row.get("template_id"),
                gateway: try row.get("request_gateway")
            )
        } else {
            request = nil
        }
    }
}
