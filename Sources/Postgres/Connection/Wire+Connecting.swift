import CLibPQ

extension Wire {
    /// Set unless the URL says otherwise: a dead host is noticed within seconds, and no Kerberos negotiation is tried.
    private static let defaults = [
        ("connect_timeout", "3"), ("gssencmode", "disable"),
        ("keepalives_idle", "30"), ("keepalives_interval", "10"), ("keepalives_count", "3"),
    ]

    /// Opens a connection and sets the session up; blocks for as long as that takes.
    ///
    /// Errors: `invalidInput` for a URL that cannot be parsed, `connectionFailed`, and `server` when the role or a setting is refused.
    static func open(_ configuration: PostgresConfiguration) throws -> Wire {
        let secret = try password(in: configuration.url)
        let options =
            defaults + [
                ("dbname", configuration.url), ("client_encoding", "UTF8"), ("fallback_application_name", configuration.applicationName),
            ]
        guard let connection = connect(options) else { throw PostgresError(.connectionFailed, "out of memory") }
        guard PQstatus(connection) == CONNECTION_OK else {
            defer { PQfinish(connection) }
            var message = PQerrorMessage(connection).map { String(cString: $0).singleLine } ?? "unknown reason"
            if let secret, !secret.isEmpty { message = message.replacing(secret, with: "***") }
            throw PostgresError(.connectionFailed, message)
        }
        PQsetNoticeProcessor(connection, { _, _ in }, nil)
        PQsetnonblocking(connection, 1)
        let wire = Wire(connection, statementTimeout: configuration.statementTimeout)
        try wire.script(settings(configuration))
        return wire
    }

    private static func connect(_ options: [(String, String)]) -> OpaquePointer? {
        withCStrings(options.map(\.0)) { keys in
            withCStrings(options.map(\.1)) { values in PQconnectdbParams(keys, values, 1) }
        }
    }

    /// Calls `body` with a null-terminated list of C strings.
    private static func withCStrings<R>(_ strings: [String], _ body: ([UnsafePointer<CChar>?]) -> R) -> R {
        let copies = strings.map { $0.utf8CString }
        func lend(_ index: Int, _ pointers: [UnsafePointer<CChar>?]) -> R {
            guard index < copies.count else { return body(pointers + [nil]) }
            return copies[index].withUnsafeBufferPointer { lend(index + 1, pointers + [$0.baseAddress]) }
        }
        return lend(0, [])
    }

    private static func settings(_ configuration: PostgresConfiguration) -> String {
        var script = "SET TimeZone = 'UTC'; SET client_min_messages = warning;"
        if let timeout = configuration.statementTimeout {
            script += "SET statement_timeout = \(timeout.milliseconds);"
        }
        if !configuration.isParallel { script += "SET max_parallel_workers_per_gather = 0;" }
        if let role = configuration.role { script += "SET ROLE \(SQL.quoted(identifier: role));" }
        return script
    }

    /// The password within a connection string, to keep it out of messages; libpq's own parse error may quote the string, so it is not shown.
    private static func password(in url: String) throws -> String? {
        guard let options = PQconninfoParse(url, nil) else {
            throw PostgresError(.invalidInput, "the database URL is not a valid PostgreSQL connection string")
        }
        defer { PQconninfoFree(options) }
        var option = options
        while let keyword = option.pointee.keyword {
            if String(cString: keyword) == "password" { return option.pointee.val.map { String(cString: $0) } }
            option += 1
        }
        return nil
    }
}

extension Duration {
    /// Whole milliseconds, at least one.
    fileprivate var milliseconds: Int64 {
        max(1, components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000)
    }
}
