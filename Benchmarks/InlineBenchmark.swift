import Foundation
import HTML

/// Documents per second that one core parses and inlines, beside the inliners of others on the same files.
///
/// Processor time is what counts, on both sides: other work on the machine must not decide who is faster.
struct InlineBenchmark {
    /// Seconds for each file, tool and run.
    private static let budget = 0.25
    private static let tools = ["css-inline", "premailer"]

    let runs: Int
    /// Newsletters to inline.
    let files: [URL]
    /// The Python that has the others installed.
    let python: URL
    /// Benchmarks/Peers/inline.py.
    let script: URL
    let folder: URL

    func measure() async throws -> [Measurement] {
        guard !files.isEmpty else { throw BenchError("there are no newsletters to inline") }
        var own: [[Double]] = files.map { _ in [] }
        var others = Self.tools.map { _ in own }
        for _ in 0..<runs {
            for (number, rate) in try rates().enumerated() { own[number].append(rate) }
            for (tool, name) in Self.tools.enumerated() {
                for (number, rate) in try await rates(of: name).enumerated() { others[tool][number].append(rate) }
            }
        }
        return Self.tools.indices.flatMap { tool in rows(Self.tools[tool], own.map(\.median), others[tool].map(\.median)) }
    }

    /// All files one after the other, and the file that compares worst.
    private func rows(_ tool: String, _ own: [Double], _ other: [Double]) -> [Measurement] {
        let worst = files.indices.min { own[$0] / other[$0] < own[$1] / other[$1] } ?? 0
        return [
            Measurement(
                name: "inline \(files.count) newsletters beside \(tool)",
                value: Self.together(own),
                unit: "documents/s",
                limit: Self.together(other),
                peer: "\(tool) of PyPI on the same files"
            ),
            Measurement(
                name: "inline \(files[worst].lastPathComponent), worst beside \(tool)",
                value: own[worst],
                unit: "documents/s",
                limit: other[worst],
                peer: "\(tool) on this file"
            ),
        ]
    }

    /// Documents per second when each file is done once, again and again.
    private static func together(_ rates: [Double]) -> Double {
        Double(rates.count) / rates.reduce(0) { $0 + 1 / $1 }
    }

    private func rates() throws -> [Double] {
        try files.map { file in
            let html = String(decoding: try Data(contentsOf: file), as: UTF8.self)
            _ = try Self.inlined(html)
            let started = Self.processorSeconds
            var count = 0
            var size = 0
            while Self.processorSeconds - started < Self.budget {
                size += try Self.inlined(html).utf8.count
                count += 1
            }
            guard size > 0 else { throw BenchError("nothing is left of \(file.lastPathComponent)") }
            return Double(count) / (Self.processorSeconds - started)
        }
    }

    private static var processorSeconds: Double {
        Double(clock()) / Double(CLOCKS_PER_SEC)
    }

    /// From text to text, as the others do it.
    private static func inlined(_ html: String) throws -> String {
        let document = try HTMLDocument(Array(html.utf8))
        return String(decoding: Inliner.inline(document).edits.apply(to: document.source), as: UTF8.self)
    }

    private func rates(of tool: String) async throws -> [Double] {
        let log = folder.appending(path: "inline-\(tool).json")
        let process = try ChildProcess(
            python,
            arguments: [script.path, tool, "\(Self.budget)"] + files.map(\.path),
            log: log
        )
        try await process.finish()
        let answer = try JSONDecoder().decode([String: Double].self, from: try Data(contentsOf: log))
        return try files.map { file in
            guard let rate = answer[file.path] else { throw BenchError("\(tool) said nothing of \(file.lastPathComponent)") }
            return rate
        }
    }
}
