import FoundationEssentials
import Postgres

/// Deletes old lines of the delivery log and what belongs to them, and seals credentials anew after the deployment's secret has changed.
package struct WebhookUpkeep: Sendable {
    private static let batch = 5_000

    private let client: PostgresClient
    private let time: any TimeSource
    private let seal: CredentialSeal
    private let keeping: TimeInterval

    /// - Parameter days: how long the log is kept.
    package init(client: PostgresClient, time: any TimeSource, seal: CredentialSeal, days: Int) {
        self.client = client
        self.time = time
        self.seal = seal
        keeping = Double(days) * 86_400
    }

    /// A round.
    ///
    /// - Returns: true when there is more to do at once.
    package func run() async throws -> Bool {
        let now = time.now
        let end = now.addingTimeInterval(-keeping)
        try await client.execute("DELETE FROM webhook_credentials WHERE expires_at <= \(now)")
        try await client.execute("DELETE FROM webhook_hours WHERE hour < \(end.addingTimeInterval(-86_400))")
        try await client.execute("DELETE FROM webhook_replays WHERE finished_at < \(end)")
        try await sealAnew()
        return try await expireLog(before: end)
    }

    private func expireLog(before end: Date) async throws -> Bool {
        var gone = 0
        for row in try await client.query("SELECT tenant_id FROM event_feeds") {
            let tenantID: UUID = try row.get("tenant_id")
            gone = max(
                gone,
                try await client.execute(
                    """
                    DELETE FROM webhook_attempts a
                    USING (SELECT id, at FROM webhook_attempts WHERE tenant_id = \(tenantID) AND at < \(end) LIMIT \(Self.batch)) o
                    WHERE a.tenant_id = \(tenantID) AND a.id = o.id AND a.at = o.at
                    """
                )
            )
        }
        return gone == Self.batch
    }

    /// What was sealed under the secret before; what cannot be opened stays, and its endpoint's log says why nothing is sent.
    private func sealAnew() async throws {
        let rows = try await client.query(
            """
            SELECT tenant_id, endpoint_id, id, sealed FROM webhook_credentials
            WHERE substring(sealed FROM 1 FOR 4) <> \(seal.mark) LIMIT \(Self.batch)
            """
        )
        for row in rows {
            let owner = CredentialSeal.Owner(tenantID: try row.get("tenant_id"), endpointID: try row.get("endpoint_id"))
            let (id, sealed): (UUID, [UInt8]) = (try row.get("id"), try row.get("sealed"))
            guard let content = try? seal.open(sealed, for: owner) else { continue }
            try await client.execute(
                """
                UPDATE webhook_credentials SET sealed = \(try seal.seal(content, for: owner))
                WHERE tenant_id = \(owner.tenantID) AND endpoint_id = \(owner.endpointID) AND id = \(id) AND sealed = \(sealed)
                """
            )
        }
    }
}
