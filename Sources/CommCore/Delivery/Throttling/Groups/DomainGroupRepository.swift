import FoundationEssentials
import Postgres

/// SQL of the groups of domains, for operators: senders know of a change within five seconds.
package struct DomainGroupRepository: Sendable {
    /// Which mail hosts or which domain belong to a group.
    package struct Entry: Sendable, Equatable {
        package enum Kind: String, Sendable, CaseIterable, PostgresEnum {
            /// Mail exchangers whose name ends so.
            case mx
            /// A domain itself.
            case domain
        }

        package let kind: Kind
        package let pattern: String
        package let group: String
    }

    private static let longestPattern = 253
    private static let longestGroup = 63

    private let client: PostgresClient
    private let time: any TimeSource

    package init(client: PostgresClient, time: any TimeSource) {
        self.client = client
        self.time = time
    }

    package func list() async throws -> [Entry] {
        try await client.query("SELECT * FROM domain_groups ORDER BY domain_group, kind, pattern").map(Self.entry)
    }

    /// Puts hosts or a domain into a group, or into another one.
    ///
    /// - Throws: ``ThrottlingError`` with all that is wrong.
    package func set(kind: String, pattern: String, group: String?) async throws -> Entry {
        var check = FieldCheck()
        let known = Entry.Kind(rawValue: kind)
        if known == nil { check.add("kind", "invalid", "kind must be mx or domain") }
        if !Self.isHost(pattern, longest: Self.longestPattern) {
            check.add("pattern", "invalid", "pattern must be the name of a host or a domain, in lower case")
        }
        if group == nil { check.add(.required("group")) }
        if let group, !Self.isHost(group, longest: Self.longestGroup) {
            check.add("group", "invalid", "group must be a name of small letters, digits, - and .")
        }
        guard check.problems.isEmpty, let known, let group else {
            throw ThrottlingError.invalid(check.problems)
        }
        return try await client.withTransaction { connection in
            try await forget(known, pattern, on: connection)
            return try await connection.query(
                """
                INSERT INTO domain_groups (kind, pattern, domain_group) VALUES (\(known), \(pattern), \(group))
                ON CONFLICT (kind, pattern) DO UPDATE SET domain_group = excluded.domain_group
                RETURNING *
                """
            ).one(Self.entry)
        }
    }

    /// - Throws: ``ThrottlingError`` when there is none.
    package func remove(kind: String, pattern: String) async throws {
        let removed = try await client.withTransaction { connection in
            if let known = Entry.Kind(rawValue: kind) { try await forget(known, pattern, on: connection) }
            return try await connection.execute("DELETE FROM domain_groups WHERE kind = \(kind) AND pattern = \(pattern)")
        }
        guard removed > 0 else { throw ThrottlingError(.notFound, "There is no such group") }
    }

    /// What was found out about domains with such mail hosts is not kept for its week.
    private func forget(_ kind: Entry.Kind, _ pattern: String, on connection: PostgresConnection) async throws {
        guard kind == .mx else { return }
        try await connection.execute(
            """
            UPDATE recipient_domains SET expires_at = \(time.now)
            WHERE expires_at > \(time.now)
              AND right('.' || rtrim(lower(exchanger), '.'), length(\(pattern)::text) + 1) = '.' || \(pattern)::text
            """
        )
    }

    private static func isHost(_ text: String, longest: Int) -> Bool {
        (1...longest).contains(text.utf8.count) && !text.hasPrefix(".") && !text.hasSuffix(".") && !text.contains("..")
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."):
                    true
                default: false
                }
            }
    }

    private static func entry(_ row: PostgresRow) throws -> Entry {
        Entry(kind: try row.get("kind"), pattern: try row.get("pattern"), group: try row.get("domain_group"))
    }
}
