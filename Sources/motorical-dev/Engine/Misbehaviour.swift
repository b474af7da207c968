import ArgumentParser
import Synchronization

/// How the stand-in plays a bad platform: `drop-webhooks=0.01,delay-webhooks=2.5`.
struct Misbehaviour: ExpressibleByArgument, Sendable {
    /// Probability that an event is never reported.
    var dropWebhooks = 0.0
    /// Probability that an event is reported twice.
    var duplicateWebhooks = 0.0
    /// Events wait a random time up to so many seconds, so that they arrive out of order.
    var delayWebhooks = 0.0
    /// Probability that an event is first sent with a wrong signature.
    var badSignature = 0.0
    /// Seconds before each mail.
    var slowSMTP = 0.0

    init() {}

    init?(argument: String) {
        for pair in argument.split(separator: ",") {
            let halves = pair.split(separator: "=", maxSplits: 1)
            guard halves.count == 2, let value = Double(halves[1]), value >= 0 else { return nil }
            switch halves[0] {
            case "drop-webhooks": dropWebhooks = value
            case "duplicate-webhooks": duplicateWebhooks = value
            case "delay-webhooks": delayWebhooks = value
            case "bad-signature": badSignature = value
            case "slow-smtp": slowSMTP = value
            default: return nil
            }
        }
    }
}

/// Draws of one seed, shared by tasks.
final class Dice: Sendable {
    private let state: Mutex<UInt64>

    init(seed: UInt64) {
        state = Mutex(seed)
    }

    /// True with the given probability.
    func happens(_ probability: Double) -> Bool {
        probability > 0 && unit() < probability
    }

    /// A number from 0 up to 1 (SplitMix64).
    func unit() -> Double {
        let mixed = state.withLock { state in
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
        return Double(mixed >> 11) / 9_007_199_254_740_992
    }
}
