import Postgres

/// Where a message stands, as its sender sees it.
///
/// Before it is in the queue, when it is for the case that another one fails: `waiting`. While it is in the queue:
/// `scheduled → queued → sending`, and by way of `deferred` back. Once it has left the queue without being handed
/// over: `cancelled`, `skipped`, `suppressed`, `expired`, `failed`, `unknown`. Once it was handed over it is the highest that was ever
/// reported, in the order `sent < failed < delivered < bounced < complained`; so any order of reports, with any duplicates, gives the same.
package enum MessageState: String, Sendable, CaseIterable, PostgresEnum {
    /// Goes into the queue when another message cannot be sent.
    case waiting
    /// Its time has not come.
    case scheduled
    /// It is due, and nobody has it in hand.
    case queued
    /// It was tried, and is tried again.
    case deferred
    /// A sender has it in hand.
    case sending
    /// Taken back before it left.
    case cancelled
    /// Not meant any more, for another reason.
    case skipped
    /// The address may not be mailed.
    case suppressed
    /// Its time was over before it could leave.
    case expired
    /// Cannot be sent, ever; or the gateway gave it up later.
    case failed
    /// Whether it was handed over cannot be known yet.
    case unknown
    /// Handed over.
    case sent
    case delivered
    case bounced
    case complained

    /// Whether it is in the queue.
    package var isLive: Bool {
        switch self {
        case .scheduled, .queued, .deferred, .sending: true
        default: false
        }
    }

    /// States of the delivery log that reports of others decide.
    static let reported: [MessageState] = [.sent, .failed, .delivered, .bounced, .complained]

    /// Of a message in the queue.
    static func live(isLeased: Bool, wasTried: Bool, isDue: Bool) -> MessageState {
        if isLeased { return .sending }
        if wasTried { return .deferred }
        return isDue ? .queued : .scheduled
    }

    /// Of a message that has left the queue.
    ///
    /// - Parameter events: types of events about it, in any order.
    static func ended(outcome: String, reason: String?, events: some Sequence<EventType>) -> MessageState {
        switch outcome {
        case "suppressed": return .suppressed
        case "skipped": return reason == cancelledReason ? .cancelled : (isExpiry(reason) ? .expired : .skipped)
        case "failed": return isExpiry(reason) ? .expired : .failed
        case "sent", "unknown":
            let start: MessageState = outcome == "sent" ? .sent : .unknown
            return events.compactMap(reached).max { rank($0) < rank($1) } ?? start
        default: return .unknown
        }
    }

    /// The word in the delivery log for what was taken back.
    static let cancelledReason = "cancelled"

    /// Whether a reason of the delivery log is that the time was over.
    private static func isExpiry(_ reason: String?) -> Bool {
        reason == "expired" || reason?.hasPrefix("expired:") == true
    }

    /// What an event proves; nil for those that say nothing of the way of a message.
    private static func reached(_ event: EventType) -> MessageState? {
        switch event {
        case .sent, .deferred: .sent
        case .failed, .blocked: .failed
        case .delivered: .delivered
        case .bounced: .bounced
        case .complained: .complained
        case .opened, .clicked, .unsubscribed, .resubscribed: nil
        }
    }

    private static func rank(_ state: MessageState) -> Int {
        reported.firstIndex(of: state) ?? -1
    }
}
