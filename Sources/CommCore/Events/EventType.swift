/// What can happen to a message or a contact outside of the suite.
///
/// One word per fact, the same in SQL, Swift and the documentation.
package enum EventType: String, Sendable, Codable, CaseIterable {
    /// The platform or provider took the message over.
    case sent
    /// The recipient's server accepted it.
    case delivered
    /// The recipient's server asked to try again later.
    case deferred
    /// Refused by the recipient's server; hard or soft is in ``Event/bounceKind``.
    case bounced
    /// The recipient reported it as spam.
    case complained
    /// The platform gave up for a reason of its own.
    case failed
    /// The platform refused to send it (policy, reputation).
    case blocked
    case opened
    case clicked
    case unsubscribed
    case resubscribed

    /// Whether this happens to one message at most once, whoever reports it and however often.
    var isOncePerMessage: Bool {
        switch self {
        case .sent, .delivered, .bounced, .complained, .failed, .blocked: true
        case .deferred, .opened, .clicked, .unsubscribed, .resubscribed: false
        }
    }
}

/// Whether the address is at fault for good (RFC 3463 class 5) or only for now (class 4).
package enum BounceKind: String, Sendable, Codable {
    case hard
    case soft
}
