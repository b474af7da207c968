import FoundationEssentials

/// Judges the hits of one message together: what one of them proves speaks about its neighbours.
package struct VerdictClassifier: Sendable {
    /// The version of the rules.
    package static let version = VerdictRule.version

    private let networks: TrackingNetworks
    private let rules: [VerdictRule]

    package init(networks: TrackingNetworks = .none) {
        self.init(networks: networks, rules: VerdictRule.all)
    }

    init(networks: TrackingNetworks, rules: [VerdictRule]) {
        self.networks = networks
        self.rules = rules
    }

    /// The verdict on each hit, in their order.
    ///
    /// It depends on what was observed and on nothing else: the same hits in whatever order or batches get the same verdicts.
    ///
    /// - Parameter handedOverAt: when the message left; nil when it is not known.
    package func verdicts(on hits: [TrackingHit], handedOverAt: Date?) -> [TrackingVerdict] {
        let clicks = hits.filter { $0.kind == .clicked }.sorted { $0.occurredAt < $1.occurredAt }
        let traps = clicks.filter(\.isTrap).map(\.occurredAt)
        return hits.map { hit in
            guard !hit.signals.isEmpty || hit.isTrap else { return .unknown }
            return verdict(
                VerdictEvidence(
                    hit: hit,
                    agent: AgentKind(userAgent: hit.signals.userAgent),
                    network: networks.verdict(on: hit.signals.ip),
                    age: handedOverAt.map { hit.occurredAt.timeIntervalSince($0) },
                    linksNearby: Self.links(of: clicks, within: 10, of: hit),
                    linksAtOnce: Self.links(of: clicks, within: 1, of: hit),
                    isNearTrap: traps.contains { abs($0.timeIntervalSince(hit.occurredAt)) <= 60 }
                )
            )
        }
    }

    private func verdict(_ evidence: VerdictEvidence) -> TrackingVerdict {
        var (scanner, machine, human) = (0, 0, 0)
        for rule in rules where rule.applies(evidence) {
            switch rule.side {
            case .scanner: scanner += rule.weight
            case .machine: machine += rule.weight
            case .human: human += rule.weight
            }
        }
        if machine - human >= VerdictRule.certain, machine >= scanner { return .machine }
        if scanner - human >= VerdictRule.certain { return .scanner }
        return max(scanner, machine) - human >= VerdictRule.doubtful ? .unknown : .human
    }

    /// How many different links were asked for around a click; 0 for an open.
    private static func links(of clicks: [TrackingHit], within seconds: Double, of hit: TrackingHit) -> Int {
        guard hit.kind == .clicked else { return 0 }
        var links: Set<Int> = []
        for click in clicks where abs(click.occurredAt.timeIntervalSince(hit.occurredAt)) <= seconds {
            if let link = click.linkIndex { links.insert(link) }
        }
        return links.count
    }
}
