import Foundation
import Logging
import Postgres
import Synchronization
import Testing

/// A database of one test's own, with the present schema; `.database` makes it and drops it afterwards.
package final class TestDatabase: Sendable {
    @TaskLocal static var assigned: TestDatabase?

    /// The database of the running test, which must have the trait `.database`.
    package static var current: TestDatabase {
        if let assigned { return assigned }
        Issue.record("TestDatabase.current needs the trait .database on the test or its suite")
        return TestDatabase(name: "missing", url: "")
    }

    private struct Resources {
        var clients: [String: PostgresClient] = [:]
        var platform: Task<TestPlatform, any Error>?
    }

    /// The database's name.
    package let name: String
    /// The superuser's URL of it.
    package let url: String
    private let resources = Mutex(Resources())

    init(name: String, url: String) {
        self.name = name
        self.url = url
    }

    /// The owner's URL: the superuser owns what the migrations made.
    package var ownerURL: String { url }

    /// A pool as the owner, whom row-level security does not bind.
    package var client: PostgresClient { client(key: "", role: nil) }

    /// A pool that acts as a role: `comm_api` or `comm_worker`.
    package func client(role: String) -> PostgresClient {
        client(key: role, role: role)
    }

    /// A URL with which every session acts as a role, for programs that are started by a test.
    package func url(role: String) -> String {
        url + (url.contains("?") ? "&" : "?") + "options=-c%20role%3D\(role)"
    }

    /// The platform's database, made when it is first asked for.
    package func platform() async throws -> TestPlatform {
        try await resources.withLock { resources in
            if let platform = resources.platform { return platform }
            let platform = Task { try await TestPlatform.create(name: name + "_platform") }
            resources.platform = platform
            return platform
        }.value
    }

    /// Closes every pool and drops the databases.
    func dispose() async throws {
        let (clients, platform) = resources.withLock { ($0.clients.values.map { $0 }, $0.platform) }
        for client in clients { await client.close() }
        if let platform { try await platform.value.dispose() }
        try await TestServer().drop(name)
    }

    private func client(key: String, role: String?) -> PostgresClient {
        resources.withLock { resources in
            if let client = resources.clients[key] { return client }
            let client = PostgresClient(
                configuration: PostgresConfiguration(url: url, poolSize: 6, applicationName: "test", role: role),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
            resources.clients[key] = client
            return client
        }
    }
}
