/// What somebody asks for who answers a text message with one word.
package enum SMSKeyword: String, Sendable, Equatable, CaseIterable {
    /// No more messages.
    case stop
    /// Messages again.
    case start
    /// Who this is.
    case help

    private static let words: [SMSKeyword: Set<String>] = [
        .stop: ["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "OPTOUT", "REVOKE"],
        .start: ["START", "YES", "UNSTOP"],
        .help: ["HELP", "INFO"],
    ]

    /// Reads an answer; nil for one that is more than the word.
    ///
    /// - Parameter told: what the provider took it for, which counts more.
    package init?(answer: String, told: String? = nil) {
        if let told, let keyword = SMSKeyword(rawValue: told.lowercased()) {
            self = keyword
            return
        }
        let word = answer.split(whereSeparator: \.isWhitespace)
        guard word.count == 1 else { return nil }
        let text = word[0].uppercased()
        guard let found = Self.words.first(where: { $0.value.contains(text) }) else { return nil }
        self = found.key
    }
}
