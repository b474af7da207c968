import FoundationEssentials
import Postgres

/// SQL of a feed's readers: where it stands, and pages of what somebody wants.
package struct EventFeedRepository: Sendable {
    /// How far a page looks for entries that a filter lets through.
    static let reach: Int64 = 5_000

    /// What a feed holds.
    package struct Standing: Sendable, Equatable {
        /// The newest position; 0 when there is none yet.
        package let last: Int64
        /// The oldest position that is kept.
        package let keptFrom: Int64
    }

    /// An entry with its place.
    package struct Entry: Sendable {
        package let position: Int64
        package let fact: EventFact
    }

    /// Entries after a place, and how far that was looked at.
    package struct Page: Sendable {
        package let entries: [Entry]
        package let position: Int64
    }

    private let client: PostgresClient
    private let time: any TimeSource

    package init(client: PostgresClient, time: any TimeSource) {
        self.client = client
        self.time = time
    }

    /// How long messages that are queued are told after a stream has asked for them; it asks again each time that it is opened.
    private static let askingLasts: TimeInterval = 86_400

    /// Sees to it that there is a feed with what the filter wants, and says what it holds.
    package func open(tenantID: UUID, for filter: FeedFilter = FeedFilter()) async throws -> Standing {
        try await client.withTenant(tenantID) { connection in
            let now = time.now
            let queuedUntil = filter.types?.contains(.queued) == true ? now.addingTimeInterval(Self.askingLasts) : nil
            _ = try await EventFeed.open(tenantID: tenantID, queuedUntil: queuedUntil, on: connection, now: now)
            return try await Self.standing(tenantID: tenantID, on: connection)
        }
    }

    /// What the feed holds now; nil when there is none.
    package func standing(tenantID: UUID) async throws -> Standing? {
        try await client.query(Self.standing(tenantID), tenant: tenantID).first.map(Self.standing(row:))
    }

    /// The next entries of the filter, at most `limit`.
    package func page(
        tenantID: UUID,
        filter: FeedFilter,
        after position: Int64,
        upTo last: Int64,
        limit: Int = 200
    ) async throws -> Page {
        let end = min(last, position + Self.reach)
        let rows = try await client.query(
            """
            WITH w AS MATERIALIZED (
                SELECT * FROM event_feed f
                WHERE f.tenant_id = \(tenantID) AND f.position > \(position) AND f.position <= \(end) AND \(sql: filter.condition)
                ORDER BY f.position LIMIT \(limit))
            SELECT w.position, \(sql: EventFact.columns) FROM w \(sql: EventFact.joins) ORDER BY w.position
            """,
            tenant: tenantID
        )
        let entries = try rows.map { Entry(position: try $0.get("position"), fact: try EventFact(row: $0)) }
        return Page(entries: entries, position: entries.count == limit ? entries.last?.position ?? end : end)
    }

    private static func standing(tenantID: UUID, on connection: PostgresConnection) async throws -> Standing {
        try await connection.query(standing(tenantID)).one(standing(row:))
    }

    private static func standing(_ tenantID: UUID) -> SQL {
        "SELECT last_position, kept_from FROM event_feeds WHERE tenant_id = \(tenantID)"
    }

    private static func standing(row: PostgresRow) throws -> Standing {
        Standing(last: try row.get("last_position"), keptFrom: try row.get("kept_from"))
    }
}
