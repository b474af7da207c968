import ArgumentParser
import Foundation

/// Runs the measures one after the other; each starts on empty stores.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "run", abstract: "Run the benchmarks and print the table.")

    @Option(help: "Folder of the prepared suite: services.env and a settings file for each daemon.")
    var suite: String

    @Option(help: "Folder of the built programs.")
    var programs: String

    @Option(help: "File for the results, one JSON object a line.")
    var output: String

    @Option(help: "Folder of newsletters to inline.")
    var newsletters: String

    @Option(help: "Python that has the inliners and queues of others installed.")
    var python: String

    @Option(help: "Folder of the programs that run the inliners and queues of others.")
    var peers: String

    @Option(help: "Messages of the dispatch campaign.")
    var messages = 50_000

    @Option(help: "Messages of a campaign that wait while urgent ones are sent.")
    var waiting = 1_000_000

    @Option(help: "Rows of the import, and recipients of the large memory run.")
    var rows = 200_000

    @Option(help: "Runs of each measure; the median is printed.")
    var runs = 3

    @Option(
        help: "Only these measures: inline, compile, render, redirect, import, dispatch, finish, lanes, memory.",
        transform: { $0.split(separator: ",").map(String.init) }
    )
    var only: [String] = []

    func run() async throws {
        let suite = try BenchSuite(folder: URL(filePath: suite), programs: URL(filePath: programs))
        var table = ResultTable()
        do {
            try await measure(suite, into: &table)
        } catch {
            await suite.close()
            throw error
        }
        await suite.close()
        print(table.text)
        try table.write(to: URL(filePath: output))
    }

    private func measure(_ suite: BenchSuite, into table: inout ResultTable) async throws {
        if isWanted("inline") { table.add(try await inlineBenchmark(folder: suite.folder).measure()) }
        if isWanted("compile") { table.add(try await CompileBenchmark(runs: runs, folder: suite.folder).measure()) }
        if isWanted("render") { table.add(try RenderBenchmark(runs: runs).measure()) }
        if isWanted("redirect") { table.add(try await RedirectBenchmark(suite: suite, runs: runs).measure()) }
        if isWanted("import") { table.add(try await ImportBenchmark(suite: suite, rows: rows, runs: runs).measure()) }
        if isWanted("dispatch") { table.add(try await DispatchBenchmark(suite: suite, messages: messages, runs: runs).measure()) }
        if isWanted("finish") { table.add(try await finishBenchmark(suite).measure()) }
        if isWanted("lanes") { table.add(try await LaneBenchmark(suite: suite, waiting: waiting, runs: runs).measure()) }
        if isWanted("memory") { table.add(try await MemoryBenchmark(suite: suite, few: 1_000, many: rows).measure()) }
    }

    private func inlineBenchmark(folder: URL) throws -> InlineBenchmark {
        let files = try FileManager.default.contentsOfDirectory(at: URL(filePath: newsletters), includingPropertiesForKeys: nil)
        return InlineBenchmark(
            runs: runs,
            files: files.filter { $0.pathExtension == "html" }.sorted { $0.path < $1.path },
            python: URL(filePath: python),
            script: URL(filePath: peers).appending(path: "inline.py"),
            folder: folder
        )
    }

    private func finishBenchmark(_ suite: BenchSuite) -> FinishBenchmark {
        FinishBenchmark(
            suite: suite,
            runs: runs,
            python: URL(filePath: python),
            peers: URL(filePath: peers).appending(path: "queues.py")
        )
    }

    private func isWanted(_ measure: String) -> Bool {
        only.isEmpty || only.contains(measure)
    }
}
