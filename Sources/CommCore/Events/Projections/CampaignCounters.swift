import FoundationEssentials
import Postgres

/// Projection: what a campaign's messages met, counted once per message (clicks also each).
struct CampaignCounters {
    private struct Key: Hashable {
        let tenantID: UUID
        let campaignID: UUID
    }

    private struct Counts {
        var byType: [EventType: Int] = [:]
        var messagesClicked = 0
    }

    private var counts: [Key: Counts] = [:]

    /// - Parameter clickedBefore: messages that had a click before this batch.
    init(events: [Event], clickedBefore: Set<UUID>) {
        var clicked = clickedBefore
        for event in events {
            guard let campaignID = event.campaignID else { continue }
            let key = Key(tenantID: event.tenantID, campaignID: campaignID)
            counts[key, default: Counts()].byType[event.type, default: 0] += 1
            if event.type == .clicked, let message = event.messageID, clicked.insert(message).inserted {
                counts[key, default: Counts()].messagesClicked += 1
            }
        }
    }

    func apply(on connection: PostgresConnection, now: Date) async throws {
        guard !counts.isEmpty else { return }
        let entries = counts.sorted { $0.key.campaignID.uuidString < $1.key.campaignID.uuidString }
        func column(_ type: EventType) -> [Int] { entries.map { $0.value.byType[type] ?? 0 } }
        try await connection.execute(
            """
            INSERT INTO campaign_delivery_metrics AS m
                (tenant_id, campaign_id, accepted, delivered, deferred, bounced, complained, rejected, opened, clicks, unsubscribed,
                 clicked, updated_at)
            SELECT c.*, \(now)::timestamptz
            FROM (SELECT unnest(\(entries.map(\.key.tenantID))::uuid[]), unnest(\(entries.map(\.key.campaignID))::uuid[]),
                         unnest(\(column(.sent))::bigint[]), unnest(\(column(.delivered))::bigint[]),
                         unnest(\(column(.deferred))::bigint[]), unnest(\(column(.bounced))::bigint[]),
                         unnest(\(column(.complained))::bigint[]),
                         unnest(\(zip(column(.failed), column(.blocked)).map(+))::bigint[]),
                         unnest(\(column(.opened))::bigint[]), unnest(\(column(.clicked))::bigint[]),
                         unnest(\(column(.unsubscribed))::bigint[]),
                         unnest(\(entries.map(\.value.messagesClicked))::bigint[])) AS c(tenant_id, campaign_id)
            JOIN campaigns g ON g.tenant_id = c.tenant_id AND g.id = c.campaign_id  -- one that is gone for good has no counters
            ON CONFLICT (tenant_id, campaign_id) DO UPDATE SET
                accepted = m.accepted + excluded.accepted, delivered = m.delivered + excluded.delivered,
                deferred = m.deferred + excluded.deferred, bounced = m.bounced + excluded.bounced,
                complained = m.complained + excluded.complained, rejected = m.rejected + excluded.rejected,
                opened = m.opened + excluded.opened, clicks = m.clicks + excluded.clicks,
                unsubscribed = m.unsubscribed + excluded.unsubscribed, clicked = m.clicked + excluded.clicked,
                updated_at = excluded.updated_at
            """
        )
    }
}
