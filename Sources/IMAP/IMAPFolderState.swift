/// What a server says about a folder when it is opened.
package struct IMAPFolderState: Sendable, Equatable {
    /// Another value means that all numbers of messages are new ones.
    package let uidValidity: UInt32
    /// The number that the next message will get; nil when the server does not say.
    package let uidNext: UInt32?
    /// How many messages it holds.
    package let messages: Int

    package init(uidValidity: UInt32, uidNext: UInt32?, messages: Int) {
        self.uidValidity = uidValidity
        self.uidNext = uidNext
        self.messages = messages
    }

    /// Reads the untagged lines of an `EXAMINE`; nil when the folder has no lasting numbers.
    init?(answer: [UInt8]) {
        var validity: UInt32?
        var next: UInt32?
        var messages = 0
        for line in IMAPAnswer.lines(answer) {
            if let number = IMAPAnswer.number(after: "[UIDVALIDITY ", in: line) { validity = number }
            if let number = IMAPAnswer.number(after: "[UIDNEXT ", in: line) { next = number }
            let words = line.split(separator: " ")
            if words.count == 3, words[0] == "*", words[2].uppercased() == "EXISTS", let number = Int(words[1]) { messages = number }
        }
        guard let validity, validity > 0 else { return nil }
        self.init(uidValidity: validity, uidNext: next, messages: messages)
    }
}
