/// How long a client waits in each phase.
///
/// The final answer has the time that RFC 5321 §4.5.3.2.6 asks for: giving up earlier makes duplicates.
package struct SMTPTimeouts: Sendable, Equatable {
    /// Until the TCP connection stands.
    package var connect: Duration = .seconds(15)
    /// Until the greeting, each answer of the session's set-up, and TLS.
    package var greeting: Duration = .seconds(60)
    /// Until the answer to MAIL, RCPT, DATA, RSET.
    package var command: Duration = .seconds(120)
    /// Until the answer to the final dot.
    package var content: Duration = .seconds(600)

    package init() {}
}
