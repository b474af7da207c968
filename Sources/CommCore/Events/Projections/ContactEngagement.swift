import FoundationEssentials
import Postgres

/// Projection: the engagement columns by which the Mega List filters and sorts.
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

    init(events: [Event]) {
        for event in events {
            guard let contactID = event.contactID, [.delivered, .opened, .clicked].contains(event.type) else { continue }
            var change = changes[Key(tenantID: event.tenantID, contactID: contactID)] ?? Change()
            switch event.type {
            case .delivered:
                change.delivered += 1
                change.lastDelivered = latest(change.lastDelivered, event.occurredAt)
            case .opened:
                change.opened += 1
                change.lastOpened = latest(change.lastOpened, event.occurredAt)
            default:
                change.clicked += 1
                change.lastClicked = latest(change.lastClicked, event.occurredAt)
            }
            changes[Key(tenantID: event.tenantID, contactID: contactID)] = change
        }
    }

    private func latest(_ known: Date?, _ new: Date) -> Date {
        known.map { max($0, new) } ?? new
    }

    func apply(on connection: PostgresConnection, now: Date) async throws {
        guard !changes.isEmpty else { return }
        let entries = Array(changes)
        // greatest() ignores NULLs: the columns only ever move forward, in whatever order the facts arrive.
        try await connection.execute(
            """
            UPDATE contacts AS c SET
                delivered_count = c.delivered_count + e.delivered, opened_count = c.opened_count + e.opened,
                clicked_count = c.clicked_count + e.clicked,
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
    }
}
