import FoundationEssentials
import Postgres

/// Remembers the answers of requests with an idempotency key for 24 hours.
package struct IdempotencyRepository: Sendable {
    /// How long a claim holds when its process died (seconds).
    package static let lease: TimeInterval = 60
    /// How long an answer can be replayed (seconds).
    package static let lifetime: TimeInterval = 24 * 3600

    private let client: PostgresClient
    private let time: any TimeSource

    package init(client: PostgresClient, time: any TimeSource) {
        self.client = client
        self.time = time
    }

    /// Takes the key for this request, or says what became of the request that has it.
    ///
    /// - Parameter scope: credential, method and route: the same key elsewhere is another key.
    package func claim(tenantID: UUID, scope: String, key: IdempotencyKey, fingerprint: [UInt8]) async throws -> IdempotencyClaim {
        let now = Self.wholeMilliseconds(time.now)
        let lease = IdempotencyLease(scope: scope, key: key.text, until: now.addingTimeInterval(Self.lease))
        let taken = try await take(lease, tenantID: tenantID, fingerprint: fingerprint, now: now)
        if taken { return .new(lease) }
        let rows = try await client.query(
            """
            SELECT fingerprint, locked_until, status, content_type, body
              FROM idempotency_keys
             WHERE tenant_id = \(tenantID) AND scope = \(scope) AND key = \(key.text)
            """,
            tenant: tenantID
        )
        // Released between the two statements: the caller tries again in a moment.
        guard let row = rows.first else { return .running(retryAfter: 1) }
        return try Self.outcome(of: row, fingerprint: fingerprint, now: now)
    }

    /// Keeps the answer, if the lease is still this request's.
    package func store(tenantID: UUID, lease: IdempotencyLease, answer: StoredAnswer) async throws {
        _ = try await client.query(
            """
            UPDATE idempotency_keys
               SET status = \(answer.status), content_type = \(answer.contentType), body = \(answer.body), locked_until = NULL
             WHERE tenant_id = \(tenantID) AND scope = \(lease.scope) AND key = \(lease.key) AND locked_until = \(lease.until)
            """,
            tenant: tenantID
        )
    }

    /// Forgets a request that had no effect, so that the next one with its key runs.
    package func release(tenantID: UUID, lease: IdempotencyLease) async throws {
        _ = try await client.query(
            """
            DELETE FROM idempotency_keys
             WHERE tenant_id = \(tenantID) AND scope = \(lease.scope) AND key = \(lease.key) AND locked_until = \(lease.until)
            """,
            tenant: tenantID
        )
    }

    /// Removes what can no longer be replayed, of all tenants (role comm_worker).
    ///
    /// Returns how many.
    package func deleteExpired() async throws -> Int {
        try await client.execute(
            "DELETE FROM idempotency_keys WHERE created_at <= \(time.now.addingTimeInterval(-Self.lifetime))"
        )
    }

    /// One statement decides: a fresh key, an expired one, or one whose process died over the same request.
    private func take(_ lease: IdempotencyLease, tenantID: UUID, fingerprint: [UInt8], now: Date) async throws -> Bool {
        let rows = try await client.query(
            """
            INSERT INTO idempotency_keys AS k (tenant_id, scope, key, fingerprint, created_at, locked_until)
            VALUES (\(tenantID), \(lease.scope), \(lease.key), \(fingerprint), \(now), \(lease.until))
            ON CONFLICT (tenant_id, scope, key) DO UPDATE
               SET fingerprint = excluded.fingerprint, created_at = excluded.created_at, locked_until = excluded.locked_until,
                   status = NULL, content_type = NULL, body = NULL
             WHERE k.created_at <= \(now.addingTimeInterval(-Self.lifetime))
                OR (k.status IS NULL AND k.locked_until <= \(now) AND k.fingerprint = excluded.fingerprint)
            RETURNING true AS taken
            """,
            tenant: tenantID
        )
        return !rows.isEmpty
    }

    private static func outcome(of row: PostgresRow, fingerprint: [UInt8], now: Date) throws -> IdempotencyClaim {
        guard try row.get("fingerprint", as: [UInt8].self) == fingerprint else { return .mismatch }
        if let status: Int = try row.get("status") {
            let body: [UInt8]? = try row.get("body")
            return .replay(StoredAnswer(status: status, contentType: try row.get("content_type"), body: body ?? []))
        }
        let until: Date? = try row.get("locked_until")
        // Whole seconds, rounded up; a binary fraction's last bit does not make one more.
        return .running(retryAfter: max(1, Int(((until ?? now).timeIntervalSince(now) - 0.001).rounded(.up))))
    }

    /// The fence is compared for equality, so it must survive the database's microseconds unchanged.
    private static func wholeMilliseconds(_ date: Date) -> Date {
        Date(timeIntervalSince1970: (date.timeIntervalSince1970 * 1000).rounded(.down) / 1000)
    }
}
