import FoundationEssentials
import Postgres

/// SQL of routes, of what went by them, and of the gateways' health.
package struct RouteRepository: Sendable {
    /// Routes of one channel at most.
    static let most = 50

    private let client: PostgresClient
    private let time: any TimeSource

    package init(client: PostgresClient, time: any TimeSource) {
        self.client = client
        self.time = time
    }

    /// A tenant's routes, by channel, class and position.
    package func list(tenantID: UUID) async throws -> [GatewayRoute] {
        try await client.withTenant(tenantID) { try await Self.routes(tenantID, on: $0) }
    }

    /// Puts routes in the place of all that a channel has.
    ///
    /// - Throws: `MessageError` with `invalid`.
    package func replace(tenantID: UUID, channel: Channel, by routes: [GatewayRoute]) async throws -> [GatewayRoute] {
        try Self.check(routes, channel)
        let now = time.now
        return try await client.withTenant(tenantID) { connection in
            try await connection.execute("DELETE FROM gateway_routes WHERE tenant_id = \(tenantID) AND channel = \(channel)")
            if !routes.isEmpty {
                try await connection.execute(
                    """
                    INSERT INTO gateway_routes (tenant_id, channel, class, gateway, position, weight, cost, daily_budget, is_enabled,
                                                updated_at)
                    SELECT \(tenantID), \(channel), *, \(now)
                    FROM unnest(\(routes.map { $0.priority?.word ?? "any" })::text[], \(routes.map(\.gateway))::text[],
                                \(routes.map(\.position))::int[], \(routes.map(\.weight))::int[], \(routes.map(\.cost))::float8[],
                                \(routes.map(\.dailyBudget))::float8[], \(routes.map(\.isEnabled))::boolean[])
                    """
                )
            }
            return try await Self.routes(tenantID, on: connection).filter { $0.channel == channel }
        }
    }

    private static func check(_ routes: [GatewayRoute], _ channel: Channel) throws {
        var problems: [FieldProblem] = []
        func refuse(_ index: Int, _ field: String, _ code: String, _ message: String) {
            let field = "routes[\(index)].\(field)"
            problems.append(FieldProblem(field: field, code: code, message: "\(field) \(message)"))
        }
        if routes.count > most {
            problems.append(FieldProblem(field: "routes", code: "too_many", message: "routes has more than \(most) entries"))
        }
        let known = GatewayRoute.gateways(of: channel)
        var seen: Set<String> = []
        for (index, route) in routes.enumerated() {
            if !known.contains(route.gateway) { refuse(index, "gateway", "invalid", "must be one of: \(known.joined(separator: ", "))") }
            if !(0...1_000).contains(route.position) { refuse(index, "position", "invalid", "must be from 0 to 1000") }
            if !(1...1_000).contains(route.weight) { refuse(index, "weight", "invalid", "must be from 1 to 1000") }
            if !(0...100_000).contains(route.cost) { refuse(index, "cost", "invalid", "must be from 0 to 100000") }
            if let budget = route.dailyBudget, !(0...1e9).contains(budget) {
                refuse(index, "daily_budget", "invalid", "must be from 0 to 1000000000")
            }
            if !seen.insert("\(route.priority?.word ?? "any") \(route.gateway)").inserted {
                refuse(index, "gateway", "duplicate", "stands twice for this class")
            }
        }
        guard problems.isEmpty else { throw MessageError.invalid(problems) }
    }

    private static func routes(_ tenantID: UUID, on connection: PostgresConnection) async throws -> [GatewayRoute] {
        try await connection.query(
            """
            SELECT channel, class, gateway, position::int, weight, cost::float8, daily_budget::float8, is_enabled
            FROM gateway_routes WHERE tenant_id = \(tenantID) ORDER BY channel, class, position, gateway
            """
        ).map { row in
            GatewayRoute(
                channel: try row.get("channel"),
                priority: Priority(word: try row.get("class")),
                gateway: try row.get("gateway"),
                position: try row.get("position"),
                weight: try row.get("weight"),
                cost: try row.get("cost"),
                dailyBudget: try row.get("daily_budget"),
                isEnabled: try row.get("is_enabled")
            )
        }
    }

    /// What went by a gateway on a day.
    package struct Usage: Sendable, Equatable {
        package let gateway: String
        package let messages: Int
        package let cost: Double
    }

    /// A tenant's usage of the day (UTC) of `now`.
    package func usage(tenantID: UUID) async throws -> [Usage] {
        let now = time.now
        return try await client.withTenant(tenantID) { try await Self.usage(tenantID, now: now, on: $0) }
    }

    private static func usage(_ tenantID: UUID, now: Date, on connection: PostgresConnection) async throws -> [Usage] {
        try await connection.query(
            """
            SELECT gateway, messages, cost::float8 FROM gateway_usage
            WHERE tenant_id = \(tenantID) AND day = (\(now) AT TIME ZONE 'UTC')::date ORDER BY gateway
            """
        ).map { Usage(gateway: try $0.get("gateway"), messages: try $0.get("messages"), cost: try $0.get("cost")) }
    }

    /// What a sender needs of a tenant, in one borrow.
    func book(tenantID: UUID, now: Date) async throws -> (routes: [GatewayRoute], spent: [String: Double]) {
        try await client.withTransaction { connection in
            let routes = try await Self.routes(tenantID, on: connection)
            guard routes.contains(where: { $0.dailyBudget != nil }) else { return (routes, [:]) }
            let usage = try await Self.usage(tenantID, now: now, on: connection)
            return (routes, Dictionary(uniqueKeysWithValues: usage.map { ($0.gateway, $0.cost) }))
        }
    }

    /// Adds to what went by gateways.
    func add(_ counts: [(tenantID: UUID, gateway: String, messages: Int, cost: Double)], now: Date) async throws {
        guard !counts.isEmpty else { return }
        try await client.execute(
            """
            INSERT INTO gateway_usage AS u (tenant_id, gateway, day, messages, cost)
            SELECT tenant_id, gateway, (\(now) AT TIME ZONE 'UTC')::date, messages, cost
            FROM unnest(\(counts.map(\.tenantID))::uuid[], \(counts.map(\.gateway))::text[], \(counts.map(\.messages))::bigint[],
                        \(counts.map(\.cost))::float8[]) AS c (tenant_id, gateway, messages, cost)
            ON CONFLICT (tenant_id, gateway, day) DO UPDATE SET messages = u.messages + excluded.messages, cost = u.cost + excluded.cost
            """
        )
    }
}
