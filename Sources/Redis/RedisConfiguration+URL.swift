import FoundationEssentials

extension RedisConfiguration {
    /// A server by its URL.
    ///
    /// `redis://[[user]:password@]host[:port][/database]` or `unix:///path/of/socket[?db=number]`; user and password percent-encoded.
    /// - Throws: `RedisError` with code `unsupported` and a text that never holds the password.
    package init(url: String) throws {
        guard let parts = URLComponents(string: url), let scheme = parts.scheme?.lowercased() else {
            throw RedisError(.unsupported, "the Redis URL is not a URL; expected redis://host:port/database")
        }
        switch scheme {
        case "redis": try self.init(tcp: parts)
        case "unix", "redis+unix", "redis-socket": try self.init(socket: parts)
        case "rediss":
            throw RedisError(
                .unsupported,
                "rediss:// (TLS) is not supported by the installed hiredis library; use redis:// to a local server, "
                    + "a unix socket, or a TLS tunnel such as stunnel in front of the server"
            )
        default:
            throw RedisError(.unsupported, "the Redis URL has the scheme \(scheme)://; expected redis:// or unix://")
        }
    }

    private init(tcp parts: URLComponents) throws {
        let host = (parts.host ?? "").trimmingPrefix("[")
        let path = parts.path.trimmingPrefix("/")
        guard let database = path.isEmpty ? try Self.databaseInQuery(of: parts) : Int(path), database >= 0 else {
            throw RedisError(.unsupported, "the path of a redis:// URL is a database number, 0 for example")
        }
        self.init(
            host: host.isEmpty ? "127.0.0.1" : String(host.hasSuffix("]") ? host.dropLast() : host),
            port: parts.port ?? 6379,
            database: database
        )
        try takeCredentials(from: parts)
    }

    private init(socket parts: URLComponents) throws {
        guard parts.path.hasPrefix("/"), (parts.host ?? "").isEmpty else {
            throw RedisError(.unsupported, "a unix:// URL needs three slashes and the absolute path of the socket")
        }
        self.init(endpoint: .unixSocket(path: parts.path), database: try Self.databaseInQuery(of: parts))
        try takeCredentials(from: parts)
    }

    private mutating func takeCredentials(from parts: URLComponents) throws {
        username = parts.user.flatMap { $0.isEmpty ? nil : $0 }
        password = parts.password.flatMap { $0.isEmpty ? nil : $0 }
        if username != nil, password == nil {
            throw RedisError(.unsupported, "the Redis URL names a user without a password; a password alone is written :password@")
        }
    }

    private static func databaseInQuery(of parts: URLComponents) throws -> Int {
        guard let text = parts.queryItems?.first(where: { $0.name == "db" })?.value else { return 0 }
        guard let database = Int(text), database >= 0 else {
            throw RedisError(.unsupported, "db= in the Redis URL is a database number, 0 for example")
        }
        return database
    }
}
