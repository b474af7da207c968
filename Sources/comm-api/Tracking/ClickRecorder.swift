import CommCore
import Logging
import Metrics
import NIOCore
import ServiceLifecycle
import Synchronization

/// Makes clicks and opens durable without letting a reader wait for a store: the inbox first, the spool when the database is away or
/// slow.
///
/// What arrives while a commit runs shares the next one: the slower the disk and the more the clicks, the more of them share a commit. A
/// click may end in both stores; it carries its own id, so it still counts once.
final class ClickRecorder: Service {
    /// Takes clicks and returns when they are kept.
    typealias Store = @Sendable ([TrackingInbox.Entry]) async throws -> Void

    private struct Click: Sendable {
        let entry: TrackingInbox.Entry
        let answer: any ClickAnswer
    }

    private struct Batch: Sendable {
        let clicks: [Click]
        let deadline: ContinuousClock.Instant
    }

    private struct State {
        /// Clicks that no commit has taken yet, and since when the first of them waits.
        var waiting: [Click] = []
        var waitingSince: ContinuousClock.Instant?
        /// Batches under way whose clicks were not answered for yet.
        var underWay: [UInt64: Batch] = [:]
        var lastNumber: UInt64 = 0
        /// The writer waits for work.
        var isIdle = false
        /// Until then the database is not asked.
        var awayUntil: ContinuousClock.Instant?
        var isStopping = false
    }

    /// How many clicks one commit holds at most.
    private static let largestBatch = 1_000
    private static let capacity = 50_000

    private let inbox: Store
    private let spool: Store
    private let patience: Duration
    private let pause: Duration
    private let logger: Logger
    private let lost = Counter(label: "comm_clicks_lost_total")
    private let spooled = Counter(label: "comm_clicks_spooled_total")
    private let state = Mutex(State())
    private let wake: AsyncStream<Void>
    private let waker: AsyncStream<Void>.Continuation

    /// - Parameters:
    ///   - patience: how long a redirect waits for the database.
    ///   - pause: how long the database is left alone after it failed.
    init(inbox: @escaping Store, spool: @escaping Store, patience: Duration = .seconds(1), pause: Duration = .seconds(2), logger: Logger) {
        self.inbox = inbox
        self.spool = spool
        self.patience = patience
        self.pause = pause
        self.logger = logger
        (wake, waker) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Keeps a click and gives the answer afterwards.
    ///
    /// It never fails: what no store takes is counted and logged, and the reader is sent on all the same.
    func record(_ entry: TrackingInbox.Entry, answer: some ClickAnswer) {
        let (isTaken, wakes) = state.withLock { state -> (Bool, Bool) in
            guard state.waiting.count < Self.capacity, !state.isStopping else { return (false, false) }
            if state.waiting.isEmpty { state.waitingSince = .now }
            state.waiting.append(Click(entry: entry, answer: answer))
            defer { state.isIdle = false }
            return (true, state.isIdle)
        }
        if wakes { waker.yield() }
        guard !isTaken else { return }
        reportLost(1, "too many clicks wait")
        Self.give([answer])
    }

    /// Keeps a click and returns afterwards.
    func record(_ entry: TrackingInbox.Entry) async {
        await withCheckedContinuation { record(entry, answer: WaitingTask(continuation: $0)) }
    }

    /// Works until the service is stopped and every click has its answer.
    func run() async throws {
        await withGracefulShutdownHandler {
            await withTaskGroup { group in
                group.addTask { await self.watchDeadlines() }
                await self.write()
                group.cancelAll()
            }
            // Also when the task was cancelled: nobody would answer what comes later.
            stop()
            await flush()
        } onGracefulShutdown: {
            self.stop()
            self.waker.finish()
        }
    }

    /// From here on nothing is taken any more.
    private func stop() {
        state.withLock { $0.isStopping = true }
    }

    private func write() async {
        var wakes = wake.makeAsyncIterator()
        while true {
            await flush()
            let hasWork = state.withLock { state in
                state.isIdle = state.waiting.isEmpty
                return !state.isIdle
            }
            if !hasWork, await wakes.next() == nil { return }
        }
    }

    /// Keeps everything that waits.
    private func flush() async {
        while let (number, batch, isAway) = takeBatch() {
            if isAway {
                await keepInSpool(batch.clicks)
                Self.give(finish(number))
                continue
            }
            do {
                try await inbox(batch.clicks.map(\.entry))
                Self.give(finish(number))
            } catch {
                markAway()
                let clicks = finishClicks(number)
                await keepInSpool(clicks)
                Self.give(clicks.map(\.answer))
            }
        }
    }

    private func takeBatch() -> (UInt64, Batch, isAway: Bool)? {
        let now = ContinuousClock.now
        return state.withLock { state in
            guard !state.waiting.isEmpty else { return nil }
            let count = min(state.waiting.count, Self.largestBatch)
            var clicks: [Click] = []
            if count == state.waiting.count {
                swap(&clicks, &state.waiting)
                state.waiting.reserveCapacity(count)
            } else {
                clicks = Array(state.waiting.prefix(count))
                state.waiting.removeFirst(count)
            }
            let batch = Batch(clicks: clicks, deadline: (state.waitingSince ?? now) + patience)
            state.waitingSince = state.waiting.isEmpty ? nil : now
            state.lastNumber += 1
            if let until = state.awayUntil, now >= until { state.awayUntil = nil }
            state.underWay[state.lastNumber] = batch
            return (state.lastNumber, batch, state.awayUntil != nil)
        }
    }

    private func finish(_ number: UInt64) -> [any ClickAnswer] {
        finishClicks(number).map(\.answer)
    }

    /// The clicks of a batch that nobody has answered for meanwhile.
    private func finishClicks(_ number: UInt64) -> [Click] {
        state.withLock { $0.underWay.removeValue(forKey: number)?.clicks ?? [] }
    }

    /// Hands clicks that have waited too long to the spool.
    private func watchDeadlines() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: patience / 4)
            let now = ContinuousClock.now
            let late = state.withLock { state in
                var late: [Click] = []
                for (number, batch) in state.underWay where batch.deadline <= now {
                    late += batch.clicks
                    state.underWay[number] = nil
                }
                if let since = state.waitingSince, since + patience <= now {
                    late += state.waiting
                    state.waiting.removeAll()
                    state.waitingSince = nil
                }
                return late
            }
            guard !late.isEmpty else { continue }
            markAway()
            await keepInSpool(late)
            Self.give(late.map(\.answer))
        }
    }

    private func keepInSpool(_ clicks: [Click]) async {
        guard !clicks.isEmpty else { return }
        do {
            try await spool(clicks.map(\.entry))
            spooled.increment(by: clicks.count)
        } catch {
            reportLost(clicks.count, String(describing: error))
        }
    }

    /// Gives answers, those of one event loop in one go.
    private static func give(_ answers: [any ClickAnswer]) {
        var loops: [(loop: any EventLoop, answers: [any ClickAnswer])] = []
        for answer in answers {
            guard let loop = answer.eventLoop else {
                answer.give()
                continue
            }
            if let place = loops.firstIndex(where: { $0.loop === loop }) {
                loops[place].answers.append(answer)
            } else {
                loops.append((loop, [answer]))
            }
        }
        for (loop, answers) in loops {
            loop.execute { for answer in answers { answer.give() } }
        }
    }

    private func markAway() {
        let until = ContinuousClock.now + pause
        state.withLock { $0.awayUntil = until }
    }

    private func reportLost(_ count: Int, _ reason: String) {
        lost.increment(by: count)
        logger.error("clicks could not be kept", metadata: ["count": .stringConvertible(count), "reason": .string(reason)])
    }
}
