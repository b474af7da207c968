/// What a link token is good for; a token of one purpose is refused for any other (RFC 8725, 3.12).
package enum LinkTokenPurpose: String, Sendable, CaseIterable, Codable {
    case click
    case unsubscribe
    case open
    /// Shows the mail in a browser.
    case view
    /// What the recipient may choose: lists, language, tracking.
    case preferences
    /// Takes back what was done a moment ago.
    case undo

    /// How long a token stays valid, in seconds from the message's creation.
    package var lifetime: Int64 {
        switch self {
        case .click, .open, .view: 90 * 86_400
        // Opting out has to work long after the mail was sent.
        case .unsubscribe, .preferences: 365 * 86_400
        case .undo: 86_400
        }
    }
}
