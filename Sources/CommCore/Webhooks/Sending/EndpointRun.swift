import FoundationEssentials
import Logging
import Metrics
import NIOSSL
import ServiceLifecycle
import Synchronization

/// One turn of an endpoint: what it is to be told is sent and recorded, a window at a time, until nothing is left, the turn is over or
/// something fails.
struct EndpointRun: Sendable {
    /// How a turn is bounded.
    struct Limits: Sendable {
        /// Of one request.
        var timeout: Duration = .seconds(15)
        /// No further window is begun after this.
        var turn: Duration = .seconds(5)
        /// No further request of a window is begun after this; well below the lease.
        var window: Duration = .seconds(20)
    }

    let work: WebhookWorkRepository
    let resolver: TargetResolver
    let seal: CredentialSeal
    let schedule: RetrySchedule
    let limits: Limits
    let authorities: NIOSSLTrustRoots
    let time: any TimeSource
    let faults: FaultPoints
    let logger: Logger

    /// Serves an endpoint and gives it back.
    ///
    /// - Returns: how many requests were made.
    @discardableResult
    func serve(_ lease: WebhookLease) async throws -> Int {
        let line = try await line(to: lease)
        do {
            let count = try await rounds(lease, line)
            await line.close()
            return count
        } catch {
            await line.close()
            throw error
        }
    }

    private func rounds(_ first: WebhookLease, _ line: Line) async throws -> Int {
        var lease = first
        var count = 0
        let started = ContinuousClock.now
        while true {
            if lease.state.hasReplay, lease.state.isEnabled { _ = try await work.refill(lease, now: time.now) }
            let begun = time.now
            let window = try await work.window(lease, now: begun)
            guard !window.deliveries.isEmpty || window.position > lease.state.position else { break }
            let results = await send(window, lease, line)
            try await faults.hit("webhook.after")
            guard let state = try await record(window, results, lease, begun: begun) else { return count }
            count += results.count
            lease.state = state
            let isOver = started.duration(to: .now) > limits.turn || Task.isShuttingDownGracefully || Task.isCancelled
            if isOver || state.dueAt > time.now { break }
        }
        try await work.release(lease)
        return count
    }

    private func record(
        _ window: WebhookWindow,
        _ results: [(id: UUID, result: WebhookResult)],
        _ lease: WebhookLease,
        begun: Date
    ) async throws -> WebhookLease.State? {
        var random = SystemRandomNumberGenerator()
        let outcome = WindowOutcome(
            window,
            results: results,
            lease: lease,
            schedule: schedule,
            startedAt: begun,
            now: time.now,
            using: &random
        )
        guard let state = try await work.record(outcome, of: lease, now: time.now) else {
            logger.warning("an endpoint's lease was lost", metadata: ["endpoint": "\(lease.endpointID)"])
            return nil
        }
        for attempt in outcome.attempts {
            Counter(label: "comm_webhook_attempts_total", dimensions: [("outcome", attempt.outcome.rawValue)]).increment()
        }
        if let reason = outcome.disabled {
            logger.notice("a webhook endpoint was disabled", metadata: ["endpoint": "\(lease.endpointID)", "reason": "\(reason.rawValue)"])
        }
        return state
    }

    // MARK: Sending

    /// Sends what keeps order one after the other, and several of such lines at once where that is allowed.
    private func send(_ window: WebhookWindow, _ lease: WebhookLease, _ line: Line) async -> [(id: UUID, result: WebhookResult)] {
        let course = Course(until: ContinuousClock.now + limits.window)
        let count = lease.ordering == .endpoint ? 1 : lease.maxConcurrency
        var lanes = [[WebhookDelivery]](repeating: [], count: count)
        for delivery in window.deliveries {
            lanes[Int(delivery.lane.uuid.15 ^ delivery.lane.uuid.10 ^ delivery.lane.uuid.5) % count].append(delivery)
        }
        await withDiscardingTaskGroup { group in
            for lane in lanes where !lane.isEmpty {
                group.addTask { await send(lane, held: Set(window.held.keys), lease, line, course) }
            }
        }
        return course.results
    }

    private func send(
        _ lane: [WebhookDelivery],
        held: Set<UUID>,
        _ lease: WebhookLease,
        _ line: Line,
        _ course: Course
    ) async {
        var blocked: Set<UUID> = []
        for delivery in lane {
            // A test is sent whatever happened to the others.
            guard delivery.kind == .test || course.mayGoOn else { continue }
            let key = WindowOutcome.key(delivery, lease)
            guard !delivery.holds || !blocked.contains(key), delivery.isPending || !held.contains(key) else { continue }
            let result = await line.send(delivery.message)
            course.note(result, of: delivery)
            if result.kind != .delivered, delivery.holds { blocked.insert(key) }
        }
    }

    /// What came of a window so far.
    private final class Course: Sendable {
        private struct State {
            var results: [(id: UUID, result: WebhookResult)] = []
            var isStopped = false
        }

        private let state = Mutex(State())
        private let end: ContinuousClock.Instant

        init(until end: ContinuousClock.Instant) {
            self.end = end
        }

        var results: [(id: UUID, result: WebhookResult)] { state.withLock { $0.results } }

        /// Whether another request is worth it.
        var mayGoOn: Bool {
            !state.withLock { $0.isStopped } && ContinuousClock.now < end && !Task.isShuttingDownGracefully && !Task.isCancelled
        }

        func note(_ result: WebhookResult, of delivery: WebhookDelivery) {
            state.withLock { state in
                state.results.append((delivery.id, result))
                if delivery.kind != .test, result.kind == .outage || result.kind == .gone { state.isStopped = true }
            }
        }
    }

    // MARK: The way to the endpoint

    /// Where requests go, or why none can be made.
    private enum Line: Sendable {
        case open(WebhookSender)
        case closed(reason: String)

        func send(_ message: WebhookSender.Message) async -> WebhookResult {
            switch self {
            case .open(let sender): await sender.send(message)
            case .closed(let reason): WebhookResult(unanswered: reason, latency: .zero)
            }
        }

        func close() async {
            if case .open(let sender) = self { await sender.close() }
        }
    }

    private func line(to lease: WebhookLease) async throws -> Line {
        let url: WebhookURL
        do {
            url = try WebhookURL(lease.url, policy: resolver.policy)
        } catch {
            return .closed(reason: "the address \((error as? WebhookURL.Refusal)?.reason ?? "is not valid")")
        }
        var secrets: [WebhookSecret] = []
        var headers: [String: String] = [:]
        do {
            for (kind, sealed) in try await work.credentials(of: lease, now: time.now) {
                let content = try seal.open(sealed, for: CredentialSeal.Owner(tenantID: lease.tenantID, endpointID: lease.endpointID))
                if kind == "secret" {
                    secrets.append(WebhookSecret(key: content))
                } else {
                    headers = try JSONDecoder().decode([String: String].self, from: Data(content))
                }
            }
        } catch let error as CredentialSealError {
            return .closed(reason: "\(error)")
        }
        switch await resolver.find(url) {
        case .unknownHost: return .closed(reason: "the host is not known")
        case .refused: return .closed(reason: "the host leads to an address that is not public")
        case .addresses(let addresses):
            // Another one after each failure, if there are several.
            let address = addresses[lease.state.failures % addresses.count]
            return .open(
                WebhookSender(
                    url: url,
                    address: address,
                    headers: headers,
                    secrets: secrets,
                    connections: lease.maxConcurrency,
                    timeout: limits.timeout,
                    authorities: authorities,
                    time: time
                )
            )
        }
    }
}
