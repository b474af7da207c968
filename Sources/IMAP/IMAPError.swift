/// Why something could not be done in a mailbox.
///
/// Holds no password and nothing of a mail.
package struct IMAPError: Error, Equatable, CustomStringConvertible {
    /// The closed set of reasons.
    package enum Code: String, Sendable {
        /// The server cannot be reached, or the connection broke.
        case unreachable
        /// The certificate is not trusted, or is another host's, or TLS is not offered.
        case insecure
        /// User or password is refused.
        case loginRefused
        /// The server said NO or BAD to a command.
        case refused
        /// The numbers of the folder's messages have changed (UIDVALIDITY).
        case renumbered
        /// An answer that is longer than allowed.
        case tooLong
        /// An answer that cannot be understood.
        case unreadable
        /// The server cannot do what is asked for.
        case unsupported
        /// A setting cannot be written in the protocol.
        case invalidSetting
        /// Given up because the caller was cancelled.
        case cancelled
    }

    package let code: Code
    /// In words.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { "\(code.rawValue): \(message)" }
}
