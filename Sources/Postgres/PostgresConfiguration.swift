/// How to reach a server and how many connections to keep.
package struct PostgresConfiguration: Sendable {
    /// A libpq URL or key/value string.
    ///
    /// It may hold a password, so it is never printed.
    package var url: String
    /// The most connections open at once; at least one.
    package var poolSize: Int
    /// Shown in `pg_stat_activity`.
    package var applicationName: String
    /// The server ends a statement after this long; a server that stays silent for five seconds more is given up.
    ///
    /// Nil: no limit.
    package var statementTimeout: Duration?
    /// How long a borrower waits for a connection.
    package var borrowTimeout: Duration
    /// Every connection does `SET ROLE` to it.
    package var role: String?
    /// Whether the server may share a statement's work among several processes.
    ///
    /// That helps a large one that somebody waits for; many small ones side by side pay for starting processes, each time.
    package var isParallel: Bool

    package init(
        url: String,
        poolSize: Int = 10,
        applicationName: String = "",
        statementTimeout: Duration? = .seconds(30),
        borrowTimeout: Duration = .seconds(5),
        role: String? = nil,
        isParallel: Bool = true
    ) {
        self.url = url
        self.poolSize = max(1, poolSize)
        self.applicationName = applicationName
        self.statementTimeout = statementTimeout
        self.borrowTimeout = borrowTimeout
        self.role = role
        self.isParallel = isParallel
    }
}

extension PostgresConfiguration: CustomStringConvertible, CustomReflectable {
    package var description: String {
        "PostgresConfiguration(poolSize: \(poolSize), applicationName: \(applicationName), role: \(role ?? "-"), url: <hidden>)"
    }

    package var customMirror: Mirror {
        Mirror(self, children: ["poolSize": poolSize, "applicationName": applicationName, "role": role ?? "-"])
    }
}
