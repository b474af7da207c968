import CommCore
import Logging
import Postgres
import Redis
import ServiceLifecycle
import Systemd

/// Asks the stores from time to time, tells systemd about it, and answers `/api/health` and `/api/ready` without asking again.
actor StoreWatch: Service {
    /// Asks one store; throws why it cannot be used.
    typealias Probe = @Sendable () async throws -> Void

    private struct NoAnswer: Error, CustomStringConvertible {
        let description = "it does not answer"
    }

    private static let patience = Duration.seconds(5)
    private let postgres: Probe
    private let schema: Probe
    private let redis: Probe
    private let notifier: SystemdNotifier
    private let heartbeat: Heartbeat
    private let interval: Duration
    private let logger: Logger
    private var known = StoreState()
    private var knownSince: ContinuousClock.Instant?
    private var isAnnounced = false
    private var schemaError: SchemaError?

    /// - Parameters:
    ///   - interval: from one look to the next.
    ///   - heartbeat: beats with every look, for the watchdog.
    init(
        postgres: @escaping Probe,
        schema: @escaping Probe,
        redis: @escaping Probe,
        notifier: SystemdNotifier,
        heartbeat: Heartbeat,
        interval: Duration = .seconds(2),
        logger: Logger
    ) {
        self.postgres = postgres
        self.schema = schema
        self.redis = redis
        self.notifier = notifier
        self.heartbeat = heartbeat
        self.interval = interval
        self.logger = logger
    }

    /// What was found last, or now if that is long ago.
    func state() async -> StoreState {
        if let since = knownSince, ContinuousClock.now - since < interval * 2 { return known }
        return await look()
    }

    /// Looks until the service is stopped.
    ///
    /// - Throws: `SchemaError` when the schema turns out not to be ours before the first request was promised.
    func run() async throws {
        try await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await self.look()
                try await self.refuseForeignSchema()
                try? await Task.sleep(for: self.interval)
            }
        }
    }

    private func refuseForeignSchema() throws {
        guard !isAnnounced else { return }
        if let schemaError { throw schemaError }
        notifier.extendTimeout(by: interval * 15)
    }

    @discardableResult
    private func look() async -> StoreState {
        async let postgres = Self.condition(postgres)
        async let redis = Self.condition(redis)
        var state = StoreState(postgres: await postgres, redis: await redis)
        if state.postgres == .up { state.schema = await schemaCondition() }
        heartbeat.beat()
        if state != known { report(state) }
        known = state
        knownSince = .now
        return state
    }

    private func report(_ state: StoreState) {
        if state.isReady, !isAnnounced {
            isAnnounced = true
            notifier.ready(status: state.summary)
        } else {
            notifier.status(state.summary)
        }
        let level: Logger.Level = state.isReady ? .info : .warning
        logger.log(level: level, "stores", metadata: ["state": .string(state.summary)])
    }

    private func schemaCondition() async -> StoreState.Condition {
        do {
            try await Self.bounded(schema)
            schemaError = nil
            return .up
        } catch {
            schemaError = error as? SchemaError
            return .down("\(error)")
        }
    }

    /// A store that hangs is as good as away, and must not keep the watchdog waiting.
    private static func bounded(_ probe: @escaping Probe) async throws {
        try await withThrowingTaskGroup { group in
            group.addTask(operation: probe)
            group.addTask {
                try await Task.sleep(for: patience)
                throw NoAnswer()
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private static func condition(_ probe: @escaping Probe) async -> StoreState.Condition {
        do {
            try await bounded(probe)
            return .up
        } catch {
            return .down("\(error)")
        }
    }
}
