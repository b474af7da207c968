import FoundationEssentials
import Postgres

/// The fact "what became of these messages is in the delivery log": one inbox row for a whole chunk, or for the messages of a claim, written
/// in the transaction that wrote the log, so that the contacts' columns and the roll-ups follow without delaying the sender.
package struct DispatchedChunk: Codable, Sendable, Equatable {
    static let source = "dispatch"
    /// Messages of a fact that names them.
    private static let mostNamed = 1_000

    let tenantID: UUID
    /// Nil for messages of requests, which have no campaign.
    let campaignID: UUID?
    let firstID: UUID
    let lastID: UUID
    /// Which messages of the range are meant, nil for all: those that were claimed one by one lie between others'.
    let messageIDs: [UUID]?
    /// When the log was written: messages of the range that were put off have a later time, and a fact of their own.
    let recordedAt: Date?

    /// All messages of a range.
    package init(tenantID: UUID, campaignID: UUID?, firstID: UUID, lastID: UUID, recordedAt: Date? = nil) {
        self.tenantID = tenantID
        self.campaignID = campaignID
        self.firstID = firstID
        self.lastID = lastID
        self.messageIDs = nil
        self.recordedAt = recordedAt
    }

    /// Messages on their own.
    private init(tenantID: UUID, campaignID: UUID?, messages: [UUID], first: UUID, last: UUID, recordedAt: Date) {
        self.tenantID = tenantID
        self.campaignID = campaignID
        self.firstID = first
        self.lastID = last
        self.messageIDs = messages
        self.recordedAt = recordedAt
    }

    /// Facts that name messages on their own; none when there are none.
    package static func naming(_ messages: [UUID], tenantID: UUID, campaignID: UUID?, recordedAt: Date) -> [DispatchedChunk] {
        stride(from: 0, to: messages.count, by: mostNamed).compactMap { start in
            let part = messages[start..<min(start + mostNamed, messages.count)].sorted()
            guard let first = part.first, let last = part.last else { return nil }
            return DispatchedChunk(
                tenantID: tenantID,
                campaignID: campaignID,
                messages: part,
                first: first,
                last: last,
                recordedAt: recordedAt
            )
        }
    }

    /// Reads what ``json()`` wrote.
    init(json: String) throws {
        self = try JSONDecoder().decode(DispatchedChunk.self, from: Data(json.utf8))
    }

    func json() throws -> String {
        String(decoding: try JSONEncoder().encode(self), as: UTF8.self)
    }

    /// What waits in the inbox of a tenant, as rows `first_id, last_id, message_ids, recorded_at`.
    static func waiting(tenantID: UUID, where condition: SQL = "true") -> SQL {
        """
        SELECT (i.payload ->> 'firstID')::uuid AS first_id, (i.payload ->> 'lastID')::uuid AS last_id,
               CASE WHEN i.payload ? 'messageIDs'
                    THEN ARRAY(SELECT jsonb_array_elements_text(i.payload -> 'messageIDs')::uuid) END AS message_ids,
               to_timestamp((i.payload ->> 'recordedAt')::float8 + \(Date.timeIntervalBetween1970AndReferenceDate)::float8) AS recorded_at
        FROM event_inbox i
        WHERE i.source = \(source) AND (i.payload ->> 'tenantID')::uuid = \(tenantID) AND \(sql: condition)
        OFFSET 0
        """
    }

    /// Whether a row `d` of the delivery log is meant by a row `w` that waits.
    static let isMeant: SQL = """
        d.id BETWEEN w.first_id AND w.last_id AND (w.message_ids IS NULL OR d.id = ANY(w.message_ids))
        AND (w.recorded_at IS NULL OR abs(extract(epoch FROM d.occurred_at - w.recorded_at)) < 0.0004)
        """

    /// The rows of the delivery log that these facts are about.
    static func logged(_ chunks: [DispatchedChunk]) -> SQL {
        let ranges = chunks.flatMap(\.ranges)
        return """
            SELECT d.* FROM (SELECT unnest(\(ranges.map(\.tenantID))::uuid[]) AS tenant_id, unnest(\(ranges.map(\.campaignID))::uuid[]) AS campaign_id,
                         unnest(\(ranges.map(\.firstID))::uuid[]) AS first_id, unnest(\(ranges.map(\.lastID))::uuid[]) AS last_id,
                         unnest(\(ranges.map { UUIDv7.time(of: $0.firstID) })::timestamptz[]) AS from_at,
                         unnest(\(ranges.map { UUIDv7.time(of: $0.lastID) })::timestamptz[]) AS to_at,
                         unnest(\(ranges.map(\.recordedAt))::timestamptz[]) AS recorded_at) c
            CROSS JOIN LATERAL (SELECT * FROM delivery_events d
                                WHERE d.tenant_id = c.tenant_id AND d.id BETWEEN c.first_id AND c.last_id
                                  AND d.created_at BETWEEN c.from_at AND c.to_at AND d.campaign_id IS NOT DISTINCT FROM c.campaign_id
                                  AND (c.recorded_at IS NULL OR d.occurred_at = c.recorded_at) OFFSET 0) d
            """
    }

    /// The same facts without names: messages on their own are ranges of one.
    private var ranges: [DispatchedChunk] {
        guard let messageIDs else { return [self] }
        return messageIDs.map {
            DispatchedChunk(tenantID: tenantID, campaignID: campaignID, firstID: $0, lastID: $0, recordedAt: recordedAt)
        }
    }
}
