/// What a server does at a point where it may say no.
///
/// The closures run on the event loop: they must not block.
package struct SMTPServerPolicy: Sendable {
    /// An answer, or none.
    package enum Decision: Sendable {
        case accept
        case reply(SMTPReply)
        /// Close the connection without a word.
        case hangUp
        /// Never answer.
        case stall
    }

    /// At each new connection.
    package var greeting: @Sendable () -> Decision = { .accept }
    /// At MAIL.
    package var sender: @Sendable (_ sender: String) -> Decision = { _ in .accept }
    /// At RCPT.
    package var recipient: @Sendable (_ recipient: String) -> Decision = { _ in .accept }
    /// At DATA, before the content.
    package var data: @Sendable () -> Decision = { .accept }
    /// After the final dot; accepting means to be responsible for the message.
    package var message: @Sendable (_ message: SMTPReceivedMessage) -> Decision = { _ in .accept }

    package init() {}
}
