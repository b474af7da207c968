/// Which gateways a message may go by, in the order in which they are tried.
package protocol GatewayRoutes: Sendable {
    /// - Throws: when the store of the routes is away and none are known.
    func plan(for envelope: MessageEnvelope) async throws -> RoutePlan

    /// Notes that a gateway has taken messages.
    func sent(_ count: Int, by gateway: String, for envelope: MessageEnvelope) async
}

/// The same gateways for everybody: those of the configuration.
package struct FixedRoutes: GatewayRoutes {
    private let routes: [Channel: [String]]

    package init(_ routes: [Channel: [String]]) {
        self.routes = routes
    }

    package func plan(for envelope: MessageEnvelope) async throws -> RoutePlan {
        RoutePlan(routes[envelope.channel] ?? [])
    }

    package func sent(_ count: Int, by gateway: String, for envelope: MessageEnvelope) async {}
}
