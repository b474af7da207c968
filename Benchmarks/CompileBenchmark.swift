import CommCore
import Foundation

/// Documents per second through the whole compile: parsing, checks, style inlining, links, text part, program; and its memory.
struct CompileBenchmark {
    private static let budget = Duration.seconds(1)
    /// An ordinary one, the one of the goal, and one at all limits.
    private static let sizes: [(bytes: Int, links: Int, nodes: Int)] = [(20_000, 10, 0), (100_000, 60, 1_990), (500_000, 99, 1_990)]

    let runs: Int
    let folder: URL

    func measure() async throws -> [Measurement] {
        var measurements: [Measurement] = []
        for size in Self.sizes {
            let newsletter = Newsletter(bytes: size.bytes, links: size.links, nodes: size.nodes)
            let metrics = try newsletter.compiled(campaignID: UUID()).report.metrics
            var rates: [Double] = []
            for _ in 0..<runs { rates.append(try rate(newsletter)) }
            let name = "compile \(metrics.htmlSize / 1000) KB, \(metrics.nodeCount) nodes"
            measurements += [
                Measurement(name: name, value: 1_000 / rates.median, unit: "ms"),
                Measurement(name: "\(name), one core", value: rates.median, unit: "documents/s"),
                try await memory(size.bytes, size.links, size.nodes, name: name),
            ]
        }
        return measurements
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

    /// Highest memory of a process that compiles nothing else.
    private func memory(_ bytes: Int, _ links: Int, _ nodes: Int, name: String) async throws -> Measurement {
        let log = folder.appending(path: "compile-memory.txt")
        let process = try ChildProcess(
            URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath(),
            arguments: ["compile-memory", "--bytes", "\(bytes)", "--links", "\(links)", "--nodes", "\(nodes)"],
            log: log
        )
        try await process.finish()
        let figures = try String(contentsOf: log, encoding: .utf8).split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
        guard figures.count == 2 else { throw BenchError("compile-memory printed \(figures.count) figures") }
        return Measurement(
            name: "\(name), highest memory of the process",
            value: figures[1] / 1_048_576,
            unit: "MiB",
            limit: figures[0] / 1_048_576,
            peer: "the same process before, its libraries loaded"
        )
    }
}
