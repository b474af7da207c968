import FoundationEssentials

/// Shares what this sender knows of its gateways, and learns what the others do.
package struct GatewayUpkeep: Sendable {
    private let health: GatewayHealth
    private let channels: [String: Channel]
    private let repository: ChannelHealthRepository
    private let routes: RouteTable?
    private let instance: String
    private let time: any TimeSource

    package init(
        health: GatewayHealth,
        gateways: [any Gateway],
        repository: ChannelHealthRepository,
        routes: RouteTable?,
        instance: String,
        time: any TimeSource
    ) {
        self.health = health
        channels = Dictionary(gateways.map { ($0.name, $0.channel) }) { first, _ in first }
        self.repository = repository
        self.routes = routes
        self.instance = instance
        self.time = time
    }

    /// One round; every few seconds.
    package func step() async throws {
        try await routes?.save()
        let now = time.now
        let known = Dictionary(uniqueKeysWithValues: health.reports(now: now).map { ($0.gateway, $0) })
        let reports = channels.sorted { $0.key < $1.key }.map { name, channel in
            (report: known[name] ?? GatewayHealth.Report(idle: name), channel: channel)
        }
        try await repository.save(reports, instance: instance, now: now)
        for (gateway, until) in try await repository.openElsewhere(than: instance, now: now) where channels[gateway] != nil {
            health.passOver(gateway, until: until)
        }
    }
}

extension GatewayHealth.Report {
    /// Of a gateway that was not used.
    fileprivate init(idle gateway: String) {
        self.init(gateway: gateway, state: .closed, until: nil, answered: 0, unanswered: 0, latency: 0)
    }
}
