import Logging
import Metrics
import ServiceLifecycle
import Synchronization

/// Makes clicks durable without letting a reader wait for a store: the inbox first, the spool when the database is away or slow.
///
/// A click may end in both; it carries its own id, so it still counts once.
final class ClickRecorder: Service {
    /// Takes a click and returns when it is kept.
    typealias Store = @Sendable (_ payload: String) async throws -> Void

    private struct Click: Sendable {
        let number: UInt64
        let payload: String
        let deadline: ContinuousClock.Instant
        let answer: CheckedContinuation<Void, Never>
    }

    private struct State {
        var lastNumber: UInt64 = 0
        /// Clicks that nobody was answered for yet.
        var waiting: [UInt64: Click] = [:]
        /// Until then the database is not asked.
        var awayUntil: ContinuousClock.Instant?
    }

    private let inbox: Store
    private let spool: Store
    private let patience: Duration
    private let pause: Duration
    private let logger: Logger
    private let lost = Counter(label: "comm_clicks_lost_total")
    private let spooled = Counter(label: "comm_clicks_spooled_total")
    private let state = Mutex(State())
    private let clicks: AsyncStream<Click>
    private let intake: AsyncStream<Click>.Continuation

    /// - Parameters:
    ///   - patience: how long a redirect waits for the database.
    ///   - pause: how long the database is left alone after it failed.
    init(inbox: @escaping Store, spool: @escaping Store, patience: Duration = .seconds(1), pause: Duration = .seconds(2), logger: Logger) {
        self.inbox = inbox
        self.spool = spool
        self.patience = patience
        self.pause = pause
        self.logger = logger
        (clicks, intake) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(50_000))
    }

    /// Keeps a click.
    ///
    /// It never fails: what no store takes is counted and logged, and the reader is redirected all the same.
    func record(_ payload: String) async {
        let now = ContinuousClock.now
        let isAway = state.withLock { state in
            guard let until = state.awayUntil else { return false }
            if now >= until { state.awayUntil = nil }
            return now < until
        }
        if isAway { return await keepInSpool(payload) }
        await withCheckedContinuation { answer in
            let number = state.withLock { state in
                state.lastNumber += 1
                return state.lastNumber
            }
            let click = Click(number: number, payload: payload, deadline: now + patience, answer: answer)
            if case .enqueued = intake.yield(click) { return }
            reportLost("too many clicks wait")
            answer.resume()
        }
    }

    /// Works until the service is stopped and every click has its answer.
    func run() async throws {
        await withGracefulShutdownHandler {
            await withTaskGroup { group in
                group.addTask { await self.watchDeadlines() }
                await storeClicks()
                group.cancelAll()
            }
        } onGracefulShutdown: {
            self.intake.finish()
        }
    }

    private func storeClicks() async {
        await withDiscardingTaskGroup { group in
            for await click in clicks {
                state.withLock { $0.waiting[click.number] = click }
                group.addTask { await self.store(click) }
            }
        }
    }

    private func store(_ click: Click) async {
        do {
            try await inbox(click.payload)
            take(click.number)?.answer.resume()
        } catch {
            markAway()
            guard let click = take(click.number) else { return }
            await keepInSpool(click.payload)
            click.answer.resume()
        }
    }

    /// Hands clicks that have waited too long to the spool.
    private func watchDeadlines() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: patience / 4)
            let now = ContinuousClock.now
            let late = state.withLock { state in
                let late = state.waiting.values.filter { $0.deadline <= now }
                for click in late { state.waiting[click.number] = nil }
                return late
            }
            guard !late.isEmpty else { continue }
            markAway()
            await withDiscardingTaskGroup { group in
                for click in late {
                    group.addTask {
                        await self.keepInSpool(click.payload)
                        click.answer.resume()
                    }
                }
            }
        }
    }

    private func keepInSpool(_ payload: String) async {
        do {
            try await spool(payload)
            spooled.increment()
        } catch {
            reportLost(String(describing: error))
        }
    }

    private func take(_ number: UInt64) -> Click? {
        state.withLock { $0.waiting.removeValue(forKey: number) }
    }

    private func markAway() {
        let until = ContinuousClock.now + pause
        state.withLock { $0.awayUntil = until }
    }

    private func reportLost(_ reason: String) {
        lost.increment()
        logger.error("a click could not be kept", metadata: ["reason": .string(reason)])
    }
}
