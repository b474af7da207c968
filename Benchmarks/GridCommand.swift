import ArgumentParser
import CommCore
import Foundation
import Logging
import Postgres

/// Measures pages of the Mega List on the database that scripts/bigdb.sh builds, as the role of comm-api.
struct GridCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "grid", abstract: "Measure pages of the Mega List on a big database.")

    @Option(help: "The database; the owner's URL.")
    var url: String

    @Option(help: "Times that each page is asked for.")
    var runs = 20

    @Flag(help: "Leave out the pages, measure the bulk operation only.")
    var bulkOnly = false

    @Flag(help: "Measure every filter with every other one, and print those above the goal.")
    var everyPair = false

    @Option(help: "Print what took longer than so many milliseconds, with a mark.")
    var goal = 50.0

    func run() async throws {
        let client = PostgresClient(
            configuration: PostgresConfiguration(url: url, poolSize: 2, applicationName: "comm-bench", role: "comm_api"),
            logger: Logger(label: "comm-bench") { _ in SwiftLogNoOpLogHandler() }
        )
        if !bulkOnly { try await measurePages(client) }
        let worker = PostgresClient(
            configuration: PostgresConfiguration(url: url, poolSize: 2, applicationName: "comm-bench", role: "comm_worker"),
            logger: Logger(label: "comm-bench") { _ in SwiftLogNoOpLogHandler() }
        )
        for line in try await BulkBenchmark(api: client, worker: worker).measure() {
            print("\(line.name) of \(line.contacts): \(String(format: "%.1f s, pages meanwhile p95 %.1f ms", line.seconds, line.page))")
        }
        await worker.close()
        await client.close()
    }

    private func measurePages(_ client: PostgresClient) async throws {
        let grid = GridBenchmark(recipients: RecipientRepository(client: client, time: SystemTime()), runs: runs)
        print("page of 50                                       p50 ms    p95 ms   rows  total")
        for (name, filter) in try GridBenchmark.filters() { show(try await grid.first(name, filter), goal: goal) }
        guard !everyPair else { return try await measureEveryPair(grid) }
        for (name, filter) in try GridBenchmark.pairs() { show(try await grid.first(name, filter), goal: 3 * goal) }
        for sort in ["created_at", "last_click_at", "name", "computed_status"] {
            for line in try await grid.deep(sort) { show(line, goal: goal) }
        }
    }

    private func measureEveryPair(_ grid: GridBenchmark) async throws {
        var medians: [Double] = []
        for (name, filter) in try GridBenchmark.pairs(of: GridBenchmark.filters()) {
            let line = try await grid.first(name, filter)
            medians.append(line.median)
            if line.p95 > 3 * goal { show(line, goal: 3 * goal) }
        }
        medians.sort()
        let above = medians.count { $0 > 3 * goal }
        let worst = medians.last ?? 0
        let times = String(format: "median %.1f ms, slowest %.1f ms", medians.median, worst)
        print("\(medians.count) pairs: \(times), \(above) above \(Int(3 * goal))")
    }

    private func show(_ line: GridBenchmark.Line, goal: Double) {
        let name = line.name.padding(toLength: 46, withPad: " ", startingAt: 0)
        let numbers = [line.median, line.p95].map { String(format: "%10.1f", $0) }.joined()
        let total = line.total.isEstimate ? "~\(line.total.count)" : "\(line.total.count)"
        print("\(name)\(numbers)\(String(format: "%7d", line.rows))  \(total)\(line.p95 > goal ? "   <-- above \(Int(goal))" : "")")
    }
}
