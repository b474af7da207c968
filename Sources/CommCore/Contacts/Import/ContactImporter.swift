import FoundationEssentials
import Postgres

/// Imports contacts from a CSV file of any size into a list, in constant memory and all or nothing.
///
/// The file is first read to its end, checked row by row and encoded onto a nameless temporary file; only then one transaction
/// copies the rows into a staging table and merges them by sets. A file that is refused, or an import that is cancelled or killed,
/// leaves nothing behind. Rows that cannot be used are left out and reported; the rest is imported.
package struct ContactImporter: Sendable {
    private static let longestFileName = 255
    private static let attempts = 3
    private static let deadlock = "40P01"

    private let client: PostgresClient
    private let time: any TimeSource

    package init(client: PostgresClient, time: any TimeSource) {
        self.client = client
        self.time = time
    }

    /// Imports a file given as chunks of bytes, cut anywhere.
    ///
    /// - Throws: `ImportError` when the file or the list is refused; errors of the source and of the database as they are.
    package func run<Source: AsyncSequence & Sendable>(
        _ source: Source,
        options: ImportOptions
    ) async throws -> ImportReport where Source.Element == [UInt8] {
        var options = options
        options.fileName = options.fileName.map(Self.storable)
        let started = time.now
        try await checkList(options)
        var reading = ImportReading(options: options, importID: UUIDv7.make(at: started))
        let spool = options.dryRun ? nil : try ImportSpool()
        for try await chunk in source { try await reading.read(chunk, spool: spool) }
        try await reading.finish(spool: spool)
        return try await storeInTurn(reading, spool, options: options, started: started)
    }

    /// Tries again when another transaction held what this one wanted and the other way round: the rows are still on the spool.
    private func storeInTurn(
        _ reading: ImportReading,
        _ spool: ImportSpool?,
        options: ImportOptions,
        started: Date
    ) async throws -> ImportReport {
        for _ in 1..<Self.attempts {
            do {
                return try await store(reading, spool, options: options, started: started)
            } catch let error as PostgresError where error.sqlState == Self.deadlock {
                continue
            }
        }
        return try await store(reading, spool, options: options, started: started)
    }

    /// A foreign list is refused before the upload is read.
    private func checkList(_ options: ImportOptions) async throws {
        let merge = ImportMergeRepository(tenantID: options.tenantID, listID: options.listID, now: time.now)
        try await client.withTenant(options.tenantID) { try await merge.lockList($0) }
    }

    private func store(
        _ reading: ImportReading,
        _ spool: ImportSpool?,
        options: ImportOptions,
        started: Date
    ) async throws -> ImportReport {
        let merge = ImportMergeRepository(tenantID: options.tenantID, listID: options.listID, now: started)
        return try await client.withTenant(options.tenantID) { connection in
            var report = reading.report
            try await merge.lockList(connection)
            if let spool, reading.goodRows > 0 {
                let staged = try await merge.stage(spool, connection)
                report.fill(try await merge.merge(staged: staged, connection), goodRows: staged)
            }
            try await ImportRepository.store(
                report,
                reading.errors,
                options: options,
                started: started,
                finished: time.now,
                on: connection
            )
            return report
        }
    }

    private static func storable(_ fileName: String) -> String {
        String(fileName.unicodeScalars.filter { $0.properties.generalCategory != .control }.prefix(longestFileName).map(Character.init))
    }
}

extension ImportReport {
    /// Takes over what the merge has counted.
    fileprivate mutating func fill(_ counts: ImportMergeRepository.Counts, goodRows: Int) {
        created = counts.created
        updated = counts.updated
        unchanged = counts.unchanged
        duplicates = counts.duplicates
        added = counts.added
        upserts = goodRows - counts.added
        optedOut = counts.optedOut
        restored = counts.restored
    }
}
