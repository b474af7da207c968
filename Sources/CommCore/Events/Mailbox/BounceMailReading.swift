/// What a mail of the bounce mailbox comes to.
enum BounceMailReading: Sendable, Equatable {
    /// A fact about one of our messages.
    case report(BounceReport)
    /// A machine's answer for a person: nothing to learn from it.
    case automaticReply
    /// Kept for a person to look at, with the reason.
    case kept(String)

    /// The label in metrics: one of a few.
    var kind: String {
        switch self {
        case .report(let report): report.type.rawValue
        case .automaticReply: "automatic_reply"
        case .kept: "kept"
        }
    }
}
