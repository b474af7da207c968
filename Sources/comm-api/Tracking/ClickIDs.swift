import CommCore
import FoundationEssentials
import Synchronization

/// Ids of clicks and opens: time-ordered, unpredictable across processes, and without a system call for each.
final class ClickIDs: Sendable {
    /// SplitMix64, begun with the system's random numbers; ids have to differ, and need keep no secret.
    private struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    private let generator: Mutex<Generator>

    init() {
        var system = SystemRandomNumberGenerator()
        generator = Mutex(Generator(state: system.next()))
    }

    func next(at time: Date) -> UUID {
        generator.withLock { UUIDv7.make(at: time, using: &$0) }
    }
}
