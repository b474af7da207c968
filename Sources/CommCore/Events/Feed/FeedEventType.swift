/// What readers of a feed can be told, and how it is named to them.
///
/// The feed's own word is that of ``EventType``; on the wire it has a prefix that says what it is about.
package enum FeedEventType: String, Sendable, CaseIterable {
    case sent, delivered, deferred, bounced, complained, failed, blocked, opened, clicked, unsubscribed, resubscribed
    /// An endpoint of the tenant is told nothing any more.
    case webhookDisabled = "webhook.disabled"

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

    /// The types that a pattern stands for: a name (`message.delivered`, `delivered`), a family (`message.*`) or everything (`*`); none
    /// when it stands for nothing that there is.
    package static func matching(_ pattern: String) -> [FeedEventType] {
        if pattern == "*" { return allCases }
        if pattern.hasSuffix(".*") {
            let family = pattern.dropLast()
            return allCases.filter { $0.wireName.hasPrefix(family) }
        }
        return allCases.filter { $0.wireName == pattern || $0.rawValue == pattern }
    }
}
