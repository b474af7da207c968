import CommTesting
import Testing

@testable import Postgres

@Suite("Pool, decisions")
struct PoolStateTests {
    private let start = ContinuousClock.now

    @Test("connections are opened up to the limit, then borrowers wait; the last one used is lent first")
    func limit() {
        var pool = PoolState<String, Int>(limit: 2)
        #expect(isSlot(pool.acquire()))
        #expect(isSlot(pool.acquire()))
        guard case .mustWait = pool.acquire() else {
            Issue.record("a third borrower does not wait")
            return
        }
        #expect(pool.giveBack("a") == nil)
        #expect(pool.giveBack("b") == nil)
        guard case .granted(.connection("b")) = pool.acquire() else {
            Issue.record("the last one used is not lent first")
            return
        }
    }

    @Test("borrowers are served in order of arrival; those that left are passed over")
    func order() {
        var pool = PoolState<String, Int>(limit: 1)
        _ = pool.acquire()
        for identifier in 1...3 { pool.enqueue(identifier * 10, identifier: identifier, deadline: start + .seconds(identifier)) }
        #expect(pool.withdraw(1) == 10)
        #expect(pool.withdraw(1) == nil)
        #expect(pool.giveBack("a") == 20)
        #expect(pool.giveUpSlot() == 30)
        #expect(pool.giveUpSlot() == nil)
        #expect(pool.open == 0)
    }

    @Test("whose deadline has passed is told, and the next deadline is known")
    func expiry() {
        var pool = PoolState<String, Int>(limit: 1)
        _ = pool.acquire()
        for identifier in 1...3 { pool.enqueue(identifier, identifier: identifier, deadline: start + .seconds(identifier)) }
        let (expired, next) = pool.expire(now: start + .seconds(2))
        #expect(expired == [1, 2])
        #expect(next == start + .seconds(3))
        #expect(pool.waiting == 1)
        #expect(pool.expire(now: start + .seconds(9)).next == nil)
    }

    @Test("whatever happens, no more are open than allowed and nobody waits beside an idle connection", arguments: 0..<50 as Range<UInt64>)
    func invariants(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var pool = PoolState<Int, Int>(limit: 3)
        var (lent, waiting, identifier) = (0, [Int](), 0)
        for _ in 0..<500 {
            switch Int.random(in: 0..<5, using: &random) {
            case 0, 1:
                identifier += 1
                if case .mustWait = pool.acquire() {
                    pool.enqueue(identifier, identifier: identifier, deadline: start + .seconds(identifier))
                    waiting.append(identifier)
                } else {
                    lent += 1
                }
            case 2 where lent > 0, 3 where lent > 0:
                let next = Bool.random(using: &random) ? pool.giveBack(1) : pool.giveUpSlot()
                #expect(next == waiting.first)
                if waiting.isEmpty { lent -= 1 } else { waiting.removeFirst() }
            default:
                guard let victim = waiting.randomElement(using: &random) else { continue }
                #expect(pool.withdraw(victim) == victim)
                waiting.removeAll { $0 == victim }
            }
            #expect(pool.open <= 3 && pool.open == lent + pool.idle.count)
            #expect(pool.waiting == waiting.count)
            #expect(pool.waiting == 0 || pool.idle.isEmpty)
        }
    }

    @Test("the pause between attempts doubles up to two seconds, of which at most half is taken off", arguments: 0..<20 as Range<UInt64>)
    func backoff(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for attempt in 1...30 {
            let delay = Backoff.delay(attempt: attempt, using: &random)
            let full = min(0.05 * Double(1 << min(attempt - 1, 10)), 2)
            #expect(delay >= .seconds(full / 2) && delay <= .seconds(full))
        }
    }

    private func isSlot(_ acquisition: PoolState<String, Int>.Acquisition) -> Bool {
        if case .granted(.slot) = acquisition { return true }
        return false
    }
}
