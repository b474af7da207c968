/// What became of a message for one recipient.
package enum SMTPOutcome: Sendable, Equatable {
    /// The server has taken responsibility.
    case accepted(SMTPReply)
    /// The server said no for good (5xx).
    case rejected(SMTPReply)
    /// The server said no for now (4xx).
    case deferred(SMTPReply)
    /// The server cannot have taken the message; it is safe to try again if `error.isTransient`.
    case notSent(SMTPError)
    /// The connection ended after the message was handed over and before the answer: it may have been taken.
    case unknown(SMTPError)

    /// The outcome that a reply to RCPT or to the content means.
    init(_ reply: SMTPReply) {
        self = reply.isPositive ? .accepted(reply) : reply.isTransient ? .deferred(reply) : .rejected(reply)
    }
}
