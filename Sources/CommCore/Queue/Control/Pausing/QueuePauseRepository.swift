import FoundationEssentials
import Postgres

/// SQL that holds back and lets go: a tenant's own, or everybody's for the operator.
package struct QueuePauseRepository: Sendable {
    private static let mostShown = 200

    private let client: PostgresClient
    private let time: any TimeSource

    package init(client: PostgresClient, time: any TimeSource) {
        self.client = client
        self.time = time
    }

    /// Holds back; what is held back already gets the new reason and end.
    package func pause(tenantID: UUID, draft: QueuePauseDraft, by who: String) async throws -> QueuePause {
        let now = time.now
        try draft.check(now: now)
        let values: SQL = """
            \(UUIDv7.make(at: now)), \(draft.scope), \(draft.key), \(draft.reason), \(who), \(now), \(draft.until)
            """
        let again: SQL = """
            DO UPDATE SET reason = excluded.reason, until = excluded.until, paused_by = excluded.paused_by, paused_at = excluded.paused_at
            RETURNING \(sql: QueuePause.columns)
            """
        return try await client.withTenant(tenantID) { connection in
            guard draft.isEverywhere else {
                return try await connection.query(
                    """
                    INSERT INTO queue_pauses (id, scope, target, reason, paused_by, paused_at, until, tenant_id)
                    VALUES (\(sql: values), \(tenantID)) ON CONFLICT (tenant_id, scope, target) WHERE ended_at IS NULL \(sql: again)
                    """
                ).one { try QueuePause(row: $0, isEverywhere: false) }
            }
            let made = try await connection.query(
                """
                INSERT INTO queue_stops (id, scope, target, reason, paused_by, paused_at, until)
                VALUES (\(sql: values)) ON CONFLICT (scope, target) WHERE ended_at IS NULL \(sql: again)
                """
            ).one { try QueuePause(row: $0, isEverywhere: true) }
            try await Self.note("paused", made, tenantID: tenantID, on: connection)
            return made
        }
    }

    /// Lets go; nothing held back, nothing happens.
    ///
    /// - Returns: what has ended.
    package func resume(tenantID: UUID, draft: QueuePauseDraft, by who: String) async throws -> QueuePause? {
        let now = time.now
        try draft.check(now: now)
        let ending: SQL = """
            SET ended_at = \(now), ended_by = \(who) WHERE scope = \(draft.scope) AND target = \(draft.key) AND ended_at IS NULL
            """
        return try await client.withTenant(tenantID) { connection in
            guard draft.isEverywhere else {
                let rows = try await connection.query(
                    "UPDATE queue_pauses \(sql: ending) AND tenant_id = \(tenantID) RETURNING \(sql: QueuePause.columns)"
                )
                return try rows.first.map { try QueuePause(row: $0, isEverywhere: false) }
            }
            let rows = try await connection.query("UPDATE queue_stops \(sql: ending) RETURNING \(sql: QueuePause.columns)")
            guard let row = rows.first else { return nil }
            let ended = try QueuePause(row: row, isEverywhere: true)
            try await Self.note("resumed", ended, tenantID: tenantID, on: connection)
            return ended
        }
    }

    /// What is held back of a tenant, the operator's stops first; or everything that ever was, newest first.
    package func list(tenantID: UUID, includingEnded: Bool = false) async throws -> [QueuePause] {
        let now = time.now
        return try await client.withTenant(tenantID) { connection in
            if !includingEnded { return try await Self.open(tenantID: tenantID, now: now, on: connection) }
            let stops = try await connection.query(
                "SELECT \(sql: QueuePause.columns) FROM queue_stops ORDER BY paused_at DESC LIMIT \(Self.mostShown)"
            )
            let pauses = try await connection.query(
                """
                SELECT \(sql: QueuePause.columns) FROM queue_pauses WHERE tenant_id = \(tenantID)
                ORDER BY paused_at DESC LIMIT \(Self.mostShown)
                """
            )
            let all =
                try stops.map { try QueuePause(row: $0, isEverywhere: true) }
                + pauses.map { try QueuePause(row: $0, isEverywhere: false) }
            return all.sorted { $0.pausedAt > $1.pausedAt }
        }
    }

    /// What holds back messages of a tenant now.
    static func open(tenantID: UUID, now: Date, on connection: PostgresConnection) async throws -> [QueuePause] {
        let stops = try await connection.query(
            "SELECT \(sql: QueuePause.columns) FROM queue_stops s WHERE \(sql: QueuePauses.isHolding("s", now: now)) ORDER BY scope, target"
        )
        let pauses = try await connection.query(
            """
            SELECT \(sql: QueuePause.columns) FROM queue_pauses p
            WHERE p.tenant_id = \(tenantID) AND \(sql: QueuePauses.isHolding("p", now: now)) ORDER BY scope DESC, target
            """
        )
        return try stops.map { try QueuePause(row: $0, isEverywhere: true) } + pauses.map { try QueuePause(row: $0, isEverywhere: false) }
    }

    /// Gateways that are held back, over all tenants: for who routes messages.
    package func pausedGateways() async throws -> PausedGateways {
        let now = time.now
        let rows = try await client.query(
            """
            SELECT NULL::uuid AS tenant_id, s.target FROM queue_stops s WHERE s.scope = 'gateway' AND \(sql: QueuePauses.isHolding("s", now: now))
            UNION ALL
            SELECT p.tenant_id, p.target FROM queue_pauses p WHERE p.scope = 'gateway' AND \(sql: QueuePauses.isHolding("p", now: now))
            """
        )
        var everywhere = Set<String>()
        var ofTenants: [UUID: Set<String>] = [:]
        for row in rows {
            let target: String = try row.get("target")
            if let tenant: UUID = try row.get("tenant_id") {
                ofTenants[tenant, default: []].insert(target)
            } else {
                everywhere.insert(target)
            }
        }
        return PausedGateways(everywhere: everywhere, ofTenants: ofTenants)
    }

    /// The operator's acts belong to no tenant; they are noted with the one in whose name they were asked for.
    private static func note(_ action: String, _ pause: QueuePause, tenantID: UUID, on connection: PostgresConnection) async throws {
        let details = ["scope": pause.scope.rawValue, "target": pause.target ?? "", "reason": pause.reason ?? ""]
        try await AuditRepository.record(
            AuditNote(
                eventType: "queue_control",
                action: action,
                resourceType: "queue_stop",
                resourceID: pause.id,
                details: try PostgresJSON(encoding: details)
            ),
            tenantID: tenantID,
            on: connection
        )
    }
}
