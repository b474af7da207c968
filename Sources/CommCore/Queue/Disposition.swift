import FoundationEssentials

/// What became of a message in one attempt.
///
/// The set is closed: the compiler checks that every outcome is recorded.
package enum Disposition: Sendable, Equatable {
    /// Handed over to the gateway.
    case sent
    /// The address may not be mailed: unsubscribe, complaint, bounce, manual, …
    case suppressed(reason: String)
    /// Not meant any more: cancelled, contact deleted, …
    case skipped(reason: String)
    /// Cannot be sent: refused for good, or not renderable.
    case failed(reason: String)
    /// The gateway's answer was lost after the data had gone out; it is not tried again blindly.
    case unknown(reason: String)
    /// Comes back to the queue and is tried again at that time.
    case deferred(until: Date, reason: String)
    /// The gateway certainly did not take it and takes nothing for now: another gateway may, or else it waits until that time.
    case declined(until: Date, reason: String)

    /// The word in `delivery_events.outcome`; nil while the message is still live.
    var outcome: String? {
        switch self {
        case .sent: "sent"
        case .suppressed: "suppressed"
        case .skipped: "skipped"
        case .failed: "failed"
        case .unknown: "unknown"
        case .deferred, .declined: nil
        }
    }

    var reason: String? {
        switch self {
        case .sent: nil
        case .suppressed(let reason), .skipped(let reason), .failed(let reason), .unknown(let reason), .deferred(_, let reason),
            .declined(_, let reason):
            reason
        }
    }
}
