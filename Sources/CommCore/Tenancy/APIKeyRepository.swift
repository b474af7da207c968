import FoundationEssentials
import Postgres

/// API keys of tenants: made, listed, revoked, and checked with every request.
package struct APIKeyRepository: Sendable {
    /// `last_used_at` is written at most this often (seconds), so that a busy key is not a hot row.
    private static let touchInterval: TimeInterval = 60
    private static let longestName = 200

    private let client: PostgresClient
    private let time: any TimeSource

    package init(client: PostgresClient, time: any TimeSource) {
        self.client = client
        self.time = time
    }

    /// Makes a key.
    ///
    /// Its text is in the answer and nowhere else.
    package func create(tenantID: UUID, name: String, scopes: [String], expiresAt: Date? = nil) async throws -> CreatedAPIKey {
        let now = time.now
        let granted = try Self.check(name: name, scopes: scopes, expiresAt: expiresAt, now: now)
        var random = SystemRandomNumberGenerator()
        let text = APIKeyText(tenantID: tenantID, keyID: UUIDv7.make(at: now), using: &random)
        let rows = try await client.query(
            """
            INSERT INTO api_keys (tenant_id, id, name, secret_hash, scopes, created_at, expires_at)
            VALUES (\(tenantID), \(text.keyID), \(name), \(text.secretHash), \(granted.map(\.rawValue)), \(now), \(expiresAt))
            RETURNING \(sql: Self.columns)
            """,
            tenant: tenantID
        )
        return CreatedAPIKey(key: try rows.one(APIKey.init(row:)), text: text.text)
    }

    /// Every key of the tenant, newest first, revoked ones too.
    package func list(tenantID: UUID) async throws -> [APIKey] {
        let rows = try await client.query(
            "SELECT \(sql: Self.columns) FROM api_keys WHERE tenant_id = \(tenantID) ORDER BY id DESC",
            tenant: tenantID
        )
        return try rows.map(APIKey.init(row:))
    }

    /// Ends a key at once.
    ///
    /// Revoking it again changes nothing.
    package func revoke(tenantID: UUID, id: UUID) async throws -> APIKey {
        let rows = try await client.query(
            """
            UPDATE api_keys SET revoked_at = coalesce(revoked_at, \(time.now))
             WHERE tenant_id = \(tenantID) AND id = \(id)
            RETURNING \(sql: Self.columns)
            """,
            tenant: tenantID
        )
        guard let row = rows.first else { throw TenancyError(.notFound, "API key not found") }
        return try APIKey(row: row)
    }

    /// Who a key text belongs to.
    ///
    /// An unknown id takes the same steps as a wrong secret. Expiry, revocation and the tenant's status are told only to whoever
    /// holds the right secret.
    package func authenticate(_ text: String) async throws -> AuthenticatedKey {
        guard let presented = APIKeyText(text) else { throw TenancyError.keyRefused }
        let now = time.now
        let rows = try await client.query(
            """
            SELECT k.secret_hash, k.scopes, k.expires_at, k.revoked_at, k.last_used_at, t.status
              FROM api_keys k JOIN tenants t ON t.tenant_id = k.tenant_id
             WHERE k.tenant_id = \(presented.tenantID) AND k.id = \(presented.keyID)
            """,
            tenant: presented.tenantID
        )
        let stored = try rows.first.map(StoredKey.init(row:)) ?? .unknown
        guard ConstantTime.equal(presented.secretHash, stored.secretHash) else { throw TenancyError.keyRefused }
        try stored.requireUsable(at: now)
        if stored.lastUsedAt.map({ now.timeIntervalSince($0) >= Self.touchInterval }) ?? true {
            try await touch(presented, now: now)
        }
        return AuthenticatedKey(tenantID: presented.tenantID, keyID: presented.keyID, scopes: stored.scopes)
    }

    /// Requests of one key at the same moment write once: the others find the new time.
    private func touch(_ key: APIKeyText, now: Date) async throws {
        _ = try await client.query(
            """
            UPDATE api_keys SET last_used_at = \(now)
             WHERE tenant_id = \(key.tenantID) AND id = \(key.keyID)
               AND (last_used_at IS NULL OR last_used_at <= \(now.addingTimeInterval(-Self.touchInterval)))
            """,
            tenant: key.tenantID
        )
    }

    private static let columns: SQL = "id, tenant_id, name, scopes, created_at, expires_at, revoked_at, last_used_at"

    private static func check(name: String, scopes: [String], expiresAt: Date?, now: Date) throws -> [APIScope] {
        var check = FieldCheck()
        check.requiredLine("name", name, limit: longestName)
        if scopes.isEmpty { check.add(.required("scopes")) }
        for (index, scope) in scopes.enumerated() where APIScope(rawValue: scope) == nil {
            let known = APIScope.allCases.map(\.rawValue).joined(separator: ", ")
            check.add("scopes[\(index)]", "unknown", "scopes must be of: \(known)")
        }
        if let expiresAt, expiresAt <= now { check.add("expires_at", "invalid", "expires_at must be in the future") }
        guard check.problems.isEmpty else { throw TenancyError(.invalid, "The API key is not valid", problems: check.problems) }
        let wanted = Set(scopes.compactMap(APIScope.init(rawValue:)))
        return APIScope.allCases.filter(wanted.contains)
    }
}

/// What the database knows of a key that was presented.
private struct StoredKey {
    /// Stands for a key that is not there: no secret has this hash.
    static let unknown = StoredKey(
        secretHash: Array(repeating: 0, count: 32),
        scopes: [],
        expiresAt: nil,
        revokedAt: nil,
        lastUsedAt: nil,
        tenantStatus: .closed
    )

    let secretHash: [UInt8]
    let scopes: Set<APIScope>
    let expiresAt: Date?
    let revokedAt: Date?
    let lastUsedAt: Date?
    let tenantStatus: TenantStatus

    func requireUsable(at now: Date) throws {
        if revokedAt != nil { throw TenancyError.keyRevoked }
        if let expiresAt, expiresAt <= now { throw TenancyError.keyExpired }
        if tenantStatus != .active { throw TenancyError.notActive }
    }
}

extension StoredKey {
    fileprivate init(row: PostgresRow) throws {
        self.init(
            secretHash: try row.get("secret_hash"),
            scopes: Set(try row.get("scopes", as: [String].self).compactMap(APIScope.init(rawValue:))),
            expiresAt: try row.get("expires_at"),
            revokedAt: try row.get("revoked_at"),
            lastUsedAt: try row.get("last_used_at"),
            tenantStatus: try row.get("status")
        )
    }
}

extension APIKey {
    fileprivate init(row: PostgresRow) throws {
        self.init(
            id: try row.get("id"),
            tenantID: try row.get("tenant_id"),
            name: try row.get("name"),
            scopes: try row.get("scopes", as: [String].self).compactMap(APIScope.init(rawValue:)),
            createdAt: try row.get("created_at"),
            expiresAt: try row.get("expires_at"),
            revokedAt: try row.get("revoked_at"),
            lastUsedAt: try row.get("last_used_at")
        )
    }
}
