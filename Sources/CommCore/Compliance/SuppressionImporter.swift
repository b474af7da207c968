import FoundationEssentials
import Postgres

/// Puts the addresses and domains of a CSV file of any size on the suppression list, in bounded memory and all or nothing.
///
/// The file is read to its end and checked first; then one transaction stores all rows that can be used, with the report and the rows
/// that were left out.
package struct SuppressionImporter: Sendable {
    private static let batch = 2_000
    private static let shownErrors = 10
    private static let attempts = 3
    private static let deadlock = "40P01"

    /// What became of the file.
    package struct Report: Sendable, Equatable, Codable {
        package let importID: UUID
        package let dryRun: Bool
        package var processed = 0
        package var added = 0
        /// On the list already.
        package var skipped = 0
        package var contactsUpdated = 0
        package var errors = 0
        /// How many of the refused rows can be looked at.
        package var errorsKept = 0
        package var errorSamples: [ImportRowError] = []

        package init(importID: UUID, dryRun: Bool) {
            (self.importID, self.dryRun) = (importID, dryRun)
        }
    }

    private let client: PostgresClient
    private let time: any TimeSource

    package init(client: PostgresClient, time: any TimeSource) {
        self.client = client
        self.time = time
    }

    /// Imports a file.
    ///
    /// - Parameter common: what counts for rows that do not say it themselves.
    /// - Throws: `ImportError` when the file is refused, `ComplianceError.invalid` when `common` is.
    package func run(
        _ upload: SuppressionUpload,
        tenantID: UUID,
        common: SuppressionDraft,
        dryRun: Bool,
        userIdentifier: String? = nil
    ) async throws -> Report {
        let started = time.now
        var sample = common
        if common.scope == SuppressionScope.domain.rawValue { sample.domain = "example.com" } else { sample.email = "somebody@example.com" }
        _ = try CheckedSuppression(sample, now: started)
        let given = Import(
            upload: upload,
            tenantID: tenantID,
            common: common,
            userIdentifier: userIdentifier,
            started: started,
            checked: try await check(upload, common: common, dryRun: dryRun, now: started)
        )
        for _ in 1..<Self.attempts {
            do {
                return try await store(given)
            } catch let error as PostgresError where error.sqlState == Self.deadlock {
                continue  // Another transaction held what this one wanted and the other way round; the file is still here.
            }
        }
        return try await store(given)
    }

    private struct Import: Sendable {
        let upload: SuppressionUpload
        let tenantID: UUID
        let common: SuppressionDraft
        let userIdentifier: String?
        let started: Date
        let checked: (report: Report, errors: [ImportRowError])
    }

    /// Reads the file to its end and stores nothing.
    private func check(
        _ upload: SuppressionUpload,
        common: SuppressionDraft,
        dryRun: Bool,
        now: Date
    ) async throws -> (report: Report, errors: [ImportRowError]) {
        var reading = SuppressionFile(common: common, now: now)
        for try await piece in upload.spool.pieces {
            try reading.read(piece)
            _ = reading.take(.max)
        }
        try reading.finish()
        var report = Report(importID: UUIDv7.make(at: now), dryRun: dryRun)
        (report.processed, report.errors, report.errorsKept) = (reading.processed, reading.errors, reading.rejected.count)
        report.errorSamples = Array(reading.rejected.prefix(Self.shownErrors))
        return (report, reading.rejected)
    }

    private func store(_ given: Import) async throws -> Report {
        try await client.withTenant(given.tenantID) { connection in
            // One entry in the audit log stands for all rows.
            try await AuditRepository.silence(on: connection)
            var report = given.checked.report
            if !report.dryRun { try await storeRows(of: given, into: &report, on: connection) }
            let job = ImportRepository.Job(
                id: report.importID,
                kind: .suppressions,
                listID: given.common.listID,
                fileName: given.upload.fileName,
                dryRun: report.dryRun,
                report: try PostgresJSON(encoding: report)
            )
            try await ImportRepository.store(
                job,
                given.checked.errors,
                tenantID: given.tenantID,
                started: given.started,
                finished: time.now,
                on: connection
            )
            try await AuditRepository.record(try Self.note(report, given), tenantID: given.tenantID, on: connection)
            return report
        }
    }

    private func storeRows(of given: Import, into report: inout Report, on connection: PostgresConnection) async throws {
        var reading = SuppressionFile(common: given.common, now: given.started)
        for try await piece in given.upload.spool.pieces {
            try reading.read(piece)
            while reading.ready.count >= Self.batch {
                try await store(reading.take(Self.batch), of: given, into: &report, on: connection)
            }
        }
        try reading.finish()
        while !reading.ready.isEmpty { try await store(reading.take(Self.batch), of: given, into: &report, on: connection) }
    }

    private func store(
        _ entries: [CheckedSuppression],
        of given: Import,
        into report: inout Report,
        on connection: PostgresConnection
    ) async throws {
        let stored = try await SuppressionRepository.store(entries, tenantID: given.tenantID, now: given.started, on: connection)
        report.added += stored.added
        report.skipped += entries.count - stored.added
        report.contactsUpdated += stored.contactsUpdated
    }

    private static func note(_ report: Report, _ given: Import) throws -> AuditNote {
        struct Details: Encodable {
            let importID: UUID
            let processed: Int
            let added: Int
            let skipped: Int
            let errors: Int
            let contactsUpdated: Int

            enum CodingKeys: String, CodingKey {
                case processed, added, skipped, errors
                case importID = "givenid"
                case contactsUpdated = "contacts_updated"
            }
        }
        let details = Details(
            importID: report.importID,
            processed: report.processed,
            added: report.added,
            skipped: report.skipped,
            errors: report.errors,
            contactsUpdated: report.contactsUpdated
        )
        return AuditNote(
            eventType: "csv_upload",
            action: report.dryRun ? "validated" : "imported",
            resourceType: "suppression",
            userIdentifier: given.userIdentifier,
            details: try PostgresJSON(encoding: details)
        )
    }
}
