import FoundationEssentials
import Postgres

/// How many events a filter leaves, without counting them: from the roll-ups, where they know.
enum EventTotals {
    static func count(tenantID: UUID, filter: EventFilter, on connection: PostgresConnection) async throws -> (
        total: Int, isEstimated: Bool
    ) {
        if filter.isHandOver, filter.contactEmail != nil || filter.verdict != nil || filter.linkIndex != nil {
            return try await HandOverExplorer.countOfContact(tenantID, filter, on: connection)
        }
        if filter.contactEmail != nil || (filter.linkIndex != nil && filter.campaignID == nil) {
            return try await EventExplorer.countOfContact(tenantID, filter, on: connection)
        }
        if let index = filter.linkIndex, let campaignID = filter.campaignID {
            let clicks = try await ofLink(tenantID, campaignID, index, on: connection)
            return (clicks.count(verdict: filter.verdict), filter.from != nil || filter.to != nil)
        }
        let period = period(of: filter)
        let counts = try await EventReportRepository.totals(
            tenantID: tenantID,
            subject: filter.campaignID.map(ReportSubject.campaign) ?? .tenant,
            period: period,
            on: connection
        )
        let cuts = [filter.from == nil ? nil : filter.from == period?.from, filter.to == nil ? nil : filter.to == period?.to]
        return (number(counts, filter), cuts.contains(false))
    }

    static func period(of filter: EventFilter) -> ReportPeriod? {
        guard filter.from != nil || filter.to != nil else { return nil }
        return ReportPeriod(
            from: filter.from ?? Date(timeIntervalSince1970: 0),
            to: filter.to ?? Date(timeIntervalSince1970: 4_102_444_800),
            zone: .utc
        )
    }

    static func number(_ counts: ReportCounts, _ filter: EventFilter) -> Int {
        guard !filter.isHandOver else { return counts.sent }
        let (opens, clicks) = (counts.opensByVerdict.count(verdict: filter.verdict), counts.clicksByVerdict.count(verdict: filter.verdict))
        if filter.verdict != nil {
            switch filter.type {
            case nil: return opens + clicks
            case .opened: return opens
            case .clicked: return clicks
            default: return 0
            }
        }
        // What was handed over is in the delivery log and not among the events.
        return counts.byType.reduce(0) { sum, entry in
            entry.type != "queued" && (filter.type == nil || filter.type?.rawValue == entry.type) ? sum + entry.count : sum
        }
    }

    private static func ofLink(
        _ tenantID: UUID,
        _ campaignID: UUID,
        _ index: Int,
        on connection: PostgresConnection
    ) async throws -> VerdictCounts {
        let rows = try await connection.query(
            """
            SELECT clicks_human, clicks_unknown, clicks_scanner, clicks_machine FROM link_rollups
            WHERE tenant_id = \(tenantID) AND campaign_id = \(campaignID) AND link_index = \(index)
            """
        )
        guard let row = rows.first else { return VerdictCounts() }
        return VerdictCounts(
            human: try row.get("clicks_human"),
            unknown: try row.get("clicks_unknown"),
            scanner: try row.get("clicks_scanner"),
            machine: try row.get("clicks_machine")
        )
    }
}

extension VerdictCounts {
    /// Of one verdict; of all without one.
    fileprivate func count(verdict: String?) -> Int {
        switch verdict {
        case nil: all
        case "human": human
        case "unknown": unknown
        case "scanner": scanner
        case "machine": machine
        default: 0
        }
    }
}
