import FoundationEssentials
import Postgres

/// Projection: the engagement columns by which the Mega List filters and sorts.
///
/// Clicks and opens count when a person may be behind them.
struct ContactEngagement {
    private struct Key: Hashable {
        let tenantID: UUID
        let contactID: UUID
    }

    private struct Change {
        var delivered = 0
        var opened = 0
        var clicked = 0
        var lastDelivered: Date?
        var lastOpened: Date?
        var lastClicked: Date?
    }

    private var changes: [Key: Change] = [:]
    /// Who lost a click or an open that had counted.
    private var revoked: Set<Key> = []

    init(events: [Event], changes verdicts: [VerdictChange]) {
        for event in events where event.type == .delivered {
            guard let contactID = event.contactID else { continue }
            let key = Key(tenantID: event.tenantID, contactID: contactID)
            changes[key, default: Change()].delivered += 1
            changes[key, default: Change()].lastDelivered = latest(changes[key]?.lastDelivered, event.occurredAt)
        }
        for verdict in verdicts where verdict.countedDelta != 0 {
            guard let contactID = verdict.contactID else { continue }
            let key = Key(tenantID: verdict.tenantID, contactID: contactID)
            var change = changes[key] ?? Change()
            let isNew = verdict.countedDelta > 0
            switch verdict.kind {
            case .opened:
                change.opened += verdict.countedDelta
                if isNew { change.lastOpened = latest(change.lastOpened, verdict.occurredAt) }
            case .clicked:
                change.clicked += verdict.countedDelta
                if isNew { change.lastClicked = latest(change.lastClicked, verdict.occurredAt) }
            }
            changes[key] = change
            if !isNew { revoked.insert(key) }
        }
    }

    private func latest(_ known: Date?, _ new: Date) -> Date {
        known.map { max($0, new) } ?? new
    }

    func apply(on connection: PostgresConnection, now: Date) async throws {
        guard !changes.isEmpty else { return }
        let entries = changes.sorted { $0.key.contactID.uuidString < $1.key.contactID.uuidString }
        // greatest() ignores NULLs: the columns only ever move forward, in whatever order the facts arrive.
        try await connection.execute(
            """
            UPDATE contacts AS c SET
                delivered_count = c.delivered_count + e.delivered, opened_count = greatest(0, c.opened_count + e.opened),
                clicked_count = greatest(0, c.clicked_count + e.clicked),
                last_delivered_at = greatest(c.last_delivered_at, e.last_delivered),
                last_opened_at = greatest(c.last_opened_at, e.last_opened),
                last_clicked_at = greatest(c.last_clicked_at, e.last_clicked),
                last_engagement_at = greatest(c.last_engagement_at, e.last_opened, e.last_clicked)
            FROM (SELECT unnest(\(entries.map(\.key.tenantID))::uuid[]) AS tenant_id,
                         unnest(\(entries.map(\.key.contactID))::uuid[]) AS contact_id,
                         unnest(\(entries.map(\.value.delivered))::int[]) AS delivered,
                         unnest(\(entries.map(\.value.opened))::int[]) AS opened,
                         unnest(\(entries.map(\.value.clicked))::int[]) AS clicked,
                         unnest(\(entries.map(\.value.lastDelivered))::timestamptz[]) AS last_delivered,
                         unnest(\(entries.map(\.value.lastOpened))::timestamptz[]) AS last_opened,
                         unnest(\(entries.map(\.value.lastClicked))::timestamptz[]) AS last_clicked) e
            WHERE c.tenant_id = e.tenant_id AND c.id = e.contact_id
            """
        )
        try await recompute(Array(revoked), on: connection)
    }

    /// When somebody was last engaged, from the events: the one case in which the columns move back.
    private func recompute(_ keys: [Key], on connection: PostgresConnection) async throws {
        guard !keys.isEmpty else { return }
        try await connection.execute(
            """
            UPDATE contacts AS c
            SET last_opened_at = e.opened, last_clicked_at = e.clicked, last_engagement_at = greatest(e.opened, e.clicked)
            FROM (SELECT k.tenant_id, k.contact_id, o.at AS opened, l.at AS clicked
                  FROM (SELECT unnest(\(keys.map(\.tenantID))::uuid[]) AS tenant_id,
                               unnest(\(keys.map(\.contactID))::uuid[]) AS contact_id) k
                  CROSS JOIN LATERAL (SELECT max(occurred_at) AS at FROM email_events
                                      WHERE tenant_id = k.tenant_id AND contact_id = k.contact_id AND type = 'opened'
                                        AND coalesce(verdict, 'unknown') IN ('human', 'unknown')) o
                  CROSS JOIN LATERAL (SELECT max(occurred_at) AS at FROM email_events
                                      WHERE tenant_id = k.tenant_id AND contact_id = k.contact_id AND type = 'clicked'
                                        AND coalesce(verdict, 'unknown') IN ('human', 'unknown')) l) e
            WHERE c.tenant_id = e.tenant_id AND c.id = e.contact_id
            """
        )
    }
}
