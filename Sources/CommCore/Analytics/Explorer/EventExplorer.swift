import FoundationEssentials
import Postgres

/// SQL of the events themselves: pages by index, totals from the roll-ups.
package struct EventExplorer: Sendable {
    /// How many rows may be skipped; beyond, a cursor leads on.
    package static let largestOffset = 10_000
    /// How many rows are sorted by something else than their time, and counted one by one.
    package static let largestSort = 10_000
    private static let exportPage = 2_000

    let client: PostgresClient

    package init(client: PostgresClient) {
        self.client = client
    }

    /// A page, newest first.
    package func page(
        tenantID: UUID,
        filter: EventFilter,
        limit: Int,
        offset: Int = 0,
        after cursor: EventCursor? = nil
    ) async throws -> EventPage {
        try await client.withTenant(tenantID) { connection in
            if let id = filter.campaignID { _ = try await CampaignRepository.find(tenantID: tenantID, id: id, on: connection) }
            let events = try await Self.events(tenantID, filter, after: cursor, limit: limit + 1, offset: offset, on: connection)
            let (total, isEstimated) = try await EventTotals.count(tenantID: tenantID, filter: filter, on: connection)
            let shown = Array(events.prefix(limit))
            return EventPage(
                events: shown,
                total: total,
                isTotalEstimated: isEstimated,
                next: events.count > limit ? shown.last.map(EventCursor.init) : nil,
                progress: try await ReportProgress.read(on: connection)
            )
        }
    }

    /// A page in another order; nil when the filter leaves more than ``largestSort``.
    package func sorted(
        tenantID: UUID,
        filter: EventFilter,
        by sort: EventSort,
        ascending: Bool,
        limit: Int,
        offset: Int
    ) async throws -> EventPage? {
        try await client.withTenant(tenantID) { connection in
            if let id = filter.campaignID { _ = try await CampaignRepository.find(tenantID: tenantID, id: id, on: connection) }
            guard let selection = try await Self.selection(tenantID, filter, on: connection) else {
                return EventPage(
                    events: [],
                    total: 0,
                    isTotalEstimated: false,
                    next: nil,
                    progress: try await ReportProgress.read(on: connection)
                )
            }
            let bounded: SQL = """
                SELECT * FROM email_events e WHERE \(sql: selection)
                ORDER BY e.occurred_at DESC, e.id DESC LIMIT \(Self.largestSort + 1)
                """
            let count: Int = try await connection.query("SELECT count(*)::int AS n FROM (\(sql: bounded)) b").one { try $0.get("n") }
            guard count <= Self.largestSort else { return nil }
            let direction = ascending ? "ASC NULLS FIRST" : "DESC NULLS LAST"
            let rows = try await connection.query(
                """
                WITH p AS MATERIALIZED (\(sql: bounded))
                SELECT \(raw: StoredEvent.columns) FROM p \(raw: Self.joins)
                ORDER BY \(raw: sort.column.replacing("e.", with: "p.", maxReplacements: sort.column.hasPrefix("e.") ? 1 : 0)) \(raw: direction),
                         p.occurred_at DESC, p.id DESC
                LIMIT \(limit) OFFSET \(offset)
                """
            )
            return EventPage(
                events: try rows.map(StoredEvent.init(row:)),
                total: count,
                isTotalEstimated: false,
                next: nil,
                progress: try await ReportProgress.read(on: connection)
            )
        }
    }

    /// Passes every event of the filter on in pages, newest first, in bounded memory.
    package func all(tenantID: UUID, filter: EventFilter, _ receive: @Sendable ([StoredEvent]) async throws -> Void) async throws {
        var cursor: EventCursor?
        while true {
            let after = cursor
            let events = try await client.withTenant(tenantID) { connection in
                try await Self.events(tenantID, filter, after: after, limit: Self.exportPage, offset: 0, on: connection)
            }
            if !events.isEmpty { try await receive(events) }
            guard events.count == Self.exportPage, let last = events.last else { return }
            cursor = EventCursor(last)
        }
    }

    static let joins = """
        LEFT JOIN LATERAL (SELECT x.email, x.email_norm, x.name, x.status FROM contacts x
                           WHERE x.tenant_id = p.tenant_id AND x.id = p.contact_id LIMIT 1) c ON true
        LEFT JOIN LATERAL (SELECT x.name FROM campaigns x WHERE x.tenant_id = p.tenant_id AND x.id = p.campaign_id LIMIT 1) g ON true
        """

    private static func events(
        _ tenantID: UUID,
        _ filter: EventFilter,
        after cursor: EventCursor?,
        limit: Int,
        offset: Int,
        on connection: PostgresConnection
    ) async throws -> [StoredEvent] {
        guard !filter.isHandOver else {
            return try await HandOverExplorer.page(tenantID, filter, after: cursor, limit: limit, offset: offset, on: connection)
        }
        guard var selection = try await selection(tenantID, filter, on: connection) else { return [] }
        if let cursor { selection += " AND (e.occurred_at, e.id) < (\(cursor.occurredAt), \(cursor.id))" }
        let window = try await EventWindow.find(
            tenantID: tenantID,
            filter: filter,
            after: cursor,
            wanted: limit + offset,
            on: connection
        )
        if let window {
            selection += " AND e.occurred_at < \(window.to)"
            if let from = window.from { selection += " AND e.occurred_at >= \(from)" }
        }
        return try await connection.query(
            """
            WITH p AS MATERIALIZED (
                SELECT * FROM email_events e WHERE \(sql: selection)
                ORDER BY e.occurred_at DESC, e.id DESC LIMIT \(limit) OFFSET \(offset))
            SELECT \(raw: StoredEvent.columns) FROM p \(raw: joins)
            ORDER BY p.occurred_at DESC, p.id DESC
            """
        ).map(StoredEvent.init(row:))
    }

    /// Conditions on rows `e`; nil when nothing can match, because nobody has the address.
    private static func selection(_ tenantID: UUID, _ filter: EventFilter, on connection: PostgresConnection) async throws -> SQL? {
        var parts: [SQL] = ["e.tenant_id = \(tenantID)"]
        if let id = filter.campaignID { parts.append("e.campaign_id = \(id)") }
        if let email = filter.contactEmail {
            guard let id = try await contact(tenantID, email, on: connection) else { return nil }
            parts.append("e.contact_id = \(id)")
        }
        // A literal, so that the planner knows which partial index it has.
        if let type = filter.type { parts.append("e.type = '\(raw: type.rawValue)'") }
        if let verdict = filter.verdict {
            parts.append("e.type IN ('opened', 'clicked') AND coalesce(e.verdict, 'unknown') = \(verdict)")
        }
        if let index = filter.linkIndex { parts.append("e.payload ->> 'linkIndex' = \(String(index))") }
        if let from = filter.from { parts.append("e.occurred_at >= \(from)") }
        if let to = filter.to { parts.append("e.occurred_at < \(to)") }
        return .joined(parts, separator: " AND ")
    }

    static func contact(_ tenantID: UUID, _ email: String, on connection: PostgresConnection) async throws -> UUID? {
        guard let address = try? EmailAddress(email) else { return nil }
        return try await connection.query(
            "SELECT id FROM contacts WHERE tenant_id = \(tenantID) AND email_norm = \(address.normalized)"
        ).first?.get("id")
    }

    /// How many events one person has, counted up to the bound.
    static func countOfContact(_ tenantID: UUID, _ filter: EventFilter, on connection: PostgresConnection) async throws -> (Int, Bool) {
        guard let selection = try await selection(tenantID, filter, on: connection) else { return (0, false) }
        let count: Int = try await connection.query(
            "SELECT count(*)::int AS n FROM (SELECT 1 FROM email_events e WHERE \(sql: selection) LIMIT \(largestSort + 1)) b"
        ).one { try $0.get("n") }
        return (min(count, largestSort), count > largestSort)
    }
}
