import FoundationEssentials

/// A click or open that got its verdict, or another one than before.
package struct VerdictChange: Sendable, Equatable {
    package let eventID: UUID
    package let tenantID: UUID
    package let campaignID: UUID?
    package let contactID: UUID?
    package let messageID: UUID?
    package let kind: TrackingHit.Kind
    package let occurredAt: Date
    /// Nil for a new event.
    package let before: TrackingVerdict?
    package let after: TrackingVerdict

    /// By how much the person's engagement changes: 1, 0 or -1.
    package var countedDelta: Int {
        (after.isCounted ? 1 : 0) - (before?.isCounted == true ? 1 : 0)
    }
}
