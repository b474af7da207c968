/// How a client connection is encrypted.
package struct SMTPTLS: Sendable, Equatable {
    /// When TLS begins.
    package enum Mode: String, Sendable, CaseIterable {
        /// Never.
        case none
        /// After STARTTLS; a server that does not offer it is refused.
        case startTLS
        /// From the first octet (port 465).
        case implicit
    }

    package var mode: Mode
    /// PEM certificates to trust instead of the system's; for a private authority.
    package var trustRoots: [UInt8]?
    /// The name that the certificate must carry, when it is not the host's.
    package var serverName: String?

    package init(_ mode: Mode, trustRoots: [UInt8]? = nil, serverName: String? = nil) {
        self.mode = mode
        self.trustRoots = trustRoots
        self.serverName = serverName
    }
}
