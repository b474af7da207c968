/// Why a command has no answer.
package struct RedisError: Error, Sendable {
    /// The kinds of failure.
    package enum Code: String, Sendable {
        /// No connection could be made; nothing was sent.
        case connectionFailed
        /// The connection ended after the command was handed over: whether it ran is unknown.
        case connectionClosed
        /// No answer in time; the connection was closed and whether the command ran is unknown.
        case timeout
        /// The server refused the command.
        case server
        /// The answer was not in the Redis protocol.
        case `protocol`
        /// The configuration asks for what this client cannot do.
        case unsupported
    }

    /// The kind of failure.
    package let code: Code
    /// What happened, for people; holds no argument of a command and no password.
    package let message: String

    /// An error of a kind with its text.
    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// First word of a server's refusal, `NOSCRIPT` for example; nil for other kinds.
    package var serverCode: String? {
        guard code == .server else { return nil }
        return message.split(separator: " ", maxSplits: 1).first.map(String.init)
    }

    /// Whether the same command may succeed later without any change.
    package var isTransient: Bool {
        switch code {
        case .connectionFailed, .connectionClosed, .timeout: true
        case .server: serverCode.map(Self.transientServerCodes.contains) ?? false
        case .protocol, .unsupported: false
        }
    }

    private static let transientServerCodes: Set<String> = [
        "LOADING", "BUSY", "TRYAGAIN", "MASTERDOWN", "CLUSTERDOWN", "READONLY", "OOM", "MISCONF", "NOREPLICAS",
    ]
}

extension RedisError: CustomStringConvertible {
    /// `redis timeout: no answer within 5.0 seconds`.
    package var description: String { "redis \(code.rawValue): \(message)" }
}
