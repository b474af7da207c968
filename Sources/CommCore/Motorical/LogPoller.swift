import FoundationEssentials
import Logging
import Postgres

/// Reads the platform's log of each motor block in use and reports what no webhook told: a second way to the same facts, which meet the
/// same identity and so count once.
package struct LogPoller: Sendable {
    /// Campaigns younger than this are followed.
    static let window: TimeInterval = 48 * 3600
    /// Log rows per request, and requests per block and round.
    static let pageSize = 100
    static let pagesPerRound = 50

    private let database: PostgresClient
    private let platform: PlatformClient
    private let time: any TimeSource
    private let logger: Logger

    package init(database: PostgresClient, platform: PlatformClient, time: any TimeSource, logger: Logger) {
        self.database = database
        self.platform = platform
        self.time = time
        self.logger = logger
    }

    /// Polls every block once.
    package func round() async throws {
        for block in try await blocks() {
            do {
                try await poll(block)
            } catch let error as PlatformError {
                logger.warning("log of a motor block cannot be read", metadata: ["motor_block_id": "\(block)", "error": "\(error)"])
            }
        }
    }

    private func blocks() async throws -> [UUID] {
        try await database.query(
            """
            SELECT DISTINCT motor_block_id FROM campaigns
            WHERE status IN ('sending', 'paused', 'completed', 'cancelled') AND started_at > \(time.now.addingTimeInterval(-Self.window))
            """
        ).map { try $0.get("motor_block_id") }
    }

    /// Pages back until a page holds nothing new.
    private func poll(_ block: UUID) async throws {
        var cursor: String?
        for _ in 0..<Self.pagesPerRound {
            let page = try await platform.logs(motorBlockID: block, limit: Self.pageSize, cursor: cursor)
            let new = try await report(page.data.items)
            guard new > 0, let next = page.data.nextCursor else { return }
            cursor = next
        }
    }

    /// Writes what comm-api would have been told by webhook, in the same shape.
    private func report(_ items: [PlatformClient.LogItem]) async throws -> Int {
        let settled = items.filter { !["queued", "processing"].contains($0.status.lowercased()) }
        let unknown = try await withoutKnown(settled)
        let now = time.now
        let rows = try unknown.map { item in
            let report = MotoricalSource.Report(
                type: item.status,
                campaignID: item.campaignID,
                contactID: item.contactID,
                messageID: item.messageID,
                tenantID: item.tenantID,
                occurredAt: item.updatedAt
            )
            return InboxRepository.NewRow(
                id: UUIDv7.make(at: now),
                source: MotoricalSource.log,
                payload: String(decoding: try JSONEncoder().encode(report), as: UTF8.self),
                receivedAt: now
            )
        }
        if !rows.isEmpty { try await InboxRepository.insert(rows, on: database) }
        return rows.count
    }

    /// Leaves out what is stored already, so that a round over an unchanged log costs one read.
    private func withoutKnown(_ items: [PlatformClient.LogItem]) async throws -> [PlatformClient.LogItem] {
        let facts = items.map { item -> (tenant: UUID?, id: UUID?, bucket: Date?) in
            guard let message = item.messageID.flatMap(UUID.init(uuidString:)) else { return (nil, nil, nil) }
            let type = MotoricalSource.type(item.status)
            let bucket = UUIDv7.time(of: message)
            let id = EventIdentity.make(type: type, messageID: message, fallback: [], occurredAt: bucket ?? time.now, discriminator: nil)
            return (item.tenantID.flatMap(UUID.init(uuidString:)), id, bucket)
        }
        let rows = try await database.query(
            """
            SELECT f.n FROM (SELECT unnest(\(Array(0..<facts.count))::int[]) AS n, unnest(\(facts.map(\.tenant))::uuid[]) AS tenant_id,
                                    unnest(\(facts.map(\.id))::uuid[]) AS id, unnest(\(facts.map(\.bucket))::timestamptz[]) AS bucket_at) f
            JOIN email_events e ON e.tenant_id = f.tenant_id AND e.id = f.id AND e.bucket_at = f.bucket_at
            """
        )
        let known = try Set(rows.map { try $0.get("n") as Int })
        return items.indices.filter { !known.contains($0) }.map { items[$0] }
    }
}
