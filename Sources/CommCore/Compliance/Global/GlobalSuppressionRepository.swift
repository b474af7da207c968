import FoundationEssentials
import Postgres

/// SQL of the operator's list: what it holds keeps back every tenant's messages, on every path (``SuppressionCheck``).
package struct GlobalSuppressionRepository: Sendable {
    package static let largestPage = 200

    private let client: PostgresClient
    private let time: any TimeSource

    package init(client: PostgresClient, time: any TimeSource) {
        self.client = client
        self.time = time
    }

    /// A page of the entries that count, newest first.
    ///
    /// - Parameter search: a part of the address or domain.
    /// - Returns: the entries, and where the next page begins.
    package func page(
        search: String? = nil,
        limit: Int = 50,
        after cursor: TimeCursor? = nil
    ) async throws -> (entries: [GlobalSuppression], next: TimeCursor?) {
        var conditions: [SQL] = ["(g.expires_at IS NULL OR g.expires_at > \(time.now))"]
        if let search { conditions.append("strpos(g.key, lower(\(search)::text)) > 0") }
        if let cursor { conditions.append(cursor.precedes(time: "g.created_at", id: "g.id")) }
        let found = try await client.query(
            """
            SELECT \(sql: GlobalSuppression.columns) FROM global_suppressions g WHERE \(sql: .joined(conditions, separator: " AND "))
             ORDER BY g.created_at DESC, g.id DESC LIMIT \(limit + 1)
            """
        ).map(GlobalSuppression.init(row:))
        return (Array(found.prefix(limit)), found.count > limit ? found[limit - 1].place : nil)
    }

    /// Puts an address or a domain on the list; what is on it already gets the new reason, note and end.
    ///
    /// - Parameter draft: with the scope `all` or `domain`, and without list and source, which are a tenant's.
    /// - Throws: ``ComplianceError`` with all that is wrong.
    package func add(_ draft: SuppressionDraft) async throws -> GlobalSuppression {
        let now = time.now
        let entry = try CheckedSuppression(draft, now: now)
        guard entry.scope == .all || entry.scope == .domain else {
            throw ComplianceError.invalid("scope", "invalid", "An entry for every tenant is of an address or a domain, whatever is sent")
        }
        return try await client.query(
            """
            INSERT INTO global_suppressions AS g (id, key, shown, reason, note, created_at, expires_at)
            VALUES (\(UUIDv7.make(at: now)), \(entry.key), \(entry.email), \(entry.reason), \(entry.note), \(now), \(entry.expiresAt))
            ON CONFLICT (key) DO UPDATE SET reason = excluded.reason, note = excluded.note, expires_at = excluded.expires_at
            RETURNING \(sql: GlobalSuppression.columns)
            """
        ).one(GlobalSuppression.init(row:))
    }

    /// - Throws: `ComplianceError.notFound`.
    package func remove(id: UUID) async throws {
        let removed = try await client.execute("DELETE FROM global_suppressions WHERE id = \(id)")
        guard removed > 0 else { throw ComplianceError(.notFound, "Suppression not found") }
    }
}
