import AsyncHTTPClient
import CommCore
import Foundation
import NIOCore
import Postgres

/// Rows per second of a CSV import through the API into an empty tenant, beside psql's \copy of the same file into a bare table.
struct ImportBenchmark {
    let suite: BenchSuite
    let rows: Int
    let runs: Int

    func measure() async throws -> [Measurement] {
        let file = suite.folder.appending(path: "contacts.csv")
        try ContactFile.write(rows: rows, to: file)
        var api: [Double] = []
        var reading: [Double] = []
        var copies: [Double] = []
        for _ in 0..<runs {
            let result = try await ImportRun(suite: suite, file: file, rows: rows).measure()
            api.append(result.perSecond)
            reading.append(try await dryRun(file))
            copies.append(try await copy(file))
            report("import: \(Int(result.perSecond))/s, read and check \(Int(reading.last ?? 0))/s, \\copy \(Int(copies.last ?? 0))/s")
        }
        try FileManager.default.removeItem(at: file)
        let peer = "psql \\copy into a bare table"
        return [
            Measurement(name: "import", value: api.median, unit: "rows/s", limit: copies.median, peer: peer),
            Measurement(name: "import, read and check only", value: reading.median, unit: "rows/s", limit: copies.median, peer: peer),
        ]
    }

    /// A dry run in this process: the file is parsed and every row checked, nothing is stored.
    private func dryRun(_ file: URL) async throws -> Double {
        try await suite.clear()
        let setup = CampaignSetup()
        try await setup.makeTenant(on: suite.database)
        let bytes = [UInt8](try Data(contentsOf: file))
        let chunks = AsyncStream<[UInt8]> { continuation in
            for start in stride(from: 0, to: bytes.count, by: 65_536) {
                continuation.yield(Array(bytes[start..<min(start + 65_536, bytes.count)]))
            }
            continuation.finish()
        }
        let importer = ContactImporter(client: suite.database, time: SystemTime())
        let started = ContinuousClock.now
        let report = try await importer.run(chunks, options: ImportOptions(tenantID: setup.tenantID, listID: setup.listID, dryRun: true))
        let seconds = (ContinuousClock.now - started).inSeconds
        guard report.processed == rows, report.errors == 0 else { throw BenchError("the dry run read \(report.processed) rows") }
        return Double(rows) / seconds
    }

    private func copy(_ file: URL) async throws -> Double {
        try await suite.database.execute("DROP TABLE IF EXISTS bench_stage")
        try await suite.database.execute("CREATE TABLE bench_stage (email text, name text, company text, city text, plan text)")
        let started = ContinuousClock.now
        let psql = try ChildProcess(
            URL(filePath: "/usr/bin/psql"),
            arguments: ["--no-psqlrc", "--command", "\\copy bench_stage FROM '\(file.path)' WITH (FORMAT csv, HEADER)"],
            environment: [
                "PGHOST": "127.0.0.1", "PGDATABASE": "communications_db", "PGPORT": try suite.services.required("POSTGRES_PORT"),
                "PGUSER": try suite.services.required("POSTGRES_USER"), "PGPASSWORD": try suite.services.required("POSTGRES_PASSWORD"),
            ],
            log: suite.folder.appending(path: "log/bench-psql.log")
        )
        try await psql.finish()
        let seconds = (ContinuousClock.now - started).inSeconds
        let counted: Int = try await suite.database.query("SELECT count(*) AS rows FROM bench_stage")[0].get("rows")
        try await suite.database.execute("DROP TABLE bench_stage")
        guard counted == rows else { throw BenchError("psql copied \(counted) rows") }
        return Double(rows) / seconds
    }
}
