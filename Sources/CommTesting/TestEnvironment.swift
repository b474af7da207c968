import Foundation

/// The servers that tests run against; `make test` starts them and says where they are.
package enum TestEnvironment {
    /// A superuser's URL of a maintenance database, from `COMM_TEST_DB_URL`.
    package static func databaseURL() throws -> URLComponents {
        let text = try value("COMM_TEST_DB_URL", server: "PostgreSQL")
        guard let components = URLComponents(string: text), components.scheme?.hasPrefix("postgres") == true else {
            throw TestFailure("COMM_TEST_DB_URL is not a postgres:// URL")
        }
        return components
    }

    /// A URL of a Redis server, from `COMM_TEST_REDIS_URL`.
    package static func redisURL() throws -> String {
        try value("COMM_TEST_REDIS_URL", server: "Redis")
    }

    /// The project's root folder.
    package static let projectFolder = URL(filePath: #filePath).appending(path: "../../..").standardizedFileURL

    /// The path of the folder of the migrations.
    package static let migrationsFolder = projectFolder.appending(path: "migrations").path(percentEncoded: false)

    private static func value(_ name: String, server: String) throws -> String {
        guard let value = ProcessInfo.processInfo.environment[name], !value.isEmpty else {
            throw TestFailure("\(name) is not set: run the tests with `make test`, which starts \(server) and sets it")
        }
        return value
    }
}
