import Foundation
import Logging
import Redis

/// A private server for one test, on a unix socket of its own; killed when the body ends.
final class RedisServer {
    let configuration: RedisConfiguration
    private let directory: String
    private let options: [String]
    private var process: ChildProcess?

    private init(options: [String]) {
        directory = "/tmp/redis-test-\(UUID().uuidString.prefix(8))"
        configuration = RedisConfiguration(endpoint: .unixSocket(path: "\(directory)/socket"))
        self.options = options
    }

    /// Runs a body with a fresh server.
    static func with<R>(options: [String] = [], _ body: (RedisServer) async throws -> R) async throws -> R {
        let server = RedisServer(options: options)
        try FileManager.default.createDirectory(atPath: server.directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: server.directory) }
        try await server.start()
        defer { server.kill() }
        return try await body(server)
    }

    /// A client of this server that is closed when the body ends.
    func withClient<R>(_ change: (inout RedisConfiguration) -> Void = { _ in }, _ body: (RedisClient) async throws -> R) async throws -> R {
        var configuration = configuration
        configuration.backoff = ReconnectBackoff(initial: .milliseconds(1), maximum: .milliseconds(5))
        change(&configuration)
        let client = RedisClient(configuration: configuration, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        do {
            let result = try await body(client)
            await client.close()
            return result
        } catch {
            await client.close()
            throw error
        }
    }

    /// Starts the server and waits until it says that it is ready.
    func start() async throws {
        let arguments =
            ["redis-server", "--port", "0", "--unixsocket", "\(directory)/socket", "--dir", directory, "--save", "", "--appendonly", "no"]
            + ["--enable-debug-command", "yes"] + options
        let child = try ChildProcess(arguments)
        process = child
        try await child.waitForOutput("ready to accept connections")
    }

    /// Ends the server as a crash would.
    func kill() {
        process?.kill()
        process = nil
    }
}

/// Repeats a command while it fails for a reason that passes; the test's time limit bounds it.
func untilAnswered(_ body: () async throws -> RedisReply) async throws -> RedisReply {
    while true {
        do {
            return try await body()
        } catch let error as RedisError where error.isTransient {
            await Task.yield()
        }
    }
}
