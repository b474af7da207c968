import CSV
import FoundationEssentials
import Postgres

/// Reads the suppression list: pages, the whole of it as a file, numbers, history.
package struct SuppressionListRepository: Sendable {
    /// The most entries that one page holds.
    package static let largestPage = 200
    private static let fetch = 1_000

    private let client: PostgresClient
    private let time: any TimeSource

    package init(client: PostgresClient, time: any TimeSource) {
        self.client = client
        self.time = time
    }

    /// One entry.
    ///
    /// - Throws: `ComplianceError.notFound`.
    package func find(tenantID: UUID, id: UUID) async throws -> Suppression {
        let rows = try await client.query("\(sql: Suppression.select) WHERE x.tenant_id = \(tenantID) AND x.id = \(id)", tenant: tenantID)
        guard let row = rows.first else { throw ComplianceError(.notFound, "Suppression not found") }
        return try Suppression(row: row)
    }

    /// The entries that count for an address now, whatever they keep back, those of its domain among them.
    ///
    /// - Throws: `ComplianceError.invalid` for what is no address.
    ///
    /// - Returns: the tenant's entries, and whether the operator has one for everybody.
    package func entries(tenantID: UUID, of address: String) async throws -> (own: [Suppression], isGlobal: Bool) {
        guard let found = ChannelAddress(ofAnyChannel: address) else {
            throw ComplianceError.invalid("address", "invalid", "address must be a mail address, a number or the registration of an app")
        }
        let (keys, now) = (found.listedKeys, time.now)
        let statements: [SQL] = [
            """
            \(sql: Suppression.select)
             WHERE x.tenant_id = \(tenantID) AND x.email_norm = ANY(\(keys)::text[]) AND (x.expires_at IS NULL OR x.expires_at > \(now))
             ORDER BY x.created_at DESC, x.id DESC
            """,
            "SELECT FROM global_suppressions g WHERE g.key = ANY(\(keys)::text[]) AND (g.expires_at IS NULL OR g.expires_at > \(now))",
        ]
        let results = try await client.withTenant(tenantID) { try await $0.pipeline(statements) }
        return (try results[0].map(Suppression.init(row:)), !results[1].isEmpty)
    }

    /// A page of the list, newest first: by number, counted from 1, or after a place.
    package func page(
        tenantID: UUID,
        filter: SuppressionFilter = SuppressionFilter(),
        page: Int = 1,
        limit: Int = 50,
        after cursor: TimeCursor? = nil
    ) async throws -> SuppressionPage {
        let limit = min(max(1, limit), Self.largestPage)
        let page = min(max(1, page), Int(Int32.max))
        let condition = filter.condition(tenantID: tenantID, now: time.now)
        let rest: SQL =
            if let cursor {
                "\(sql: condition) AND \(sql: cursor.precedes(time: "x.created_at", id: "x.id"))"
            } else { condition }
        let offset = cursor == nil ? (page - 1) * limit : 0
        let statements: [SQL] = [
            "SELECT count(*) AS total FROM suppressions x WHERE \(sql: condition)",
            """
            \(sql: Suppression.select) WHERE \(sql: rest) ORDER BY x.created_at DESC, x.id DESC LIMIT \(limit + 1) OFFSET \(offset)
            """,
        ]
        let results = try await client.withTenant(tenantID) { try await $0.pipeline(statements) }
        let found = try results[1].map(Suppression.init(row:))
        return SuppressionPage(
            suppressions: Array(found.prefix(limit)),
            total: try results[0].one { try $0.get("total") },
            page: page,
            limit: limit,
            next: found.count > limit ? found[limit - 1].place : nil
        )
    }

    /// Writes the list as CSV in pieces, newest first, in bounded memory; `import` reads it again.
    package func export(
        tenantID: UUID,
        filter: SuppressionFilter = SuppressionFilter(),
        _ write: @Sendable ([UInt8]) async throws -> Void
    ) async throws {
        let condition = filter.condition(tenantID: tenantID, now: time.now)
        try await client.withTenant(tenantID) { connection in
            try await connection.execute("SET LOCAL statement_timeout = 0")
            var head = CSVWriter(quoting: .always, byteOrderMark: true)
            head.write([
                "email", "domain", "scope", "list_id", "reason", "source", "note", "created_at", "expires_at", "channel", "address",
            ])
            try await write(head.take())
            try await connection.stream(
                """
                SELECT CASE WHEN a.channel = 'email' THEN x.email END AS email,
                       CASE WHEN x.scope = 'domain' THEN substr(x.email_norm, 2) END AS domain, x.scope, x.list_id, x.reason,
                       x.source, x.note, x.created_at, x.expires_at, a.channel, CASE WHEN a.channel <> 'email' THEN x.email_norm END AS address
                  FROM suppressions x CROSS JOIN LATERAL (SELECT comm_address_channel(x.email_norm) AS channel) a
                 WHERE \(sql: condition) AND x.email_norm NOT LIKE '#%' ORDER BY x.created_at DESC, x.id DESC
                """,
                fetch: Self.fetch
            ) { try await write(Self.piece($0)) }
        }
    }

    private static func piece(_ rows: PostgresRows) throws -> [UInt8] {
        var writer = CSVWriter(quoting: .always)
        for row in rows {
            writer.write([
                try row.get("email"), try row.get("domain"), try row.get("scope"),
                try (row.get("list_id") as UUID?).map { $0.uuidString.lowercased() }, try row.get("reason"), try row.get("source"),
                try row.get("note"), ISO8601.string(from: try row.get("created_at")),
                try (row.get("expires_at") as Date?).map(ISO8601.string(from:)), try row.get("channel"), try row.get("address"),
            ])
        }
        return writer.take()
    }

    /// The numbers of the list and of the contacts.
    package func stats(tenantID: UUID) async throws -> SuppressionStats {
        let now = time.now
        let counts: SQL = "x.tenant_id = \(tenantID) AND (x.expires_at IS NULL OR x.expires_at > \(now))"
        let statements: [SQL] = [
            """
            SELECT x.reason, x.source, x.scope, comm_address_channel(x.email_norm) AS channel, count(*) AS count,
                   count(*) FILTER (WHERE x.created_at > \(now.addingTimeInterval(-7 * 86_400))) AS week,
                   count(*) FILTER (WHERE x.created_at > \(now.addingTimeInterval(-30 * 86_400))) AS month,
                   count(*) FILTER (WHERE x.expires_at IS NOT NULL) AS temporary
              FROM suppressions x WHERE \(sql: counts) GROUP BY 1, 2, 3, 4 ORDER BY count DESC LIMIT 10000
            """,
            "SELECT status, count(*) AS count FROM contacts WHERE tenant_id = \(tenantID) AND deleted_at IS NULL GROUP BY status",
        ]
        let results = try await client.withTenant(tenantID) { try await $0.pipeline(statements) }
        return try SuppressionStats(groups: results[0], contacts: results[1])
    }

    /// What happened to one entry, or to one address or domain, newest first.
    package func history(
        tenantID: UUID,
        suppressionID: UUID? = nil,
        address: String? = nil,
        limit: Int = 100,
        after cursor: TimeCursor? = nil
    ) async throws -> [SuppressionChange] {
        var condition: SQL = "h.tenant_id = \(tenantID)"
        if let suppressionID { condition += " AND h.suppression_id = \(suppressionID)" }
        if let address { condition += " AND h.email_norm = \(Self.key(address))" }
        if let cursor { condition += " AND \(sql: cursor.precedes(time: "h.at", id: "h.id"))" }
        let rows = try await client.query(
            """
            SELECT h.*, \(sql: TimeCursor.microseconds(of: "h.at")) AS place FROM suppression_history h
             WHERE \(sql: condition) ORDER BY h.at DESC, h.id DESC LIMIT \(limit)
            """,
            tenant: tenantID
        )
        return try rows.map(SuppressionChange.init(row:))
    }

    /// An address of any channel, or a domain when there is nothing before the `@`, as the list keeps it.
    private static func key(_ text: String) -> String {
        if text.contains("@") || !text.contains("."), let address = ChannelAddress(ofAnyChannel: text) { return address.key }
        return CheckedSuppression.normalizedDomain(text).map { "@" + $0 } ?? text
    }
}
