import FoundationEssentials

extension ConfigurationReader {
    mutating func database() -> DatabaseSettings {
        let keys = ConfigurationKeys.database
        guard let url = databaseURL(keys) else {
            refuse(keys.url.declaration, "is not set; set it, or COMM_DB_HOST and the other COMM_DB_ parts")
            return DatabaseSettings(url: Secret(""))
        }
        return DatabaseSettings(url: url, poolSize: value(ConfigurationKeys.databasePool))
    }

    mutating func motoricalDatabase(isRequired: Bool) -> DatabaseSettings? {
        let keys = ConfigurationKeys.motoricalDatabase
        guard let url = databaseURL(keys) else {
            if isRequired {
                refuse(
                    keys.url.declaration,
                    "is not set; set it, or MOTORICAL_DB_HOST and its parts, or send through another gateway (COMM_GATEWAY)"
                )
            }
            return nil
        }
        return DatabaseSettings(url: url, poolSize: value(ConfigurationKeys.databasePool))
    }

    private mutating func databaseURL(_ keys: DatabaseKeys) -> Secret? {
        let (host, port, name) = (value(keys.host), value(keys.port), value(keys.name))
        let (user, password) = (value(keys.user), value(keys.password))
        if let url = value(keys.url) {
            let scheme = URLComponents(string: url.reveal())?.scheme
            if scheme != "postgresql", scheme != "postgres" {
                refuse(keys.url.declaration, "does not start with postgresql:// or is not a URL (percent-encode special characters)")
            }
            return url
        }
        guard let host else { return nil }
        return Secret(Self.url(host: host, port: port, database: name, user: user, password: password?.reveal()))
    }

    /// A connection URL from its parts; a host that starts with a slash is the directory of a unix socket.
    static func url(host: String, port: Int, database: String, user: String?, password: String?) -> String {
        let login = [user, password].compactMap(\.self).map(encode).joined(separator: ":")
        let authority = login.isEmpty ? "" : login + "@"
        if host.hasPrefix("/") {
            return "postgresql://\(authority)/\(encode(database))?host=\(encode(host))&port=\(port)"
        }
        let literal = host.contains(":") ? "[\(host)]" : host
        return "postgresql://\(authority)\(literal):\(port)/\(encode(database))"
    }

    private static func encode(_ text: String) -> String {
        let unreserved = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~".utf8)
        return text.utf8.map { byte in
            if unreserved.contains(byte) { return String(UnicodeScalar(byte)) }
            let hex = String(byte, radix: 16, uppercase: true)
            return "%" + (hex.count == 1 ? "0" : "") + hex
        }.joined()
    }
}
