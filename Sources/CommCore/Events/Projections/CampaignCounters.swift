import FoundationEssentials
import Postgres

/// Projection: what a campaign's messages met, counted once per message, and clicks and opens each by who is behind them.
struct CampaignCounters {
    private struct Key: Hashable {
        let tenantID: UUID
        let campaignID: UUID
    }

    private struct Counts {
        var byType: [EventType: Int] = [:]
        /// Clicks and opens by their verdicts.
        var clicks: [TrackingVerdict: Int] = [:]
        var opens: [TrackingVerdict: Int] = [:]
        var messagesClicked = 0
        var messagesOpened = 0

        mutating func add(_ change: VerdictChange) {
            switch change.kind {
            case .clicked:
                clicks[change.after, default: 0] += 1
                if let before = change.before { clicks[before, default: 0] -= 1 }
            case .opened:
                opens[change.after, default: 0] += 1
                if let before = change.before { opens[before, default: 0] -= 1 }
            }
        }
    }

    private var counts: [Key: Counts] = [:]

    /// - Parameters:
    ///   - events: new ones.
    ///   - changes: verdicts on the new clicks and opens, and those that were revised.
    ///   - reach: how many messages have a click or open that counts, more or fewer than before.
    init(events: [Event], changes: [VerdictChange], reach: [TrackedBatch.Reach]) {
        for event in events {
            guard let campaignID = event.campaignID else { continue }
            // A pause ends by itself: nobody has left.
            if event.type == .unsubscribed, case .pause = event.scope { continue }
            counts[Key(tenantID: event.tenantID, campaignID: campaignID), default: Counts()].byType[event.type, default: 0] += 1
        }
        for change in changes {
            guard let campaignID = change.campaignID else { continue }
            counts[Key(tenantID: change.tenantID, campaignID: campaignID), default: Counts()].add(change)
        }
        for entry in reach {
            let key = Key(tenantID: entry.tenantID, campaignID: entry.campaignID)
            switch entry.kind {
            case .clicked: counts[key, default: Counts()].messagesClicked += entry.delta
            case .opened: counts[key, default: Counts()].messagesOpened += entry.delta
            }
        }
    }

    func apply(on connection: PostgresConnection, now: Date) async throws {
        guard !counts.isEmpty else { return }
        let entries = counts.sorted { $0.key.campaignID.uuidString < $1.key.campaignID.uuidString }
        func column(_ type: EventType) -> [Int] { entries.map { $0.value.byType[type] ?? 0 } }
        func clicks(_ verdict: TrackingVerdict) -> [Int] { entries.map { $0.value.clicks[verdict] ?? 0 } }
        func opens(_ verdict: TrackingVerdict) -> [Int] { entries.map { $0.value.opens[verdict] ?? 0 } }
        try await connection.execute(
            """
            INSERT INTO campaign_delivery_metrics AS m
                (tenant_id, campaign_id, accepted, delivered, deferred, bounced, complained, rejected, unsubscribed, clicked, opened,
                 clicks_human, clicks_scanner, clicks_machine, clicks_unknown,
                 opens_human, opens_scanner, opens_machine, opens_unknown, clicks, opens, updated_at)
            SELECT c.*, clicks_human + clicks_unknown, opens_human + opens_unknown, \(now)::timestamptz
            FROM (SELECT unnest(\(entries.map(\.key.tenantID))::uuid[]) AS tenant_id,
                         unnest(\(entries.map(\.key.campaignID))::uuid[]) AS campaign_id,
                         unnest(\(column(.sent))::bigint[]), unnest(\(column(.delivered))::bigint[]),
                         unnest(\(column(.deferred))::bigint[]), unnest(\(column(.bounced))::bigint[]),
                         unnest(\(column(.complained))::bigint[]),
                         unnest(\(zip(column(.failed), column(.blocked)).map(+))::bigint[]),
                         unnest(\(column(.unsubscribed))::bigint[]),
                         unnest(\(entries.map(\.value.messagesClicked))::bigint[]),
                         unnest(\(entries.map(\.value.messagesOpened))::bigint[]),
                         unnest(\(clicks(.human))::bigint[]) AS clicks_human, unnest(\(clicks(.scanner))::bigint[]),
                         unnest(\(clicks(.machine))::bigint[]), unnest(\(clicks(.unknown))::bigint[]) AS clicks_unknown,
                         unnest(\(opens(.human))::bigint[]) AS opens_human, unnest(\(opens(.scanner))::bigint[]),
                         unnest(\(opens(.machine))::bigint[]), unnest(\(opens(.unknown))::bigint[]) AS opens_unknown) AS c
            JOIN campaigns g ON g.tenant_id = c.tenant_id AND g.id = c.campaign_id  -- one that is gone for good has no counters
            ON CONFLICT (tenant_id, campaign_id) DO UPDATE SET
                accepted = m.accepted + excluded.accepted, delivered = m.delivered + excluded.delivered,
                deferred = m.deferred + excluded.deferred, bounced = m.bounced + excluded.bounced,
                complained = m.complained + excluded.complained, rejected = m.rejected + excluded.rejected,
                unsubscribed = m.unsubscribed + excluded.unsubscribed,
                clicked = m.clicked + excluded.clicked, opened = m.opened + excluded.opened,
                clicks = m.clicks + excluded.clicks, opens = m.opens + excluded.opens,
                clicks_human = m.clicks_human + excluded.clicks_human, clicks_scanner = m.clicks_scanner + excluded.clicks_scanner,
                clicks_machine = m.clicks_machine + excluded.clicks_machine, clicks_unknown = m.clicks_unknown + excluded.clicks_unknown,
                opens_human = m.opens_human + excluded.opens_human, opens_scanner = m.opens_scanner + excluded.opens_scanner,
                opens_machine = m.opens_machine + excluded.opens_machine, opens_unknown = m.opens_unknown + excluded.opens_unknown,
                updated_at = excluded.updated_at
            """
        )
    }
}
