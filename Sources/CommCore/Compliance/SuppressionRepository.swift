import FoundationEssentials
import Postgres

/// The suppression list of a tenant.
///
/// Expired entries are as if they were not there.
package struct SuppressionRepository: Sendable {
    /// The most entries that one page holds.
    package static let largestPage = 200
    private static let longestWord = 100
    private static let longestNote = 1000

    private let client: PostgresClient
    private let time: any TimeSource

    package init(client: PostgresClient, time: any TimeSource) {
        self.client = client
        self.time = time
    }

    /// Suppresses an address, and unsubscribes the contact that has it unless the entry is for a time only.
    ///
    /// An address that is suppressed already keeps its first reason; the later end counts.
    package func add(
        tenantID: UUID,
        email: String?,
        reason: String? = nil,
        source: String? = nil,
        note: String? = nil,
        expiresAt: Date? = nil
    ) async throws -> AddedSuppression {
        let now = time.now
        let address = try Self.check(email: email, reason: reason, source: source, note: note, expiresAt: expiresAt, now: now)
        return try await client.withTenant(tenantID) { connection in
            try await connection.execute(
                """
                DELETE FROM suppressions
                 WHERE tenant_id = \(tenantID) AND email_norm = \(address.normalized) AND expires_at <= \(now)
                """
            )
            try await connection.execute(
                """
                INSERT INTO suppressions AS x
                       (tenant_id, id, motorical_account_id, email, email_norm, reason, source, note, created_at, expires_at)
                SELECT tenant_id, \(UUIDv7.make(at: now)), motorical_account_id, \(address.original)::text, \(address.normalized)::text,
                       \(reason ?? "manual")::text, \(source ?? "admin")::text, \(note)::text, \(now), \(expiresAt)
                  FROM tenants WHERE tenant_id = \(tenantID)
                ON CONFLICT (tenant_id, email_norm) DO UPDATE
                   SET expires_at = CASE WHEN x.expires_at IS NULL OR excluded.expires_at IS NULL THEN NULL
                                         ELSE greatest(x.expires_at, excluded.expires_at) END
                """
            )
            let updated = expiresAt == nil ? try await Self.unsubscribe(address, tenantID: tenantID, now: now, on: connection) : 0
            let rows = try await connection.query(
                "\(sql: Self.select) WHERE x.tenant_id = \(tenantID) AND x.email_norm = \(address.normalized)"
            )
            guard let row = rows.first else { throw TenancyError.notProvisioned }
            return AddedSuppression(suppression: try Suppression(row: row), contactsUpdated: updated)
        }
    }

    /// A page of the list, newest first, counted from 1.
    ///
    /// - Parameter search: a part of the address, in any case.
    package func list(tenantID: UUID, page: Int = 1, limit: Int = 50, search: String? = nil) async throws -> SuppressionPage {
        let limit = min(max(1, limit), Self.largestPage)
        let page = min(max(1, page), Int(Int32.max))
        var condition: SQL = "x.tenant_id = \(tenantID) AND (x.expires_at IS NULL OR x.expires_at > \(time.now))"
        if let search = search.nonEmpty {
            condition += " AND strpos(x.email_norm, lower(\(search)::text)) > 0"
        }
        let statements: [SQL] = [
            "SELECT count(*) AS total FROM suppressions x WHERE \(sql: condition)",
            "\(sql: Self.select) WHERE \(sql: condition) ORDER BY x.created_at DESC, x.id DESC LIMIT \(limit) OFFSET \((page - 1) * limit)",
        ]
        let results = try await client.withTenant(tenantID) { try await $0.pipeline(statements) }
        return SuppressionPage(
            suppressions: try results[1].map(Suppression.init(row:)),
            total: try results[0].one { try $0.get("total") },
            page: page,
            limit: limit
        )
    }

    /// Takes an entry off the list; a contact that was unsubscribed becomes active, one that complained or bounced does not.
    package func remove(tenantID: UUID, id: UUID) async throws {
        let now = time.now
        try await client.withTenant(tenantID) { connection in
            let rows = try await connection.query(
                "DELETE FROM suppressions WHERE tenant_id = \(tenantID) AND id = \(id) RETURNING email_norm"
            )
            guard let row = rows.first else { throw SuppressionError(.notFound, "Suppression not found") }
            let email: String = try row.get("email_norm")
            try await connection.execute(
                """
                UPDATE contacts SET status = 'active', updated_at = \(now)
                 WHERE tenant_id = \(tenantID) AND email_norm = \(email) AND status = 'unsubscribed'
                """
            )
        }
    }

    /// Whether an address is on the list now.
    ///
    /// What is no address is on no list.
    package func isSuppressed(tenantID: UUID, email: String) async throws -> Bool {
        guard let address = try? EmailAddress(email) else { return false }
        let rows = try await client.query(
            """
            SELECT FROM suppressions
             WHERE tenant_id = \(tenantID) AND email_norm = \(address.normalized) AND (expires_at IS NULL OR expires_at > \(time.now))
            """,
            tenant: tenantID
        )
        return !rows.isEmpty
    }

    private static func unsubscribe(
        _ address: EmailAddress,
        tenantID: UUID,
        now: Date,
        on connection: PostgresConnection
    ) async throws -> Int {
        try await connection.execute(
            """
            UPDATE contacts SET status = 'unsubscribed', updated_at = \(now)
             WHERE tenant_id = \(tenantID) AND email_norm = \(address.normalized) AND status = 'active'
            """
        )
    }

    private static func check(
        email: String?,
        reason: String?,
        source: String?,
        note: String?,
        expiresAt: Date?,
        now: Date
    ) throws -> EmailAddress {
        var check = FieldCheck()
        let address = email.flatMap { try? EmailAddress($0) }
        if address == nil { check.add("email", email == nil ? "required" : "invalid", "Valid email address required") }
        if let reason { check.requiredLine("reason", reason, limit: longestWord) }
        if let source { check.requiredLine("source", source, limit: longestWord) }
        check.line("note", note, limit: longestNote)
        if let expiresAt, expiresAt <= now { check.add("expires_at", "invalid", "expires_at must be in the future") }
        guard let address, check.problems.isEmpty else {
            throw SuppressionError(.invalid, check.problems.first?.message ?? "", problems: check.problems)
        }
        return address
    }

    private static let select: SQL = """
        SELECT x.id, x.email, x.reason, x.source, x.landing_variant, x.note, x.created_at, x.expires_at,
               c.id AS contact_id, c.status AS contact_status, c.name AS contact_name
          FROM suppressions x
          LEFT JOIN contacts c ON c.tenant_id = x.tenant_id AND c.email_norm = x.email_norm AND c.deleted_at IS NULL
        """
}

extension Suppression {
    fileprivate init(row: PostgresRow) throws {
        self.init(
            id: try row.get("id"),
            email: try row.get("email"),
            reason: try row.get("reason"),
            source: try row.get("source"),
            landingVariant: try row.get("landing_variant"),
            note: try row.get("note"),
            createdAt: try row.get("created_at"),
            expiresAt: try row.get("expires_at"),
            contactID: try row.get("contact_id"),
            contactStatus: try row.get("contact_status"),
            contactName: try row.get("contact_name")
        )
    }
}
