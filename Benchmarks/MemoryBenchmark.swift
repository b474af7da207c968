import Foundation
import Postgres

/// Highest resident memory of each daemon at a small and at a large number of recipients: it should be the same.
struct MemoryBenchmark {
    let suite: BenchSuite
    let few: Int
    let many: Int

    func measure() async throws -> [Measurement] {
        let (smallSender, smallStats) = try await campaign(few)
        let (sender, stats) = try await campaign(many)
        let smallAPI = try await importing(few)
        let api = try await importing(many)
        return [
            row("comm-sender", sender, smallSender),
            row("comm-stats", stats, smallStats),
            row("comm-api", api, smallAPI),
        ]
    }

    private func row(_ daemon: String, _ large: Int, _ small: Int) -> Measurement {
        let mebibyte = 1_048_576.0
        return Measurement(
            name: "memory of \(daemon), \(many) recipients",
            value: Double(large) / mebibyte,
            unit: "MiB",
            limit: Double(small) / mebibyte,
            peer: "the same at \(few)"
        )
    }

    /// The campaign goes out while comm-stats projects what the sender reports.
    private func campaign(_ recipients: Int) async throws -> (sender: Int, stats: Int) {
        try await suite.clear()
        let stats = try await suite.start("comm-stats", portSetting: "COMM_STATS_PORT")
        do {
            let sender = try await DispatchRun(suite: suite, messages: recipients).measure().senderMemory
            try await waitForEmptyInbox()
            let peak = try stats.peakMemory()
            try await stats.stop()
            return (sender, peak)
        } catch {
            stats.stopNow()
            throw error
        }
    }

    private func waitForEmptyInbox() async throws {
        for _ in 0..<600 {
            let left: Int = try await suite.database.query("SELECT count(*) AS rows FROM event_inbox")[0].get("rows")
            if left == 0 { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw BenchError("comm-stats did not empty its inbox within a minute")
    }

    private func importing(_ rows: Int) async throws -> Int {
        let file = suite.folder.appending(path: "contacts.csv")
        try ContactFile.write(rows: rows, to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        return try await ImportRun(suite: suite, file: file, rows: rows).measure().apiMemory
    }
}
