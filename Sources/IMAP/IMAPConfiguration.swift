/// How to reach a mailbox.
package struct IMAPConfiguration: Sendable {
    /// Protection of the connection.
    ///
    /// The server's certificate is always verified.
    package enum Security: String, Sendable, CaseIterable {
        /// TLS from the first byte (port 993).
        case tls
        /// Upgrade before the login (port 143); no upgrade, no login.
        case starttls
        /// In the clear: for this machine only.
        case none
    }

    package var host: String
    package var port: Int
    package var security: Security
    package var user: String
    package var password: String
    /// The folder that is read; ASCII, others as modified UTF-7 (RFC 3501 §5.1.3).
    package var folder = "INBOX"
    /// File of certificates to trust; nil for the system's.
    package var trustedCertificates: String?
    /// Until the connection stands.
    package var connectTimeout: Duration = .seconds(15)
    /// Of one command, with its answer.
    package var commandTimeout: Duration = .seconds(60)
    /// What a command may answer besides a mail (octets).
    package var longestAnswer = 2 << 20

    package init(host: String, port: Int, security: Security, user: String, password: String) {
        self.host = host
        self.port = port
        self.security = security
        self.user = user
        self.password = password
    }
}
