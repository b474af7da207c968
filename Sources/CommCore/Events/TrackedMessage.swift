import FoundationEssentials

/// A message with what is stored of its clicks and opens.
struct TrackedMessage: Sendable {
    struct Key: Hashable, Sendable {
        let tenantID: UUID
        let messageID: UUID
    }

    let key: Key
    let campaignID: UUID?
    let contactID: UUID?
    /// When it was delivered, else handed over; nil when neither is known.
    let reachedAt: Date?
    let hits: [TrackingHit]
    /// Whether it, of this kind, has a hit that counts.
    func hasCounted(_ kind: TrackingHit.Kind) -> Bool {
        hits.contains { $0.kind == kind && $0.verdict?.isCounted == true }
    }
}
