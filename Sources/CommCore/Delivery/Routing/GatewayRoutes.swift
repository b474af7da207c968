/// Which gateways a message may go by, in the order in which they are tried.
package protocol GatewayRoutes: Sendable {
    /// Names of gateways, the first choice first.
    ///
    /// - Throws: when the store of the routes is away and none are known.
    func gateways(for envelope: MessageEnvelope) async throws -> [String]
}

/// The same gateways for everybody: those of the configuration.
package struct FixedRoutes: GatewayRoutes {
    private let routes: [Channel: [String]]

    package init(_ routes: [Channel: [String]]) {
        self.routes = routes
    }

    package func gateways(for envelope: MessageEnvelope) async throws -> [String] {
        routes[envelope.channel] ?? []
    }
}
