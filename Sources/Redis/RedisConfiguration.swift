/// Where the server is and who we are.
package struct RedisConfiguration: Sendable, Equatable {
    /// How the server is reached.
    package enum Endpoint: Sendable, Equatable {
        /// A TCP address.
        case tcp(host: String, port: Int)
        /// The path of a unix socket.
        case unixSocket(path: String)
    }

    /// How the server is reached.
    package var endpoint: Endpoint
    /// ACL user; nil means the server's default user.
    package var username: String?
    /// Password; nil means no authentication.
    package var password: String?
    /// Database number.
    package var database: Int
    /// Longest wait for a reply, measured from the reply before it.
    package var commandTimeout: Duration = .seconds(5)
    /// Longest wait for a connection.
    package var connectTimeout: Duration = .seconds(3)
    /// Pauses between attempts to connect.
    package var backoff = ReconnectBackoff()

    /// A server reached over TCP.
    package init(
        host: String = "127.0.0.1",
        port: Int = 6379,
        username: String? = nil,
        password: String? = nil,
        database: Int = 0
    ) {
        self.init(endpoint: .tcp(host: host, port: port), username: username, password: password, database: database)
    }

    /// A server reached over any endpoint.
    package init(endpoint: Endpoint, username: String? = nil, password: String? = nil, database: Int = 0) {
        self.endpoint = endpoint
        self.username = username
        self.password = password
        self.database = database
    }
}

extension RedisConfiguration: CustomStringConvertible, CustomReflectable {
    /// Address and database; never the password.
    package var description: String {
        switch endpoint {
        case .tcp(let host, let port): "redis://\(host.contains(":") ? "[\(host)]" : host):\(port)/\(database)"
        case .unixSocket(let path): "unix://\(path)?db=\(database)"
        }
    }

    /// Shows to debuggers and `dump` what the description shows.
    package var customMirror: Mirror {
        Mirror(self, children: ["server": description])
    }
}
