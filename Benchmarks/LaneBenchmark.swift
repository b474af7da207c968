import CommCore
import Foundation

/// The intake of a bulk request, and how long an urgent message takes while a campaign drains.
struct LaneBenchmark {
    let suite: BenchSuite
    /// Messages of the campaign beside which urgent ones are sent.
    let waiting: Int
    let runs: Int

    func measure() async throws -> [Measurement] {
        var intake: [Double] = []
        var latencies: [Double] = []
        var withUrgent: [Double] = []
        var without: [Double] = []
        for _ in 0..<runs {
            intake.append(try await IntakeRun(suite: suite).measure())
            let urgent = try await UrgentRun(suite: suite, waiting: waiting).measure()
            withUrgent.append(urgent.perSecond)
            without.append(urgent.perSecondAlone)
            latencies += urgent.latencies
            report(
                """
                lanes: intake \(intake.last ?? 0) s; campaign \(Int(urgent.perSecondAlone)) a second, \(Int(urgent.perSecond)) beside P0, \
                whose p99 is \(urgent.latencies.percentile(99) * 1_000) ms of \(urgent.latencies.count)
                """
            )
        }
        return [
            Measurement(name: "bulk request of 100,000 recipients", value: intake.median, unit: "s", limit: 5, peer: "the goal"),
            Measurement(name: "P0 beside a campaign, p50", value: latencies.percentile(50) * 1_000, unit: "ms"),
            Measurement(
                name: "P0 beside a campaign, p99",
                value: latencies.percentile(99) * 1_000,
                unit: "ms",
                limit: 100,
                peer: "the goal, from the 202 to the record of the hand-over"
            ),
            Measurement(name: "campaign beside P0", value: withUrgent.median, unit: "messages/s", limit: without.median, peer: "without"),
        ]
    }
}

extension [Double] {
    /// NaN of nothing.
    func percentile(_ percent: Double) -> Double {
        guard !isEmpty else { return .nan }
        return sorted()[Swift.min(count - 1, Int((Double(count) * percent / 100).rounded(.up)) - 1)]
    }
}
