import CommTesting
import Testing

@testable import CommCore

@Suite("Backoff")
struct BackoffTests {
    @Test("every pause lies between half and the whole of the doubled one, never above the maximum", arguments: 0..<50 as Range<UInt64>)
    func bounds(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let backoff = Backoff(initial: .milliseconds(100), maximum: .seconds(5))
        for attempt in 1...200 {
            let pause = backoff.pause(afterFailure: attempt, using: &random)
            let full = min(Duration.milliseconds(100) * (1 << min(attempt - 1, 20)), .seconds(5))
            #expect(pause >= full / 2 && pause <= full)
        }
    }

    @Test("the same random numbers give the same pauses")
    func isReplayable() {
        let backoff = Backoff(initial: .seconds(1), maximum: .seconds(60))
        func pauses(seed: UInt64) -> [Duration] {
            var random = SeededGenerator(seed: seed)
            return (1...10).map { backoff.pause(afterFailure: $0, using: &random) }
        }
        #expect(pauses(seed: 7) == pauses(seed: 7))
        #expect(pauses(seed: 7) != pauses(seed: 8))
    }
}
