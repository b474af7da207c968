/// Why a connection could not be used or a message could not be handed over.
package struct SMTPError: Error, Equatable, CustomStringConvertible {
    /// The closed set of reasons.
    package enum Code: String, Sendable {
        /// No connection could be made.
        case connectFailed
        /// The connection ended before an answer.
        case connectionClosed
        /// The server did not answer in the time of the phase.
        case timedOut
        /// What the server sent is no SMTP.
        case protocolViolation
        /// TLS could not be set up, or the server does not offer what the configuration demands.
        case tlsFailed
        /// The server refused the credentials.
        case authenticationFailed
        /// The server offers no mechanism that may be used, or the connection is not encrypted.
        case authenticationUnavailable
        /// The greeting, EHLO or another command of the session was refused.
        case sessionRefused
        /// MAIL FROM was refused for good: the server takes nothing from this sender, whoever it is for.
        case senderRefused
        /// An envelope address or the content cannot be sent by SMTP.
        case invalidMessage
        /// The server's limit of SIZE is smaller than the message.
        case messageTooLarge
        /// The message needs SMTPUTF8 or 8BITMIME and the server does not offer it.
        case extensionMissing
        /// The connection or the pool has been closed by its owner.
        case shutDown
    }

    /// What went wrong.
    package let code: Code
    /// A sentence without addresses and secrets.
    package let message: String
    /// The server's reply, when one is the reason.
    package let reply: SMTPReply?

    package init(_ code: Code, _ message: String, reply: SMTPReply? = nil) {
        self.code = code
        self.message = message
        self.reply = reply
    }

    /// Whether the same message may succeed later on the same server.
    package var isTransient: Bool {
        switch code {
        case .connectFailed, .connectionClosed, .timedOut, .protocolViolation, .tlsFailed, .shutDown: true
        case .sessionRefused, .authenticationFailed: reply?.isTransient ?? false
        case .authenticationUnavailable, .senderRefused, .invalidMessage, .messageTooLarge, .extensionMissing: false
        }
    }

    package var description: String {
        reply.map { "\(code.rawValue): \(message) (\($0))" } ?? "\(code.rawValue): \(message)"
    }
}
