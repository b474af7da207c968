/// Where a server listens and what it offers.
package struct SMTPServerConfiguration: Sendable {
    /// A certificate with its key, both PEM; offers STARTTLS.
    package struct TLS: Sendable {
        let certificate: [UInt8]
        let privateKey: [UInt8]

        package init(certificate: [UInt8], privateKey: [UInt8]) {
            self.certificate = certificate
            self.privateKey = privateKey
        }
    }

    package var host = "127.0.0.1"
    /// 0 for any free port.
    package var port = 0
    /// The name in greeting and EHLO.
    package var name = "localhost"
    package var offersPipelining = true
    /// Octets of a message.
    package var maximumSize = 26_214_400
    package var maximumRecipients = 1_000
    package var tls: TLS?
    /// Checks user and password; AUTH PLAIN and LOGIN are offered when set.
    package var authentication: (@Sendable (_ user: String, _ password: String) -> Bool)?
    /// After so long without a command a session ends.
    package var idleTimeout = Duration.seconds(300)

    package init() {}
}
