import Foundation

/// Another queue on the same PostgreSQL: claim and finish of messages that go nowhere.
struct PeerQueue: Sendable {
    let suite: BenchSuite
    let python: URL
    let script: URL
    /// The package's name, as the script takes it.
    let name: String
    let messages: Int
    let workers: Int

    private struct Answer: Decodable {
        let finish: Double
    }

    /// Messages per second.
    func measure() async throws -> Double {
        let log = suite.folder.appending(path: "queue-\(name).json")
        let process = try ChildProcess(
            python,
            arguments: [script.path, name, try suite.databaseURL(), String(messages), String(workers)],
            log: log
        )
        try await process.finish()
        return try JSONDecoder().decode(Answer.self, from: try Data(contentsOf: log)).finish
    }
}
