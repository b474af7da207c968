import Postgres

/// What readers of a feed can be told, and how it is named to them.
///
/// The feed's own word is that of ``EventType``; on the wire it has a prefix that says what it is about.
package enum FeedEventType: String, Sendable, CaseIterable {
    /// Of the queue, and no event that came back (``isOfQueue``).
    case queued, cancelled
    case sent, delivered, deferred, bounced, complained, failed, blocked, opened, clicked, unsubscribed, resubscribed
    /// An endpoint of the tenant is told nothing any more.
    case webhookDisabled = "webhook.disabled"

    /// Whether it happens in the queue: the entry in the feed names the message, and what it says is in the queue or the delivery log.
    var isOfQueue: Bool { self == .queued || self == .cancelled }

    /// The words of those, for SQL.
    static let ofQueue: SQL = "('queued', 'cancelled')"

    /// Whether a family or everything stands for it, too: `queued` is told to who names it only, since it is written for nobody else.
    private var isInFamilies: Bool { self != .queued }

    /// `message.delivered`, `webhook.disabled`.
    package var wireName: String {
        switch self {
        case .webhookDisabled: rawValue
        default: "message.\(rawValue)"
        }
    }

    /// What it says, in a sentence.
    package var summary: String {
        switch self {
        case .queued: "It is in the queue; told only where it is named"
        case .cancelled: "It was taken back before it left"
        case .sent: "The delivery service took the message over"
        case .delivered: "The recipient's server accepted it"
        case .deferred: "The recipient's server asked to try again later"
        case .bounced: "The recipient's server refused it, for good (hard) or for now (soft)"
        case .complained: "The recipient reported it as spam"
        case .failed: "The delivery service gave up for a reason of its own"
        case .blocked: "The delivery service refused to send it"
        case .opened: "It was opened"
        case .clicked: "A link in it was followed"
        case .unsubscribed: "The recipient unsubscribed"
        case .resubscribed: "The recipient took an unsubscribe back"
        case .webhookDisabled: "A webhook endpoint was disabled because it could not be reached for long, or asked for it"
        }
    }

    /// The types that a pattern stands for: a name (`message.delivered`, `delivered`), a family (`message.*`) or everything (`*`), both without
    /// what has to be named; none when it stands for nothing that there is.
    package static func matching(_ pattern: String) -> [FeedEventType] {
        if pattern == "*" { return allCases.filter(\.isInFamilies) }
        if pattern.hasSuffix(".*") {
            let family = pattern.dropLast()
            return allCases.filter { $0.isInFamilies && $0.wireName.hasPrefix(family) }
        }
        return allCases.filter { $0.wireName == pattern || $0.rawValue == pattern }
    }
}
