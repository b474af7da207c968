import FoundationEssentials
import Postgres

/// SQL of what the verdicts on clicks and opens are made of.
enum TrackedMessageRepository {
    /// A message by its key, and the time inside its id.
    struct Reference: Sendable {
        let key: TrackedMessage.Key
        let createdAt: Date
    }

    /// Locks the messages for the transaction and reads their clicks and opens.
    ///
    /// Whoever judges hits of a message holds its row in the delivery log, so that two workers cannot judge past each other. What
    /// they hold is read only then, in a statement that sees what was committed while this one waited.
    static func lock(_ references: [Reference], on connection: PostgresConnection) async throws -> [TrackedMessage] {
        guard !references.isEmpty else { return [] }
        let references = references.sorted { $0.key.messageID.uuidString < $1.key.messageID.uuidString }
        let messages = try await connection.query(
            """
            SELECT d.tenant_id, d.id, d.campaign_id, d.contact_id, d.occurred_at
            FROM (SELECT unnest(\(references.map(\.key.tenantID))::uuid[]) AS tenant_id,
                         unnest(\(references.map(\.key.messageID))::uuid[]) AS id,
                         unnest(\(references.map(\.createdAt))::timestamptz[]) AS created_at) m
            CROSS JOIN LATERAL (SELECT tenant_id, id, campaign_id, contact_id, occurred_at FROM delivery_events
                                WHERE tenant_id = m.tenant_id AND id = m.id AND created_at = m.created_at
                                LIMIT 1 FOR NO KEY UPDATE) d
            """
        )
        let stored = try await hits(of: references, on: connection)
        return try messages.map { row in
            let key = TrackedMessage.Key(tenantID: try row.get("tenant_id"), messageID: try row.get("id"))
            let known = stored[key]
            return TrackedMessage(
                key: key,
                campaignID: try row.get("campaign_id"),
                contactID: try row.get("contact_id"),
                reachedAt: try known?.deliveredAt ?? row.get("occurred_at"),
                hits: known?.hits ?? []
            )
        }
    }

    private struct Stored {
        var deliveredAt: Date?
        var hits: [TrackingHit] = []
    }

    private static func hits(
        of references: [Reference],
        on connection: PostgresConnection
    ) async throws -> [TrackedMessage.Key: Stored] {
        let ranges = references.map { EventIdentity.range(of: $0.key.messageID) }
        let rows = try await connection.query(
            """
            SELECT e.tenant_id, e.message_id, e.id, e.type, e.occurred_at, e.payload::text AS payload,
                   coalesce(e.verdict, 'unknown') AS verdict
            FROM (SELECT unnest(\(references.map(\.key.tenantID))::uuid[]) AS tenant_id,
                         unnest(\(references.map(\.key.messageID))::uuid[]) AS message_id,
                         unnest(\(references.map(\.createdAt))::timestamptz[]) AS bucket_at,
                         unnest(\(ranges.map(\.lowerBound.uuid))::uuid[]) AS first_id,
                         unnest(\(ranges.map(\.upperBound.uuid))::uuid[]) AS last_id) m
            CROSS JOIN LATERAL (SELECT * FROM email_events
                                WHERE tenant_id = m.tenant_id AND bucket_at = m.bucket_at AND id BETWEEN m.first_id AND m.last_id
                                  AND message_id = m.message_id AND type IN ('clicked', 'opened', 'delivered')) e
            ORDER BY e.id
            """
        )
        var stored: [TrackedMessage.Key: Stored] = [:]
        for row in rows {
            let key = TrackedMessage.Key(tenantID: try row.get("tenant_id"), messageID: try row.get("message_id"))
            let occurredAt: Date = try row.get("occurred_at")
            guard let kind = TrackingHit.Kind(rawValue: try row.get("type")) else {
                stored[key, default: Stored()].deliveredAt = occurredAt
                continue
            }
            let details = TrackingSource.details(in: try row.get("payload"))
            let hit = TrackingHit(
                id: try row.get("id"),
                kind: kind,
                occurredAt: occurredAt,
                linkIndex: details.linkIndex,
                signals: details.signals,
                verdict: TrackingVerdict(rawValue: try row.get("verdict"))
            )
            stored[key, default: Stored()].hits.append(hit)
        }
        return stored
    }

    /// Writes verdicts that are other than those stored.
    static func revise(_ changes: [VerdictChange], on connection: PostgresConnection) async throws {
        guard !changes.isEmpty else { return }
        let buckets = changes.map { $0.messageID.flatMap(UUIDv7.time(of:)) ?? $0.occurredAt }
        try await connection.execute(
            """
            UPDATE email_events e SET verdict = v.verdict, verdict_rules = \(VerdictClassifier.version)
            FROM (SELECT unnest(\(changes.map(\.tenantID))::uuid[]) AS tenant_id, unnest(\(changes.map(\.eventID))::uuid[]) AS id,
                         unnest(\(buckets)::timestamptz[]) AS bucket_at,
                         unnest(\(changes.map(\.after.rawValue))::text[]) AS verdict) v
            WHERE e.tenant_id = v.tenant_id AND e.id = v.id AND e.bucket_at = v.bucket_at
            """
        )
    }

    /// The networks whose requests are not those of readers.
    static func networks(on connection: PostgresConnection) async throws -> TrackingNetworks {
        let rows = try await connection.query("SELECT network::text AS network, verdict FROM tracking_networks")
        return TrackingNetworks(
            try rows.map { row in
                (cidr: try row.get("network"), verdict: TrackingVerdict(rawValue: try row.get("verdict")) ?? .unknown)
            }
        )
    }
}
