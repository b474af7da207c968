import FoundationEssentials
import Postgres

/// SQL of the reply rules; changes count within five seconds.
///
/// For operators only.
package struct ReplyRuleRepository: Sendable {
    /// Rules of an installation: every deferred answer is held against each of them.
    package static let most = 200

    private let client: PostgresClient
    private let time: any TimeSource

    package init(client: PostgresClient, time: any TimeSource) {
        self.client = client
        self.time = time
    }

    /// In the order in which they are tried.
    package func list() async throws -> [ReplyRule] {
        try await client.query("SELECT * FROM reply_rules ORDER BY position, id").compactMap { try ReplyRule(row: $0) }
    }

    /// Makes a rule, or replaces the one with the id.
    package func set(id: UUID, _ draft: ReplyRuleDraft) async throws -> ReplyRule {
        let problems = draft.problems
        guard problems.isEmpty else { throw ThrottlingError.invalid(problems) }
        let now = time.now
        return try await client.withTransaction { connection in
            let others: Int = try await connection.query("SELECT count(*)::int AS n FROM reply_rules WHERE id <> \(id)").one {
                try $0.get("n")
            }
            guard others < Self.most else { throw ThrottlingError(.tooMany, "There may be \(Self.most) reply rules") }
            let rows = try await connection.query(
                """
                INSERT INTO reply_rules AS r (id, name, pattern, gateway, domain_group, scope, threshold, window_seconds, action, factor,
                                              duration_seconds, enabled, position, updated_at)
                VALUES (\(id), \(draft.name ?? ""), \(draft.pattern ?? ""), \(draft.gateway), \(draft.group), \(draft.scope ?? "group"),
                        \(draft.threshold ?? 1), \(draft.window ?? 60), \(draft.action ?? ""), \(draft.factor ?? 0.5),
                        \(draft.duration ?? 600), \(draft.isEnabled ?? true), \(draft.position ?? 1_000), \(now))
                ON CONFLICT (id) DO UPDATE
                SET name = excluded.name, pattern = excluded.pattern, gateway = excluded.gateway, domain_group = excluded.domain_group,
                    scope = excluded.scope, threshold = excluded.threshold, window_seconds = excluded.window_seconds,
                    action = excluded.action, factor = excluded.factor, duration_seconds = excluded.duration_seconds,
                    enabled = excluded.enabled, position = excluded.position, updated_at = excluded.updated_at
                RETURNING *
                """
            )
            guard let row = rows.first, let rule = try ReplyRule(row: row) else {
                throw ThrottlingError(.invalid, "The reply rule is not valid")
            }
            return rule
        }
    }

    /// - Throws: ``ThrottlingError`` when there is none.
    package func remove(id: UUID) async throws {
        let removed = try await client.execute("DELETE FROM reply_rules WHERE id = \(id)")
        guard removed > 0 else { throw ThrottlingError(.notFound, "There is no such reply rule") }
    }
}
