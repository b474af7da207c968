import FoundationEssentials
import Logging
import Postgres
import ServiceLifecycle

/// Makes incoming facts durable: many callers share one commit (group commit), and each is answered after it.
package actor InboxWriter: Service {
    private struct Pending {
        let id: UUID
        let source: String
        let payload: String
        let receivedAt: Date
        let continuation: CheckedContinuation<Void, any Error>
    }

    private let client: PostgresClient
    private let time: any TimeSource
    private let logger: Logger
    private let capacity: Int
    private let batchSize: Int
    private var pending: [Pending] = []
    private let wake: AsyncStream<Void>
    private let waker: AsyncStream<Void>.Continuation

    /// - Parameters:
    ///   - capacity: how many callers may wait; beyond it ``append(source:payload:)`` refuses at once.
    ///   - batchSize: how many facts one commit holds at most.
    package init(client: PostgresClient, time: any TimeSource, logger: Logger, capacity: Int = 20_000, batchSize: Int = 1_000) {
        self.client = client
        self.time = time
        self.logger = logger
        self.capacity = capacity
        self.batchSize = batchSize
        (wake, waker) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Appends a fact and returns once it is committed.
    ///
    /// - Parameter payload: a JSON object.
    /// - Throws: ``InboxError/overloaded`` when too many wait already, else what PostgreSQL said.
    package func append(source: String, payload: String) async throws {
        guard pending.count < capacity else { throw InboxError.overloaded }
        let now = time.now
        let id = UUIDv7.make(at: now)
        try await withCheckedThrowingContinuation { continuation in
            pending.append(Pending(id: id, source: source, payload: payload, receivedAt: now, continuation: continuation))
            waker.yield()
        }
    }

    /// Commits what is waiting until the service is stopped; the last batch is committed before it returns.
    package func run() async throws {
        await withGracefulShutdownHandler {
            for await _ in wake { await flushAll() }
            await flushAll()
        } onGracefulShutdown: {
            self.waker.finish()
        }
    }

    private func flushAll() async {
        while !pending.isEmpty {
            let batch = Array(pending.prefix(batchSize))
            pending.removeFirst(batch.count)
            await commit(batch)
        }
    }

    private func commit(_ batch: [Pending]) async {
        do {
            try await InboxRepository.insert(
                batch.map { InboxRepository.NewRow(id: $0.id, source: $0.source, payload: $0.payload, receivedAt: $0.receivedAt) },
                on: client
            )
            for entry in batch { entry.continuation.resume() }
        } catch let error as PostgresError where batch.count > 1 && !error.isTransient {
            // One unacceptable row must not take its neighbours with it.
            for entry in batch { await commit([entry]) }
        } catch {
            logger.error("facts could not be made durable", metadata: ["count": "\(batch.count)", "error": "\(error)"])
            for entry in batch { entry.continuation.resume(throwing: error) }
        }
    }
}

/// Why a fact was not taken.
package enum InboxError: Error, Sendable, Equatable {
    /// Too many facts wait for their commit; the caller should try again shortly.
    case overloaded
}
