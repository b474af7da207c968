import FoundationEssentials
import Postgres

extension EventExplorer {
    /// Messages of requests to one address that are looked at, the newest ones.
    private static let messagesOfRecipient = 500

    /// What happened to everything that went to an address or a number, newest first: to the contact that has it, and, since messages of
    /// requests need none, to the latest of those.
    package func page(
        tenantID: UUID,
        recipient: String,
        filter: EventFilter,
        limit: Int,
        after cursor: EventCursor?
    ) async throws -> EventPage {
        try await client.withTenant(tenantID) { connection in
            let contact = try await Self.contact(tenantID, recipient, on: connection)
            let statement = Self.statement(tenantID, recipient, contact, filter, limit: limit, after: cursor)
            let events = try await connection.query(statement).map(StoredEvent.init(row:))
            let shown = Array(events.prefix(limit))
            return EventPage(
                events: shown,
                total: shown.count,
                isTotalEstimated: cursor != nil || events.count > limit,
                next: events.count > limit ? shown.last.map(EventCursor.init) : nil,
                progress: try await ReportProgress.read(on: connection)
            )
        }
    }

    private static func statement(
        _ tenantID: UUID,
        _ recipient: String,
        _ contact: UUID?,
        _ filter: EventFilter,
        limit: Int,
        after cursor: EventCursor?
    ) -> SQL {
        let spellings = Array(Set([recipient, (try? EmailAddress(recipient))?.normalized ?? recipient]))
        var conditions: [SQL] = ["true"]
        if let type = filter.type { conditions.append("e.type = \(type.rawValue)") }
        if filter.isHandOver { conditions.append("false") }
        if let cursor { conditions.append("(e.occurred_at, e.id) < (\(cursor.occurredAt), \(cursor.id))") }
        let condition = SQL.joined(conditions, separator: " AND ")
        return """
            WITH m AS MATERIALIZED (
                SELECT d.id, d.created_at, \(sql: EventIdentity.range(of: "d.id"))
                  FROM (SELECT id, created_at FROM delivery_events
                         WHERE tenant_id = \(tenantID) AND request_id IS NOT NULL AND recipient = ANY(\(spellings)::text[])
                         ORDER BY request_id DESC, id DESC LIMIT \(messagesOfRecipient)) d),
            p AS MATERIALIZED (
                (SELECT e.* FROM email_events e
                  WHERE e.tenant_id = \(tenantID) AND e.contact_id = \(contact)::uuid AND \(sql: condition)
                  ORDER BY e.occurred_at DESC, e.id DESC LIMIT \(limit + 1))
                UNION ALL
                (SELECT e.* FROM m CROSS JOIN LATERAL (
                    SELECT * FROM email_events e
                     WHERE e.tenant_id = \(tenantID) AND e.bucket_at = m.created_at AND e.id BETWEEN m.first_event AND m.last_event
                       AND e.message_id = m.id OFFSET 0) e
                  WHERE (\(contact)::uuid IS NULL OR e.contact_id IS DISTINCT FROM \(contact)::uuid) AND \(sql: condition)
                  ORDER BY e.occurred_at DESC, e.id DESC LIMIT \(limit + 1)))
            SELECT \(raw: StoredEvent.columns) FROM p \(raw: joins) ORDER BY p.occurred_at DESC, p.id DESC LIMIT \(limit + 1)
            """
    }
}
