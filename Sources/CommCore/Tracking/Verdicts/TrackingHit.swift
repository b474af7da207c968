import FoundationEssentials

/// One request for a tracked link or an open pixel of a message, as far as it tells who asked.
package struct TrackingHit: Sendable, Equatable {
    package enum Kind: String, Sendable, Codable {
        case clicked
        case opened
    }

    /// The event's id.
    package let id: UUID
    package let kind: Kind
    package let occurredAt: Date
    /// Place of the link in the mail; nil for an open.
    package let linkIndex: Int?
    package let signals: TrackingSignals
    /// What was found before; nil for a new one.
    package var verdict: TrackingVerdict?

    package init(
        id: UUID,
        kind: Kind,
        occurredAt: Date,
        linkIndex: Int? = nil,
        signals: TrackingSignals,
        verdict: TrackingVerdict? = nil
    ) {
        self.id = id
        self.kind = kind
        self.occurredAt = occurredAt
        self.linkIndex = linkIndex
        self.signals = signals
        self.verdict = verdict
    }

    /// Whether the link is the one that no reader can see.
    package var isTrap: Bool {
        linkIndex == LinkToken.Link.trapIndex
    }
}
