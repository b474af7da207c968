import SMTP

extension SMTPConfiguration {
    /// The client's configuration for the gateway's settings.
    ///
    /// - Parameter clientName: what the server is told in EHLO.
    init(_ settings: SMTPGatewaySettings, clientName: String) {
        let mode: SMTPTLS.Mode =
            switch settings.security {
            case .starttls: .startTLS
            case .tls: .implicit
            case .none: .none
            }
        var credentials: Credentials?
        if let user = settings.user, let password = settings.password {
            credentials = Credentials(user: user, password: password.reveal())
        }
        self.init(host: settings.host, port: settings.port, tls: SMTPTLS(mode), credentials: credentials, clientName: clientName)
        // The settings refuse a password in the clear where it matters: in production.
        authenticationRequiresTLS = mode != .none
    }
}
