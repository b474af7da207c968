import FoundationEssentials
import Postgres

/// Takes back a message that has not left: it leaves the queue as skipped, with the reason `cancelled`, and what waits in case that it fails
/// does not go out either.
///
/// The row is locked against senders, and they pass over locked rows: either a sender has it in hand first, and it is refused here, or it
/// is gone when a sender looks.
package struct MessageCancellation: Sendable {
    private let client: PostgresClient
    private let time: any TimeSource

    package init(client: PostgresClient, time: any TimeSource) {
        self.client = client
        self.time = time
    }

    /// - Throws: `QueueError`: `notFound`; `inFlight` when a sender has it in hand, or had it and stopped before it told what became of it;
    ///   `alreadyLeft` with the state that it has.
    package func cancel(tenantID: UUID, id: UUID) async throws {
        let now = time.now
        try await client.withTenant(tenantID) { connection in
            guard var facts = try await MessageStatusRepository.facts(tenantID: tenantID, id: id, now: now, on: connection) else {
                throw QueueError.messageNotFound
            }
            if facts.state(now: now) == .waiting {
                let gone = try await FallbackRepository.cancel(
                    behind: id,
                    includingItself: true,
                    tenantID: tenantID,
                    now: now,
                    on: connection
                )
                if gone.contains(id) { return try await Self.note(id, tenantID: tenantID, on: connection) }
                // The message before it has just failed.
                guard let later = try await MessageStatusRepository.facts(tenantID: tenantID, id: id, now: now, on: connection) else {
                    throw QueueError.messageNotFound
                }
                facts = later
            }
            guard let live = facts.live, let priority = facts.priority else { throw Self.left(facts, now: now) }
            let key: SQL = "q.priority = \(Int16(priority)) AND q.id = \(id)"
            let isFree: SQL
            if live.isInChunk, let campaignID = facts.campaignID {
                guard try await Self.takeOutOfChunk(id, of: campaignID, tenantID: tenantID, on: connection) else { throw Self.inFlight }
                isFree = "q.in_chunk"
            } else {
                isFree = QueueExit.isFree
            }
            let gone = try await QueueExit.record(
                .skipped(reason: MessageState.cancelledReason),
                tenantID: tenantID,
                where: "\(sql: key) AND \(sql: isFree)",
                now: now,
                on: connection
            )
            guard gone.isEmpty else {
                _ = try await FallbackRepository.cancel(behind: id, tenantID: tenantID, now: now, on: connection)
                try await Self.note(id, tenantID: tenantID, on: connection)
                return try await QueueExit.tellCancelled(gone, tenantID: tenantID, now: now, on: connection)
            }
            // A sender was faster.
            guard let facts = try await MessageStatusRepository.facts(tenantID: tenantID, id: id, now: now, on: connection) else {
                throw QueueError.messageNotFound
            }
            throw facts.logged == nil ? Self.inFlight : Self.left(facts, now: now)
        }
    }

    private static func note(_ id: UUID, tenantID: UUID, on connection: PostgresConnection) async throws {
        try await AuditRepository.record(
            AuditNote(eventType: "queue_control", action: "cancelled", resourceType: "message", resourceID: id),
            tenantID: tenantID,
            on: connection
        )
    }

    /// Locks the chunk, which no sender may have begun, and makes it one message smaller.
    ///
    /// - Returns: false when a sender has it, or had it.
    private static func takeOutOfChunk(
        _ id: UUID,
        of campaignID: UUID,
        tenantID: UUID,
        on connection: PostgresConnection
    ) async throws -> Bool {
        let rows = try await connection.query(
            """
            SELECT chunk_no, size FROM queue_chunks
             WHERE tenant_id = \(tenantID) AND campaign_id = \(campaignID) AND first_id <= \(id) AND last_id >= \(id)
               AND state = 'open' AND attempts = 0
               FOR UPDATE
            """
        )
        guard let row = rows.first else { return false }
        let (number, size): (Int, Int) = (try row.get("chunk_no"), try row.get("size"))
        let chunk: SQL = "tenant_id = \(tenantID) AND campaign_id = \(campaignID) AND chunk_no = \(number)"
        if size > 1 {
            try await connection.execute("UPDATE queue_chunks SET size = size - 1 WHERE \(sql: chunk)")
        } else {
            try await connection.execute("DELETE FROM queue_chunks WHERE \(sql: chunk)")
        }
        return true
    }

    private static let inFlight = QueueError(
        .inFlight,
        "A sender has the message in hand, or had it when it stopped: what becomes of it is known soon",
        state: .sending
    )

    private static func left(_ facts: MessageFacts, now: Date) -> QueueError {
        let state = facts.state(now: now)
        return QueueError(.alreadyLeft, "The message is \(state.rawValue): there is nothing to take back", state: state)
    }
}
