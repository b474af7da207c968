import FoundationEssentials
import Logging
import Synchronization

/// What is known of limits, not older than a few seconds; the last that was known while the database is away.
final class RateBookCache: Sendable {
    /// Seconds for which the installation's limits are not asked for again, and those of a tenant.
    static let bookAge: TimeInterval = 5
    static let limitsAge: TimeInterval = 10
    private static let mostSubjects = 10_000

    private struct Subject: Hashable {
        let tenantID: UUID
        let campaignID: UUID?
        let channel: Channel
    }

    private struct Dated<Value: Sendable>: Sendable {
        var value: Value
        var at: Date
    }

    private struct State {
        var book: Dated<RateBook>?
        var limits: [Subject: Dated<SubjectLimits>] = [:]
    }

    private let repository: RateBookRepository
    private let gauges = AdjustmentGauges()
    private let logger: Logger
    private let state = Mutex(State())

    init(repository: RateBookRepository, logger: Logger) {
        self.repository = repository
        self.logger = logger
    }

    func book(now: Date) async -> RateBook {
        let kept = state.withLock { state -> Dated<RateBook>? in
            let kept = state.book
            // The others go on with the old one while somebody asks.
            state.book?.at = kept.map { Self.isFresh($0.at, Self.bookAge, now: now) ? $0.at : now } ?? now
            return kept
        }
        if let kept, Self.isFresh(kept.at, Self.bookAge, now: now) { return kept.value }
        do {
            var book = try await repository.load(now: now)
            state.withLock { state in
                // What this process has just done itself may not be in what was read.
                for (key, ours) in state.book?.value.adjustments ?? [:] where ours.version > book.adjustments[key]?.version ?? 0 {
                    book.adjustments[key] = ours
                }
                state.book = Dated(value: book, at: now)
            }
            gauges.show(book.adjustments.values, now: now)
            return book
        } catch {
            logger.warning("the limits cannot be read; the last known ones count", metadata: ["error": "\(error)"])
            return kept?.value ?? RateBook()
        }
    }

    func limits(of subject: ThrottleSubject, now: Date) async -> SubjectLimits {
        let key = Subject(tenantID: subject.tenantID, campaignID: subject.campaignID, channel: subject.channel)
        let kept = state.withLock { $0.limits[key] }
        if let kept, Self.isFresh(kept.at, Self.limitsAge, now: now) { return kept.value }
        do {
            let limits = try await repository.limits(of: subject)
            state.withLock { state in
                if state.limits.count >= Self.mostSubjects { state.limits = [:] }
                state.limits[key] = Dated(value: limits, at: now)
            }
            return limits
        } catch {
            logger.warning("a tenant's limits cannot be read; the last known ones count", metadata: ["error": "\(error)"])
            return kept?.value ?? SubjectLimits()
        }
    }

    /// Knows an adjustment at once that this process has made.
    func note(_ adjustment: RateAdjustment) {
        state.withLock { state in
            state.book?.value.adjustments[RateBook.Key(gateway: adjustment.gateway, group: adjustment.group)] = adjustment
        }
    }

    private static func isFresh(_ at: Date, _ age: TimeInterval, now: Date) -> Bool {
        (0..<age).contains(now.timeIntervalSince(at))
    }
}
