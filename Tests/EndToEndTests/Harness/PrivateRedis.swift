import Foundation
import Logging
import Redis
import Testing

/// A Redis server of this test alone, which can be killed and come back with or without its memory.
final class PrivateRedis: Sendable {
    let port: Int
    private let folder: URL
    private let process: ProcessBox

    init() async throws {
        port = try FreePort.next()
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("comm-redis-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        process = ProcessBox()
        try await start()
    }

    var url: String { "redis://127.0.0.1:\(port)/0" }

    func client() throws -> RedisClient {
        RedisClient(configuration: try RedisConfiguration(url: url), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// Dies as after a power cut of the machine's memory: everything in it is gone.
    func restartEmpty() async throws {
        process.kill()
        try? FileManager.default.removeItem(at: folder.appendingPathComponent("appendonlydir"))
        try await start()
    }

    /// Dies and comes back with what it had acknowledged.
    func restartKeepingData() async throws {
        process.kill()
        try await start()
    }

    func stop() { process.kill() }

    private func start() async throws {
        try process.run(
            "/usr/bin/env",
            ["redis-server", "--port", "\(port)", "--bind", "127.0.0.1", "--dir", folder.path, "--appendonly", "yes", "--save", ""]
        )
        let client = try client()
        try await eventually("Redis answers", within: .seconds(20)) {
            (try? await client.send(RedisCommand("PING", []))) != nil
        }
        await client.close()
    }

    deinit {
        process.kill()
        try? FileManager.default.removeItem(at: folder)
    }
}
