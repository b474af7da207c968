import Foundation
import Logging
import Redis

/// A test's own corner of the Redis server; `.redis` makes it and removes its keys afterwards.
package struct TestRedis: Sendable {
    @TaskLocal static var assigned: TestRedis?
    private static let scanSize = "1000"

    /// The corner of the running test, which must have the trait `.redis`.
    package static var current: TestRedis {
        get throws {
            guard let assigned else { throw TestFailure("TestRedis.current needs the trait .redis on the test or its suite") }
            return assigned
        }
    }

    /// What every key of the test begins with.
    package let prefix: String
    package let client: RedisClient

    /// A client of the server; whoever makes it closes it.
    package static func client(connections: Int = 1) throws -> RedisClient {
        RedisClient(
            configuration: try RedisConfiguration(url: TestEnvironment.redisURL()),
            connections: connections,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    /// A key of the test's own.
    package func key(_ name: String) -> String {
        prefix + name
    }

    static func make() throws -> TestRedis {
        TestRedis(prefix: "test:\(UUID().uuidString.lowercased()):", client: try client())
    }

    /// Removes the test's keys and closes the client.
    func dispose() async throws {
        var cursor = "0"
        repeat {
            let reply = try await client.send(
                RedisCommand("SCAN", [.string(cursor), "MATCH", .string(prefix + "*"), "COUNT", .string(Self.scanSize)])
            )
            guard let parts = reply.array, parts.count == 2, let next = parts[0].string, let keys = parts[1].array else { break }
            let names = keys.compactMap(\.string)
            if !names.isEmpty { _ = try await client.send(RedisCommand("UNLINK", names.map { .string($0) })) }
            cursor = next
        } while cursor != "0"
        await client.close()
    }
}
