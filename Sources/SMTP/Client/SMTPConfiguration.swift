/// Where and how a client connects.
package struct SMTPConfiguration: Sendable {
    /// Name and password for AUTH.
    package struct Credentials: Sendable, CustomStringConvertible, CustomDebugStringConvertible {
        let user: String
        let password: String

        package init(user: String, password: String) {
            self.user = user
            self.password = password
        }

        package var description: String { "credentials" }
        package var debugDescription: String { "credentials" }
    }

    package var host: String
    package var port: Int
    package var tls: SMTPTLS
    package var credentials: Credentials?
    /// Credentials are not sent in the clear unless this is false.
    package var authenticationRequiresTLS = true
    /// What EHLO says: the own name, or an address literal.
    package var clientName: String
    package var timeouts = SMTPTimeouts()

    package init(host: String, port: Int, tls: SMTPTLS, credentials: Credentials? = nil, clientName: String) {
        self.host = host
        self.port = port
        self.tls = tls
        self.credentials = credentials
        self.clientName = clientName
    }
}
