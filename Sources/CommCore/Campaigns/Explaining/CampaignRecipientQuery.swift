import FoundationEssentials
import Postgres

/// SQL that reads recipients with everything that explains them.
struct CampaignRecipientQuery: Sendable {
    private let tenantID: UUID
    private let campaignID: UUID
    private let now: Date
    private let connection: PostgresConnection

    init(tenantID: UUID, campaignID: UUID, now: Date, on connection: PostgresConnection) {
        (self.tenantID, self.campaignID, self.now, self.connection) = (tenantID, campaignID, now, connection)
    }

    /// How many are meant, and how many have an outcome.
    func totals(_ facts: CampaignFacts) async throws -> (potential: Int64, processed: Int64) {
        guard facts.startedAt != nil else {
            let rows = try await connection.query("SELECT count(DISTINCT m.contact_id) AS count FROM \(sql: members)")
            return (try rows.one { try $0.get("count") }, 0)
        }
        let rows = try await connection.query(
            """
            SELECT m.planned, m.sent + m.suppressed + m.skipped + m.failed + m.unknown AS processed,
                   coalesce(n.total_recipients + n.excluded, 0) AS expected
              FROM campaigns c
              JOIN campaign_delivery_metrics m ON m.tenant_id = c.tenant_id AND m.campaign_id = c.id
              LEFT JOIN comm_audience_snapshots n ON n.tenant_id = c.tenant_id AND n.id = c.snapshot_id
             WHERE c.tenant_id = \(tenantID) AND c.id = \(campaignID)
            """
        )
        guard let row = rows.first else { return (0, 0) }
        let (planned, expected): (Int64, Int64) = (try row.get("planned"), try row.get("expected"))
        return (facts.isExpanded ? planned : max(planned, expected), try row.get("processed"))
    }

    /// Members of the lists, in the order of their ids.
    func audience(_ states: Set<RecipientFacts.State>, limit: Int, after: UUID?) async throws -> [RecipientFacts] {
        guard states.isEmpty || states.contains(.audience) else { return [] }
        return try await read(
            """
            SELECT DISTINCT p.contact_id, NULL::text AS recipient, NULL::uuid AS id, \(sql: Self.noMessage)
              FROM \(sql: lists) l
             CROSS JOIN LATERAL (SELECT m.contact_id FROM list_contacts m
                                  WHERE m.tenant_id = \(tenantID) AND m.list_id = l.list_id AND m.status = 'active'
                                    AND (\(after)::uuid IS NULL OR m.contact_id > \(after)::uuid) AND \(sql: isNotExcluded)
                                  ORDER BY m.contact_id LIMIT \(limit)) p
             ORDER BY p.contact_id LIMIT \(limit)
            """,
            order: "p.contact_id"
        )
    }

    /// Messages, in the order of their ids: those that have left and those that have not are two ranges of two keys.
    func messages(_ states: Set<RecipientFacts.State>, startedAt: Date, limit: Int, after: UUID?) async throws -> [RecipientFacts] {
        let range = SequenceIDs.range(startedAt: startedAt)
        let logged = states.compactMap { [.sent, .suppressed, .skipped, .failed, .unknown].contains($0) ? $0.rawValue : nil }
        var parts: [SQL] = []
        if states.isEmpty {
            parts.append(log("true", range, limit: limit, after: after))
        } else {
            // One state at a time: each is in the order of ids in an index of its own.
            for state in logged.sorted() {
                let condition: SQL = state == "sent" ? "d.outcome = 'sent'" : "d.outcome <> 'sent' AND d.outcome = \(state)"
                parts.append(log(condition, range, limit: limit, after: after))
            }
        }
        if states.isEmpty || states.contains(.queued) && states.contains(.deferred) {
            parts.append(queue("true", range, limit: limit, after: after))
        } else if states.contains(.queued) {
            parts.append(queue("(q.in_chunk OR q.attempts = 0)", range, limit: limit, after: after))
        } else if states.contains(.deferred) {
            parts.append(queue("NOT q.in_chunk AND q.attempts > 0", range, limit: limit, after: after))
        }
        guard !parts.isEmpty else { return [] }
        return try await read(
            "SELECT * FROM (\(sql: SQL.joined(parts.map { "(\(sql: $0))" }, separator: " UNION ALL "))) u ORDER BY id LIMIT \(limit)",
            order: "p.id"
        )
    }

    /// One contact with its message, if there is one.
    func one(_ contactID: UUID, startedAt: Date?) async throws -> RecipientFacts? {
        if let startedAt {
            let ids = try await ExpansionPages.range(
                tenantID: tenantID,
                campaignID: campaignID,
                contactID: contactID,
                startedAt: startedAt,
                on: connection
            )
            let logged = log("d.contact_id = \(contactID)", ids, limit: 1, after: nil)
            let live = queue("q.contact_id = \(contactID)", ids, limit: 1, after: nil)
            let found = try await read("SELECT * FROM ((\(sql: logged)) UNION ALL (\(sql: live))) u LIMIT 1", order: "p.id")
            if let message = found.first { return message }
        }
        return try await read(
            """
            SELECT c.id AS contact_id, NULL::text AS recipient, NULL::uuid AS id, \(sql: Self.noMessage)
              FROM contacts c WHERE c.tenant_id = \(tenantID) AND c.id = \(contactID)
            """,
            order: "p.contact_id"
        ).first
    }

    private static let noMessage: SQL = """
        NULL::text AS outcome, NULL::text AS reason, NULL::timestamptz AS occurred_at, false AS in_chunk, NULL::timestamptz AS due_at,
        NULL::timestamptz AS lease_until, 0::smallint AS attempts, NULL::text AS last_error
        """

    private func log(_ condition: SQL, _ range: (first: UUID, last: UUID), limit: Int, after: UUID?) -> SQL {
        """
        SELECT d.contact_id, d.recipient, d.id, d.outcome, d.reason, d.occurred_at, false AS in_chunk, NULL::timestamptz AS due_at,
               NULL::timestamptz AS lease_until, d.attempts, NULL::text AS last_error
          FROM delivery_events d
         WHERE d.tenant_id = \(tenantID) AND d.id >= \(range.first) AND d.id <= \(range.last)
           AND d.created_at BETWEEN \(UUIDv7.time(of: range.first)) AND \(UUIDv7.time(of: range.last))
           AND d.campaign_id = \(campaignID) AND NOT d.is_test AND \(sql: condition) \(sql: Self.beyond(after, "d"))
         ORDER BY d.id LIMIT \(limit)
        """
    }

    private func queue(_ condition: SQL, _ range: (first: UUID, last: UUID), limit: Int, after: UUID?) -> SQL {
        """
        SELECT q.contact_id, q.recipient, q.id, NULL::text AS outcome, NULL::text AS reason, NULL::timestamptz AS occurred_at, q.in_chunk,
               q.due_at, q.lease_until, q.attempts, q.last_error
          FROM message_queue q
         WHERE q.tenant_id = \(tenantID) AND q.priority = \(Priority.campaign.rawValue) AND q.id >= \(range.first) AND q.id <= \(range.last)
           AND q.campaign_id = \(campaignID) AND NOT q.is_test AND \(sql: condition) \(sql: Self.beyond(after, "q"))
         ORDER BY q.id LIMIT \(limit)
        """
    }

    private static func beyond(_ last: UUID?, _ alias: SQL) -> SQL {
        guard let last else { return "" }
        return "AND \(sql: alias).id > \(last)"
    }

    private var lists: SQL {
        "(SELECT list_id FROM campaign_lists WHERE tenant_id = \(tenantID) AND campaign_id = \(campaignID))"
    }

    private var isNotExcluded: SQL {
        """
        NOT EXISTS (SELECT FROM campaign_exclude_lists e
                      JOIN list_contacts x ON x.tenant_id = e.tenant_id AND x.list_id = e.list_id AND x.status = 'active'
                     WHERE e.tenant_id = \(tenantID) AND e.campaign_id = \(campaignID) AND x.contact_id = m.contact_id)
        """
    }

    private var members: SQL {
        """
        list_contacts m WHERE m.tenant_id = \(tenantID) AND m.status = 'active'
           AND m.list_id IN (SELECT list_id FROM \(sql: lists) l) AND \(sql: isNotExcluded)
        """
    }

    /// The rows of a page with contact, suppression and membership, each looked up by its whole key.
    private func read(_ page: SQL, order: SQL) async throws -> [RecipientFacts] {
        let subject = SuppressionCheck.Subject(
            tenantID: "\(tenantID)::uuid",
            contactID: "p.contact_id",
            address: "coalesce(c.email_norm, lower(p.recipient))",
            isMarketing: "true",
            lists: "ARRAY(SELECT l.list_id FROM \(sql: lists) l)"
        )
        let rows = try await connection.query(
            """
            SELECT p.*, coalesce(c.email, p.recipient) AS email, c.name, c.identity_name,
                   CASE WHEN c.deleted_at IS NULL THEN c.status END AS contact_status,
                   suppression.reason AS x_reason, suppression.scope AS x_scope, suppression.source AS x_source,
                   suppression.created_at AS x_since, suppression.expires_at AS x_expires,
                   EXISTS (SELECT FROM \(sql: lists) l
                             JOIN list_contacts m ON m.tenant_id = \(tenantID) AND m.list_id = l.list_id AND m.contact_id = p.contact_id
                                                  AND m.status = 'active') AS is_member,
                   EXISTS (SELECT FROM campaign_exclude_lists e
                             JOIN list_contacts m ON m.tenant_id = e.tenant_id AND m.list_id = e.list_id AND m.contact_id = p.contact_id
                                                  AND m.status = 'active'
                            WHERE e.tenant_id = \(tenantID) AND e.campaign_id = \(campaignID)) AS is_excluded
              FROM (\(sql: page)) p
              LEFT JOIN LATERAL (SELECT * FROM contacts WHERE tenant_id = \(tenantID) AND id = p.contact_id LIMIT 1) c ON true
              \(sql: SuppressionCheck.join(subject, now: now))
             ORDER BY \(sql: order)
            """
        )
        return try rows.map(RecipientFacts.init(row:))
    }
}

extension RecipientFacts {
    fileprivate init(row: PostgresRow) throws {
        self.init(email: try row.get("email") ?? "")
        contactID = try row.get("contact_id")
        name = try row.get("name")
        identityName = try row.get("identity_name")
        contactStatus = try row.get("contact_status")
        isMember = try row.get("is_member")
        isExcluded = try row.get("is_excluded")
        messageID = try row.get("id")
        outcome = try row.get("outcome")
        reason = try row.get("reason")
        occurredAt = try row.get("occurred_at")
        isInChunk = try row.get("in_chunk")
        dueAt = try row.get("due_at")
        leasedUntil = try row.get("lease_until")
        attempts = try row.get("attempts")
        lastError = try row.get("last_error")
        guard let reason: String = try row.get("x_reason") else { return }
        suppression = Suppression(
            reason: reason,
            scope: try row.get("x_scope"),
            source: try row.get("x_source"),
            since: try row.get("x_since"),
            expiresAt: try row.get("x_expires")
        )
    }
}
