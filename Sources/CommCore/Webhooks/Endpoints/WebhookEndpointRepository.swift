import FoundationEssentials
import Postgres

/// SQL of a tenant's endpoints: made, changed, listed, deleted, their secrets rotated.
///
/// Longer than other files: an endpoint, its credentials and its state are written together.
package struct WebhookEndpointRepository: Sendable {
    /// How many endpoints a tenant may have.
    package static let most = 50
    /// How long a secret goes on signing after it was followed by another.
    package static let overlap: TimeInterval = 86_400

    /// An endpoint with the secret that is shown this once.
    package struct Created: Sendable {
        package let endpoint: WebhookEndpoint
        package let secret: String
    }

    private let client: PostgresClient
    private let time: any TimeSource
    private let seal: CredentialSeal
    private let policy: TargetPolicy

    package init(client: PostgresClient, time: any TimeSource, seal: CredentialSeal, policy: TargetPolicy) {
        self.client = client
        self.time = time
        self.seal = seal
        self.policy = policy
    }

    /// Makes an endpoint, which is told everything from now on.
    package func create(tenantID: UUID, _ draft: WebhookDraft) async throws -> Created {
        guard let url = try draft.check(isNew: true, policy: policy) else {
            throw WebhookError(.invalid, "The webhook endpoint is not valid")
        }
        var random = SystemRandomNumberGenerator()
        let secret = draft.secret.flatMap { WebhookSecret($0) } ?? WebhookSecret(using: &random)
        let now = time.now
        let id = UUIDv7.make(at: now)
        return try await client.withTenant(tenantID) { connection in
            let position = try await EventFeed.open(tenantID: tenantID, on: connection, now: now)
            // The feed's row is locked by now, so two at once cannot both be the last one allowed.
            let count: Int = try await connection.query(
                "SELECT count(*)::int AS n FROM webhook_endpoints WHERE tenant_id = \(tenantID)"
            ).one { try $0.get("n") }
            guard count < Self.most else { throw WebhookError(.tooMany, "A tenant may have \(Self.most) webhook endpoints") }
            let isEnabled = draft.isEnabled ?? true
            try await connection.execute(
                """
                INSERT INTO webhook_endpoints (tenant_id, id, url, description, event_types, campaign_ids, channels, include_automated,
                                               header_names, ordering, max_concurrency, max_per_second, enabled, disabled_reason, disabled_at,
                                               secret_changed_at, created_at, updated_at)
                VALUES (\(tenantID), \(id), \(url.text), \(draft.description.flatMap(\.self)), \(draft.eventTypes ?? []),
                        \(draft.campaignIDs.flatMap(\.self))::uuid[], \(draft.channels.flatMap(\.self))::text[],
                        \(draft.includesAutomated ?? false), \(Array((draft.headers ?? [:]).keys.sorted())), \(draft.ordering ?? "endpoint"),
                        \(draft.maxConcurrency ?? 8), \(draft.maxPerSecond.flatMap(\.self)), \(isEnabled),
                        \(isEnabled ? nil : WebhookEndpoint.DisabledReason.byOwner.rawValue), \(isEnabled ? nil : now), \(now), \(now), \(now))
                """
            )
            try await connection.execute(
                """
                INSERT INTO webhook_states (tenant_id, endpoint_id, position, due_at, served_at)
                VALUES (\(tenantID), \(id), \(position), \(now), \(now))
                """
            )
            try await add(secret, tenantID: tenantID, endpointID: id, now: now, on: connection)
            if let headers = draft.headers { try await replace(headers, tenantID: tenantID, endpointID: id, now: now, on: connection) }
            return Created(endpoint: try await Self.find(tenantID: tenantID, id: id, on: connection), secret: secret.text)
        }
    }

    /// Every endpoint of the tenant, newest first.
    package func list(tenantID: UUID) async throws -> [WebhookEndpoint] {
        try await client.query(
            """
            SELECT \(sql: WebhookEndpoint.columns) FROM \(sql: WebhookEndpoint.tables) WHERE e.tenant_id = \(tenantID) ORDER BY e.id DESC
            """,
            tenant: tenantID
        ).map(WebhookEndpoint.init(row:))
    }

    package func get(tenantID: UUID, id: UUID) async throws -> WebhookEndpoint {
        let rows = try await client.query(Self.selection(tenantID, id), tenant: tenantID)
        guard let row = rows.first else { throw WebhookError.notFound }
        return try WebhookEndpoint(row: row)
    }

    /// Changes what is given.
    ///
    /// Enabling goes on where it stopped, as far as the feed reaches back, unless what was missed is to be passed over.
    package func update(tenantID: UUID, id: UUID, _ draft: WebhookDraft) async throws -> WebhookEndpoint {
        let url = try draft.check(isNew: false, policy: policy)
        let now = time.now
        return try await client.withTenant(tenantID) { connection in
            try await Self.lock(tenantID: tenantID, id: id, on: connection)
            let before = try await Self.find(tenantID: tenantID, id: id, on: connection)
            var changes: [SQL] = []
            if let url { changes.append("url = \(url.text)") }
            if let value = draft.description { changes.append("description = \(value)") }
            if let value = draft.eventTypes { changes.append("event_types = \(value)") }
            if let value = draft.campaignIDs { changes.append("campaign_ids = \(value)::uuid[]") }
            if let value = draft.channels { changes.append("channels = \(value)::text[]") }
            if let value = draft.includesAutomated { changes.append("include_automated = \(value)") }
            if let value = draft.headers { changes.append("header_names = \(Array(value.keys.sorted()))") }
            if let value = draft.ordering { changes.append("ordering = \(value)") }
            if let value = draft.maxConcurrency { changes.append("max_concurrency = \(value)") }
            if let value = draft.maxPerSecond { changes.append("max_per_second = \(value)") }
            if let value = draft.isEnabled, value != before.isEnabled {
                changes.append("enabled = \(value)")
                changes.append("disabled_reason = \(value ? nil : WebhookEndpoint.DisabledReason.byOwner.rawValue)")
                changes.append("disabled_at = \(value ? nil : now)::timestamptz")
            }
            if let headers = draft.headers { try await replace(headers, tenantID: tenantID, endpointID: id, now: now, on: connection) }
            if !changes.isEmpty {
                changes.append("updated_at = \(now)")
                try await connection.execute(
                    """
                    UPDATE webhook_endpoints SET \(sql: .joined(changes, separator: ", ")) WHERE tenant_id = \(tenantID) AND id = \(id)
                    """
                )
            }
            let isRestarted = draft.isEnabled == true && !before.isEnabled
            if isRestarted { try await Self.restart(tenantID: tenantID, id: id, skipsMissed: draft.skipsMissed, on: connection) }
            if isRestarted || url != nil { try await Self.hurry(tenantID: tenantID, id: id, now: now, on: connection) }
            return try await Self.find(tenantID: tenantID, id: id, on: connection)
        }
    }

    /// Deletes an endpoint with what is pending for it; its log stays as long as every log does.
    package func delete(tenantID: UUID, id: UUID) async throws {
        let gone = try await client.query(
            "DELETE FROM webhook_endpoints WHERE tenant_id = \(tenantID) AND id = \(id)",
            tenant: tenantID
        ).affected
        guard gone > 0 else { throw WebhookError.notFound }
    }

    /// Gives an endpoint another secret; those before it sign, too, for as long as ``overlap``.
    ///
    /// - Parameter text: one of the owner's own; nil makes one.
    package func rotate(tenantID: UUID, id: UUID, to text: String?) async throws -> Created {
        if let text {
            var check = FieldCheck()
            WebhookDraft.check(text, &check)
            guard check.problems.isEmpty else { throw WebhookError(.invalid, "The secret is not valid", problems: check.problems) }
        }
        var random = SystemRandomNumberGenerator()
        let secret = text.flatMap { WebhookSecret($0) } ?? WebhookSecret(using: &random)
        let now = time.now
        return try await client.withTenant(tenantID) { connection in
            try await Self.lock(tenantID: tenantID, id: id, on: connection)
            try await connection.execute(
                """
                UPDATE webhook_credentials SET expires_at = least(expires_at, \(now.addingTimeInterval(Self.overlap)))
                WHERE tenant_id = \(tenantID) AND endpoint_id = \(id) AND kind = 'secret'
                """
            )
            try await connection.execute(
                """
                UPDATE webhook_endpoints SET secret_changed_at = \(now), updated_at = \(now) WHERE tenant_id = \(tenantID) AND id = \(id)
                """
            )
            try await add(secret, tenantID: tenantID, endpointID: id, now: now, on: connection)
            return Created(endpoint: try await Self.find(tenantID: tenantID, id: id, on: connection), secret: secret.text)
        }
    }

    /// Locks the state, which whoever sends and records locks first, too.
    static func lock(tenantID: UUID, id: UUID, on connection: PostgresConnection) async throws {
        let rows = try await connection.query(
            "SELECT FROM webhook_states WHERE tenant_id = \(tenantID) AND endpoint_id = \(id) FOR UPDATE"
        )
        guard !rows.isEmpty else { throw WebhookError.notFound }
    }

    private static func restart(tenantID: UUID, id: UUID, skipsMissed: Bool, on connection: PostgresConnection) async throws {
        try await connection.execute(
            """
            UPDATE webhook_states s
            SET position = CASE WHEN \(skipsMissed) THEN f.last_position ELSE greatest(s.position, f.kept_from - 1) END,
                failures = 0, failing_since = NULL
            FROM event_feeds f
            WHERE s.tenant_id = \(tenantID) AND s.endpoint_id = \(id) AND f.tenant_id = s.tenant_id
            """
        )
    }

    /// Somebody has mended it: what waits is tried at once.
    private static func hurry(tenantID: UUID, id: UUID, now: Date, on connection: PostgresConnection) async throws {
        try await connection.execute(
            "UPDATE webhook_pending SET due_at = \(now) WHERE tenant_id = \(tenantID) AND endpoint_id = \(id) AND due_at > \(now)"
        )
        try await connection.execute(
            "UPDATE webhook_states SET due_at = \(now), wake_at = \(now) WHERE tenant_id = \(tenantID) AND endpoint_id = \(id)"
        )
    }

    private static func selection(_ tenantID: UUID, _ id: UUID) -> SQL {
        """
        SELECT \(sql: WebhookEndpoint.columns) FROM \(sql: WebhookEndpoint.tables) WHERE e.tenant_id = \(tenantID) AND e.id = \(id)
        """
    }

    private static func find(tenantID: UUID, id: UUID, on connection: PostgresConnection) async throws -> WebhookEndpoint {
        guard let row = try await connection.query(selection(tenantID, id)).first else { throw WebhookError.notFound }
        return try WebhookEndpoint(row: row)
    }

    private func add(_ secret: WebhookSecret, tenantID: UUID, endpointID: UUID, now: Date, on connection: PostgresConnection) async throws {
        let sealed = try seal.seal(secret.key, for: CredentialSeal.Owner(tenantID: tenantID, endpointID: endpointID))
        try await Self.insert(sealed, kind: "secret", tenantID: tenantID, endpointID: endpointID, now: now, on: connection)
    }

    private func replace(
        _ headers: [String: String],
        tenantID: UUID,
        endpointID: UUID,
        now: Date,
        on connection: PostgresConnection
    ) async throws {
        try await connection.execute(
            """
            DELETE FROM webhook_credentials WHERE tenant_id = \(tenantID) AND endpoint_id = \(endpointID) AND kind = 'headers'
            """
        )
        guard !headers.isEmpty else { return }
        let sealed = try seal.seal(
            Array(try JSONEncoder().encode(headers)),
            for: CredentialSeal.Owner(tenantID: tenantID, endpointID: endpointID)
        )
        try await Self.insert(sealed, kind: "headers", tenantID: tenantID, endpointID: endpointID, now: now, on: connection)
    }

    private static func insert(
        _ sealed: [UInt8],
        kind: String,
        tenantID: UUID,
        endpointID: UUID,
        now: Date,
        on connection: PostgresConnection
    ) async throws {
        try await connection.execute(
            """
            INSERT INTO webhook_credentials (tenant_id, endpoint_id, id, kind, sealed, created_at)
            VALUES (\(tenantID), \(endpointID), \(UUIDv7.make(at: now)), \(kind), \(sealed), \(now))
            """
        )
    }
}
