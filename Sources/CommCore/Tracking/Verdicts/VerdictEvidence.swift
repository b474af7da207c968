import FoundationEssentials

/// Everything that is known about one hit when it is judged: itself, its message, and the message's other hits.
struct VerdictEvidence: Sendable {
    let hit: TrackingHit
    let agent: AgentKind
    /// What is known of the network that the request came from.
    let network: TrackingVerdict?
    /// Since the message was handed over, in seconds; nil when that is not known.
    let age: TimeInterval?
    /// Different links of the message that were asked for within ten seconds around it.
    let linksNearby: Int
    /// The same within one second.
    let linksAtOnce: Int
    /// The link that no reader can see was asked for within a minute around it.
    let isNearTrap: Bool

    var isClick: Bool { hit.kind == .clicked }
}
