import CommTesting
import Logging
import Postgres

/// A logger that says nothing.
let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// Runs `body` with a pool of its own on the test's database, and closes it.
func withClient<R: Sendable>(
    poolSize: Int = 4,
    statementTimeout: Duration? = .seconds(30),
    borrowTimeout: Duration = .seconds(5),
    role: String? = nil,
    url: String? = nil,
    _ body: @Sendable (PostgresClient) async throws -> R
) async throws -> R {
    let client = PostgresClient(
        configuration: PostgresConfiguration(
            url: url ?? TestDatabase.current.url,
            poolSize: poolSize,
            applicationName: "postgres-tests",
            statementTimeout: statementTimeout,
            borrowTimeout: borrowTimeout,
            role: role
        ),
        logger: quiet
    )
    do {
        let value = try await body(client)
        await client.close()
        return value
    } catch {
        await client.close()
        throw error
    }
}

/// The error that `body` throws, nil if it throws none or another kind.
func postgresError(_ body: @Sendable () async throws -> Void) async -> PostgresError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? PostgresError
    }
}
