import FoundationEssentials
import Postgres

/// The stretch of time in which the next events of a type lie, known from the roll-ups.
///
/// There is no index by type for the common ones: what was sent lies behind millions of later opens. The roll-ups say in which quarters of
/// an hour to look, so the index by time is entered where the events are.
enum EventWindow {
    /// How many quarters are looked at; fewer events than wanted in them leave the beginning open.
    private static let mostQuarters = 500

    /// The bounds of `wanted` events of the filter's type before the cursor; nil when the roll-ups know of none or the filter has no such
    /// type.
    static func find(
        tenantID: UUID,
        filter: EventFilter,
        after cursor: EventCursor?,
        wanted: Int,
        on connection: PostgresConnection
    ) async throws -> (from: Date?, to: Date)? {
        guard filter.contactEmail == nil, filter.linkIndex == nil, let counted = counted(filter) else { return nil }
        var condition: SQL = """
            r.tenant_id = \(tenantID) AND r.scope = \(raw: filter.campaignID == nil ? "0" : "1")
            AND r.scope_id = \(filter.campaignID ?? tenantID) AND r.provider = ''
            """
        if let from = filter.from { condition += " AND r.bucket_at >= comm_quarter(\(from)::timestamptz)" }
        if let to = filter.to { condition += " AND r.bucket_at < \(to)" }
        if let cursor { condition += " AND r.bucket_at <= \(cursor.occurredAt)" }
        let rows = try await connection.query(
            """
            SELECT r.bucket_at, (\(raw: counted))::int AS count FROM event_rollups r
            WHERE \(sql: condition) AND (\(raw: counted)) > 0
            ORDER BY r.bucket_at DESC LIMIT \(mostQuarters)
            """
        )
        guard let newest: Date = try rows.first?.get("bucket_at") else { return nil }
        let to = newest.addingTimeInterval(ReportPeriod.quarter)
        var sum = 0
        for (index, row) in rows.enumerated() {
            // What the cursor has passed already of its own quarter is not to come.
            if index > 0 || cursor == nil { sum += try row.get("count") as Int }
            if sum >= wanted { return (try row.get("bucket_at"), to) }
        }
        return (rows.count < mostQuarters ? try rows.last?.get("bucket_at") : nil, to)
    }

    private static func counted(_ filter: EventFilter) -> String? {
        let columns: [RollUpMeasure]
        switch filter.type {
        case .sent: columns = [.accepted]
        case .delivered: columns = [.delivered]
        case .opened: columns = [.opensHuman, .opensUnknown, .opensScanner, .opensMachine]
        case .clicked: columns = [.clicksHuman, .clicksUnknown, .clicksScanner, .clicksMachine]
        default: return nil
        }
        let chosen = filter.verdict.map { verdict in columns.filter { $0.column.hasSuffix("_" + verdict) } } ?? columns
        return chosen.isEmpty ? nil : chosen.map { "r.\($0.column)" }.joined(separator: " + ")
    }
}
