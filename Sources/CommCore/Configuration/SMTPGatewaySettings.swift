/// How to reach the SMTP server of the `smtp` gateway.
package struct SMTPGatewaySettings: Sendable {
    /// Protection of the connection.
    package enum Security: String, Sendable, CaseIterable {
        /// Upgrade after the greeting; no upgrade, no mail.
        case starttls
        /// TLS from the first byte.
        case tls
        /// In the clear.
        case none
    }

    /// Host name or address.
    package var host: String
    /// TCP port.
    package var port: Int
    /// Protection of the connection.
    package var security: Security
    /// User for authentication; nil means none.
    package var user: String?
    /// Password for authentication.
    package var password: Secret?

    /// A server with optional authentication.
    package init(host: String, port: Int, security: Security = .starttls, user: String? = nil, password: Secret? = nil) {
        self.host = host
        self.port = port
        self.security = security
        self.user = user
        self.password = password
    }
}
