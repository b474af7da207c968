import FoundationEssentials
import Postgres

/// Projection: the roll-ups that every report reads.
///
/// It is one statement for a whole batch, so that transactions side by side lock the same rows in the same order.
package struct RollUpProjection: Sendable {
    /// An open or click whose verdict has become another one.
    package struct Revision: Sendable {
        package let eventID: UUID
        package let tenantID: UUID
        package let messageID: UUID
        /// The verdict that it was counted with.
        package let oldVerdict: String

        package init(eventID: UUID, tenantID: UUID, messageID: UUID, oldVerdict: String) {
            (self.eventID, self.tenantID, self.messageID, self.oldVerdict) = (eventID, tenantID, messageID, oldVerdict)
        }
    }

    private let events: [Event]
    private let revisions: [Revision]
    private let chunks: [DispatchedChunk]

    /// - Parameters:
    ///   - events: those that were stored just now.
    ///   - revisions: of events that were stored before.
    ///   - chunks: what was recorded in the delivery log.
    init(events: [Event], revisions: [Revision] = [], chunks: [DispatchedChunk] = []) {
        (self.events, self.revisions, self.chunks) = (events, revisions, chunks)
    }

    /// Keeps the rebuild of these campaigns away until the end of the transaction, and lets one transaction at a time count opens and
    /// clicks of a campaign: which is a message's first is known to one that sees all before it.
    ///
    /// To be taken before the events are stored.
    /// - Parameter waits: whether to wait for the end of a rebuild.
    /// - Returns: false when a rebuild is under way and the caller does not wait: it must ``mark(now:on:)`` instead of ``apply(on:)``.
    static func lock(
        _ events: [Event],
        chunks: [DispatchedChunk],
        waits: Bool,
        on connection: PostgresConnection
    ) async throws -> Bool {
        let all = Set(events.map(RollUpLock.key) + chunks.map { RollUpLock.key(tenantID: $0.tenantID, campaignID: $0.campaignID) })
        guard !all.isEmpty else { return true }
        if waits {
            try await RollUpLock.share(all, on: connection)
        } else {
            guard try await RollUpLock.tryToShare(all, on: connection) else { return false }
        }
        let tracked = Set(events.filter { [.opened, .clicked].contains($0.type) }.map(RollUpLock.key))
        if !tracked.isEmpty { try await RollUpLock.serialise(tracked, on: connection) }
        return true
    }

    /// The same for opens and clicks that are stored already, by their keys.
    static func lock(reactionsOf keys: Set<UUID>, on connection: PostgresConnection) async throws {
        try await RollUpLock.share(keys, on: connection)
        try await RollUpLock.serialise(keys, on: connection)
    }

    /// Leaves the counting to another rebuild.
    func mark(now: Date, on connection: PostgresConnection) async throws {
        let changed: SQL = """
            unnest(\(events.map(\.tenantID))::uuid[], \(events.map(\.campaignID))::uuid[]) AS e(tenant_id, campaign_id)
            """
        try await connection.execute(RollUpRebuilder.marking(changed, now: now))
    }

    /// Adds what the batch changes.
    func apply(on connection: PostgresConnection) async throws {
        guard !events.isEmpty || !revisions.isEmpty || !chunks.isEmpty else { return }
        let facts: SQL = """
            \(sql: RollUpFacts.ofEvents(source, log: Self.log))
            UNION ALL
            \(sql: RollUpFacts.ofLog(DispatchedChunk.logged(chunks)))
            """
        try await connection.execute(RollUpSQL.add(facts))
    }

    /// Subtracts what became of messages whose rows the caller is about to take out of the delivery log.
    ///
    /// The caller has locked the roll-ups of their campaign against everybody else before the rows, since who projects does so in that order.
    /// What is not counted yet never will be: the row is gone then.
    static func takeBack(_ messages: [UUID], tenantID: UUID, on connection: PostgresConnection) async throws {
        let counted: SQL = """
            SELECT d.* FROM delivery_events d
            WHERE d.tenant_id = \(tenantID) AND d.id = ANY(\(messages)::uuid[])
              AND d.created_at = ANY(\(messages.map(UUIDv7.time(of:)))::timestamptz[])
              AND NOT EXISTS (SELECT FROM (\(sql: DispatchedChunk.waiting(tenantID: tenantID))) w WHERE \(sql: DispatchedChunk.isMeant))
            """
        try await connection.execute(RollUpSQL.add(RollUpFacts.ofLog(counted, sign: .minus)))
    }

    /// Rows are looked up one by one by their whole key: a plan over tables that have just filled up must not compare all with all.
    private static let log: SQL = """
        LEFT JOIN LATERAL (SELECT comm_domain(d.recipient) AS domain, d.channel, d.occurred_at AS sent_at, d.is_test, d.joined_on
                           FROM delivery_events d
                           WHERE d.tenant_id = s.tenant_id AND d.id = s.message_id AND d.created_at = s.event_bucket LIMIT 1) l ON true
        """

    private var source: SQL {
        let fresh = events.map(\.id)
        var touched = Set<Message>()
        for event in events where [.opened, .clicked].contains(event.type) {
            if let id = event.messageID { touched.insert(Message(tenantID: event.tenantID, id: id)) }
        }
        for revision in revisions { touched.insert(Message(tenantID: revision.tenantID, id: revision.messageID)) }
        let messages = Array(touched)
        let ranges = messages.map { EventIdentity.range(of: $0.id) }
        let columns = """
            e.tenant_id, e.id, e.bucket_at AS event_bucket, e.type,
            coalesce(e.campaign_id, '\(RollUpTable.noCampaign)') AS campaign_id, e.contact_id, e.message_id, e.joined_on,
            e.occurred_at,
            coalesce(e.verdict, 'unknown') AS verdict
            """
        return """
            SELECT \(raw: columns), NULL::text AS old_verdict, false AS is_old, e.payload
            FROM (SELECT unnest(\(events.map(\.tenantID))::uuid[]) AS tenant_id, unnest(\(fresh)::uuid[]) AS id,
                         unnest(\(events.map(\.bucket))::timestamptz[]) AS bucket_at) f
            CROSS JOIN LATERAL (SELECT * FROM email_events e
                                WHERE e.tenant_id = f.tenant_id AND e.id = f.id AND e.bucket_at = f.bucket_at LIMIT 1) e
            UNION ALL
            SELECT \(raw: columns), coalesce(r.old_verdict, e.verdict, 'unknown'), true, e.payload
            FROM (SELECT unnest(\(messages.map(\.tenantID))::uuid[]) AS tenant_id, unnest(\(messages.map(\.id))::uuid[]) AS message_id,
                         unnest(\(messages.map { UUIDv7.time(of: $0.id) })::timestamptz[]) AS bucket_at,
                         unnest(\(ranges.map(\.lowerBound.uuid))::uuid[]) AS first_id,
                         unnest(\(ranges.map(\.upperBound.uuid))::uuid[]) AS last_id) m
            CROSS JOIN LATERAL (SELECT * FROM email_events e
                                WHERE e.tenant_id = m.tenant_id AND e.bucket_at = m.bucket_at AND e.id BETWEEN m.first_id AND m.last_id
                                  AND e.message_id = m.message_id AND e.type IN ('opened', 'clicked')
                                  AND e.id <> ALL(\(fresh)::uuid[]) OFFSET 0) e
            LEFT JOIN (SELECT unnest(\(revisions.map(\.eventID))::uuid[]) AS id,
                              unnest(\(revisions.map(\.oldVerdict))::text[]) AS old_verdict) r ON r.id = e.id
            """
    }

    private struct Message: Hashable {
        let tenantID: UUID
        let id: UUID
    }
}
