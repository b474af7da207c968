import FoundationEssentials
import Postgres

/// SQL of what reply rules have done to gateways: the state that all senders share, and that a lost Redis cannot take away.
package struct RateAdjustmentRepository: Sendable {
    private let client: PostgresClient

    package init(client: PostgresClient) {
        self.client = client
    }

    /// Those in force, latest first.
    package func list(now: Date) async throws -> [RateAdjustment] {
        try await client.query(
            "SELECT * FROM rate_adjustments WHERE over_at > \(now) ORDER BY changed_at DESC, gateway, domain_group LIMIT 1000"
        ).map(RateAdjustment.init(row:))
    }

    /// Does what a rule asks for, on top of what is in force; whoever comes a moment later finds it done.
    ///
    /// - Parameter baseInterval: of the rate that is slowed down, in microseconds.
    /// - Returns: nil when another sender has just done it.
    func apply(_ rule: ReplyRule, gateway: String, group: String, baseInterval: Int64, now: Date) async throws -> RateAdjustment? {
        let moment = now.microseconds
        return try await client.withTransaction { connection in
            try await connection.execute(
                """
                INSERT INTO rate_adjustments (gateway, domain_group, version, factor, hold_until, step_seconds, base_interval, over_at, rule,
                                              changed_at)
                VALUES (\(gateway), \(group), 0, 1, \(now), 1, \(baseInterval), \(now), '', 'epoch') ON CONFLICT DO NOTHING
                """
            )
            let current = try await connection.query(
                "SELECT * FROM rate_adjustments WHERE gateway = \(gateway) AND domain_group = \(group) FOR UPDATE"
            ).one(RateAdjustment.init(row:))
            guard current.factor == 1 || moment - current.version >= Int64(RateAdjustment.quiet) * 1_000_000 else { return nil }
            let next = RateAdjustment.after(
                rule,
                gateway: gateway,
                group: group,
                current: current,
                baseInterval: baseInterval,
                now: moment
            )
            try await Self.write(next, now: now, on: connection)
            return next
        }
    }

    /// Takes an adjustment back.
    ///
    /// - Throws: ``ThrottlingError`` when none is in force.
    package func lift(gateway: String, group: String, now: Date) async throws {
        let lifted = try await client.execute(
            """
            UPDATE rate_adjustments
               SET version = greatest(\(now.microseconds), version + 1), paused_until = NULL, factor = 1, hold_until = \(now), over_at = \(now),
                   rule = 'taken back', changed_at = \(now)
             WHERE gateway = \(gateway) AND domain_group = \(group) AND over_at > \(now)
            """
        )
        guard lifted > 0 else { throw ThrottlingError(.notFound, "Nothing is slowed down there") }
    }

    /// Forgets what has long been over.
    func purge(before: Date) async throws {
        try await client.execute("DELETE FROM rate_adjustments WHERE over_at < \(before) AND changed_at < \(before)")
    }

    private static func write(_ value: RateAdjustment, now: Date, on connection: PostgresConnection) async throws {
        let pausedUntil = value.pausedUntil > 0 ? Date(microseconds: value.pausedUntil) : nil
        try await connection.execute(
            """
            UPDATE rate_adjustments
               SET version = \(value.version), paused_until = \(pausedUntil), factor = \(value.factor),
                   hold_until = \(Date(microseconds: value.holdUntil)), step_seconds = \(Int(value.step / 1_000_000)),
                   base_interval = \(value.baseInterval), over_at = \(Date(microseconds: value.overAt)), rule = \(value.rule),
                   changed_at = \(now)
             WHERE gateway = \(value.gateway) AND domain_group = \(value.group)
            """
        )
    }
}

extension RateAdjustment {
    init(row: PostgresRow) throws {
        let pausedUntil: Date? = try row.get("paused_until")
        let (hold, step): (Date, Int64) = (try row.get("hold_until"), Int64(try row.get("step_seconds") as Int))
        self.init(
            gateway: try row.get("gateway"),
            group: try row.get("domain_group"),
            version: try row.get("version"),
            pausedUntil: pausedUntil?.microseconds ?? 0,
            factor: try row.get("factor"),
            holdUntil: hold.microseconds,
            step: step * 1_000_000,
            baseInterval: try row.get("base_interval"),
            rule: try row.get("rule")
        )
    }
}
