import FoundationEssentials
import Logging
import Postgres

/// Makes clicks and opens durable, many in one commit.
package struct TrackingInbox: Sendable {
    /// A click or open that waits for being kept.
    package struct Entry: Sendable {
        /// The event's own id: whoever keeps it twice keeps it once.
        package let id: UUID
        /// A ``TrackingPayload``.
        package let payload: [UInt8]

        package init(id: UUID, payload: [UInt8]) {
            self.id = id
            self.payload = payload
        }
    }

    private let client: PostgresClient
    private let time: any TimeSource
    private let logger: Logger

    package init(client: PostgresClient, time: any TimeSource, logger: Logger) {
        self.client = client
        self.time = time
        self.logger = logger
    }

    /// Commits the entries.
    ///
    /// - Throws: `PostgresError` when the database is away; an entry that it refuses is logged and takes no other with it.
    package func append(_ entries: [Entry]) async throws {
        do {
            try await insert(entries)
        } catch let error as PostgresError where !error.isTransient {
            guard entries.count > 1 else {
                logger.error("a click was refused", metadata: ["error": "\(error)"])
                return
            }
            for entry in entries { try await append([entry]) }
        }
    }

    private func insert(_ entries: [Entry]) async throws {
        let now = time.now
        try await client.execute(
            """
            INSERT INTO event_inbox (id, source, payload, received_at, due_at)
            SELECT e.id, 'tracking', e.payload, \(now)::timestamptz, \(now)::timestamptz
            FROM unnest(\(entries.map(\.id))::uuid[], \(entries.map { PostgresJSONBytes($0.payload) })::jsonb[]) AS e(id, payload)
            ON CONFLICT DO NOTHING
            """
        )
    }
}
