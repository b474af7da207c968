import CommCore
import Foundation

/// Documents per second through the whole compile: parsing, checks, style inlining, links, text part, program.
struct CompileBenchmark {
    private static let budget = Duration.seconds(1)

    let runs: Int

    func measure() throws -> [Measurement] {
        try [(20_000, 10), (100_000, 60)].flatMap { bytes, links in
            let newsletter = Newsletter(bytes: bytes, links: links)
            var rates: [Double] = []
            for _ in 0..<runs { rates.append(try rate(newsletter)) }
            let size = "\(newsletter.html.utf8.count / 1000) KB"
            return [
                Measurement(name: "compile \(size)", value: 1_000 / rates.median, unit: "ms"),
                Measurement(name: "compile \(size), one core", value: rates.median, unit: "documents/s"),
            ]
        }
    }

    private func rate(_ newsletter: Newsletter) throws -> Double {
        let campaignID = UUID()
        let started = ContinuousClock.now
        var count = 0
        while ContinuousClock.now - started < Self.budget {
            guard try newsletter.compiled(campaignID: campaignID).report.blockers.isEmpty else {
                throw BenchError("the newsletter is blocked")
            }
            count += 1
        }
        return Double(count) / (ContinuousClock.now - started).inSeconds
    }
}
