import FoundationEssentials
import Postgres

/// SQL of the installation's limits, and of what reply rules have done to gateways; changes count within five seconds.
///
/// For operators only: nothing here belongs to a tenant.
package struct GatewayLimitRepository: Sendable {
    private static let nameLimit = 253

    private let client: PostgresClient
    private let time: any TimeSource

    package init(client: PostgresClient, time: any TimeSource) {
        self.client = client
        self.time = time
    }

    package func list() async throws -> [GatewayLimit] {
        try await client.query("SELECT * FROM gateway_limits ORDER BY gateway, domain_group").map(Self.limit)
    }

    /// - Parameter group: empty for the whole gateway, `*` for each group without a limit of its own.
    package func set(gateway: String, group: String, _ draft: RateLimitDraft) async throws -> GatewayLimit {
        var check = FieldCheck()
        if !Self.isName(gateway) { check.add("gateway", "invalid", "gateway must be the name of a gateway") }
        if group.utf8.count > Self.nameLimit || group != group.lowercased() || group.contains(where: \.isWhitespace) {
            check.add("group", "invalid", "group must be the name of a group or a domain, in lower case")
        }
        guard check.problems.isEmpty else { throw ThrottlingError.invalid(check.problems) }
        let limit = try draft.limit()
        return try await client.query(
            """
            INSERT INTO gateway_limits (gateway, domain_group, messages, period_seconds, burst, updated_at)
            VALUES (\(gateway), \(group), \(limit.messages), \(limit.period), \(limit.burst), \(time.now))
            ON CONFLICT (gateway, domain_group) DO UPDATE
            SET messages = excluded.messages, period_seconds = excluded.period_seconds, burst = excluded.burst, updated_at = excluded.updated_at
            RETURNING *
            """
        ).one(Self.limit)
    }

    /// - Throws: ``ThrottlingError`` when there is none.
    package func remove(gateway: String, group: String) async throws {
        let removed = try await client.execute("DELETE FROM gateway_limits WHERE gateway = \(gateway) AND domain_group = \(group)")
        guard removed > 0 else { throw ThrottlingError(.notFound, "There is no such limit") }
    }

    private static func isName(_ text: String) -> Bool {
        let rest = text.utf8.dropFirst()
        guard let first = text.utf8.first, rest.count < 40 else { return false }
        func isPlain(_ byte: UInt8) -> Bool {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        return isPlain(first) && rest.allSatisfy { isPlain($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
    }

    private static func limit(_ row: PostgresRow) throws -> GatewayLimit {
        GatewayLimit(
            gateway: try row.get("gateway"),
            group: try row.get("domain_group"),
            limit: try RateLimit(row: row),
            updatedAt: try row.get("updated_at")
        )
    }
}
