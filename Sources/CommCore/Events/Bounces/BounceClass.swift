/// What a bounce says about the address, the mail or us.
///
/// Only ``hard`` is the recipient's fault for good. Of the others, some count against the address, and suppress it for a while when they
/// repeat.
package enum BounceClass: String, Sendable, Codable, CaseIterable {
    /// There is no such mailbox or domain, or it is closed.
    case hard
    /// The mailbox is full.
    case full
    /// A passing trouble.
    case soft
    /// The sender's address or reputation is refused.
    case block
    /// The mail itself is refused.
    case content
    /// A rule of theirs: authentication, policy.
    case policy
    /// Tried for as long as it makes sense.
    case expired
    /// Our side is set up wrongly.
    case config
    case unknown

    /// Whether a bounce that is not final counts against the address: not when the mail or the sender is refused.
    var countsAgainstAddress: Bool {
        switch self {
        case .hard, .full, .soft, .expired, .unknown: true
        case .block, .content, .policy, .config: false
        }
    }

    /// Whether the address is suppressed at once.
    var kind: BounceKind { self == .hard ? .hard : .soft }
}
