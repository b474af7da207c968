import FoundationEssentials
import Postgres

/// When some campaigns ran, looked up before a statement about their messages is planned.
struct CampaignPeriods: Sendable {
    /// From when to when messages of a campaign were made; a missing end is still open.
    private let periods: [UUID: (start: Date?, end: Date?)]

    /// Looks up the campaigns that a filter names.
    ///
    /// - Returns: nil when it names none.
    init?(of filter: RecipientFilter, tenantID: UUID, on connection: PostgresConnection) async throws {
        let ids = filter.root.conditions.flatMap { condition -> [UUID] in
            switch (condition.field, condition.value) {
            case (.named(.campaignReceived), .ids(let ids)), (.named(.campaignOpened), .ids(let ids)),
                (.named(.campaignClicked), .ids(let ids)):
                ids
            default: []
            }
        }
        guard !ids.isEmpty else { return nil }
        let rows = try await connection.query(
            """
            SELECT id, started_at, CASE WHEN completed_at IS NOT NULL THEN greatest(completed_at, updated_at) END AS ended_at
              FROM campaigns WHERE tenant_id = \(tenantID) AND id = ANY (\(ids)::uuid[])
            """
        )
        var periods: [UUID: (start: Date?, end: Date?)] = [:]
        for row in rows { periods[try row.get("id")] = (try row.get("started_at"), try row.get("ended_at")) }
        self.periods = periods
    }

    /// That a time is within them, with an hour before and a day after; always where one of them is not known.
    func condition(_ column: SQL, _ ids: [UUID]) -> SQL {
        let starts = ids.compactMap { periods[$0]?.start }
        guard starts.count == ids.count, let start = starts.min() else { return "true" }
        let from: SQL = "\(sql: column) >= \(start.addingTimeInterval(-3_600))"
        let ends = ids.compactMap { periods[$0]?.end }
        guard ends.count == ids.count, let end = ends.max() else { return from }
        return "\(sql: from) AND \(sql: column) <= \(end.addingTimeInterval(86_400))"
    }
}
