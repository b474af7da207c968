package import Logging
import ServiceLifecycle
import Synchronization

/// A Redis server for the whole process.
///
/// Each connection lives on a thread of its own; commands of concurrent tasks are grouped into one write. Connections are made when first
/// needed and made anew after a loss, with growing pauses; during a pause commands fail at once with `connectionFailed`. A command that was
/// handed over when the connection ended throws `connectionClosed` and is never sent again by the client: only the caller knows
/// whether that is safe.
package final class RedisClient: Service, Sendable {
    private let configuration: RedisConfiguration
    private let lanes: [RedisLane]
    private let turn = Atomic<Int>(0)

    /// A client that connects on first use.
    ///
    /// - Parameter connections: how many connections share the commands; one saturates a local server.
    package init(configuration: RedisConfiguration, connections: Int = 1, logger: Logger) {
        self.configuration = configuration
        self.lanes = (0..<max(connections, 1)).map { RedisLane(configuration, label: "redis.lane.\($0)", logger: logger) }
    }

    /// Keeps the client until the process shuts down, then closes it.
    package func run() async throws {
        try? await gracefulShutdown()
        await close()
    }

    /// Sends a command; never one that blocks on the server, which would hold up everybody else (see `withDedicatedConnection`).
    ///
    /// - Throws: `RedisError`, also for a refusal by the server; `CancellationError` when cancelled before it was sent.
    package func send(_ command: RedisCommand) async throws -> RedisReply {
        guard let reply = try await lane.exchange([command]).first else { throw RedisError(.protocol, "no reply") }
        return try reply.valueOrError()
    }

    /// Sends commands in one write and gives their replies in order; refusals come back as `.error`, in place.
    ///
    /// Not a transaction: commands of other clients may run in between.
    package func pipeline(_ commands: [RedisCommand]) async throws -> [RedisReply] {
        guard !commands.isEmpty else { return [] }
        return try await lane.exchange(commands)
    }

    /// Runs a script by its name, and by its source when the server does not know it (any more).
    package func eval(_ script: RedisScript, keys: [String], arguments: [[UInt8]]) async throws -> RedisReply {
        do {
            return try await send(script.callByName(keys: keys, arguments: arguments))
        } catch let error as RedisError where error.serverCode == "NOSCRIPT" {
            return try await send(script.callBySource(keys: keys, arguments: arguments))
        }
    }

    /// Lends a connection of its own, for `BRPOP`, `BLMOVE` and the like; closed when the body ends.
    package func withDedicatedConnection<R: Sendable>(
        _ body: @Sendable (RedisConnection) async throws -> R
    ) async throws -> R {
        let connection = RedisConnection(configuration)
        try await connection.open()
        do {
            let result = try await body(connection)
            await connection.close()
            return result
        } catch {
            await connection.close()
            throw error
        }
    }

    /// Closes all connections.
    ///
    /// What is still waiting throws `connectionClosed`, and so does everything asked for later.
    package func close() async {
        for lane in lanes {
            await lane.close()
        }
    }

    private var lane: RedisLane {
        let number = turn.wrappingAdd(1, ordering: .relaxed).newValue
        return lanes[Int(UInt(bitPattern: number) % UInt(lanes.count))]
    }
}
