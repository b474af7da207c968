import Foundation
import Postgres

/// Keeps the window of each sending campaign in its row, so that one comparison holds back all of its messages at once.
enum WindowRepository {
    /// What every claim asks of a campaign `c`.
    static func isOpen(now: Date) -> SQL {
        "(c.window_opens_at IS NULL OR c.window_opens_at <= \(now) AND \(now) < c.window_closes_at)"
    }

    /// Works out the windows of campaigns that have none noted yet, or whose noted one has passed.
    static func refresh(now: Date, on connection: PostgresConnection) async throws {
        let rows = try await connection.query(
            """
            SELECT c.tenant_id, c.id, coalesce(c.sending_windows, t.sending_windows) AS windows, coalesce(c.timezone, t.timezone) AS timezone
            FROM campaigns c LEFT JOIN tenant_settings t ON t.tenant_id = c.tenant_id
            WHERE c.status = 'sending'
              AND CASE WHEN jsonb_array_length(coalesce(c.sending_windows, t.sending_windows, '[]')) = 0 THEN c.window_opens_at IS NOT NULL
                       ELSE c.window_closes_at IS NULL OR c.window_closes_at <= \(now) END
            """
        )
        for row in rows {
            let (tenantID, campaignID): (UUID, UUID) = (try row.get("tenant_id"), try row.get("id"))
            let opening = try windows(row)?.opening(at: now)
            try await connection.execute(
                """
                UPDATE campaigns SET window_opens_at = \(opening?.opens), window_closes_at = \(opening?.closes)
                WHERE tenant_id = \(tenantID) AND id = \(campaignID)
                """
            )
        }
    }

    /// The windows of a row with `windows` and `timezone`; nil for always.
    static func windows(_ row: PostgresRow) throws -> SendingWindows? {
        let (stored, zone): (PostgresJSON?, String?) = (try row.get("windows"), try row.get("timezone"))
        guard let windows: [SendingWindow] = try stored?.decode(), !windows.isEmpty else { return nil }
        return SendingWindows(windows, zone: zone.flatMap(ZonedTime.zone(named:)) ?? .gmt)
    }
}
