import FoundationEssentials
import Postgres

/// Puts the addresses and domains of a CSV file of any size on the suppression list, in bounded memory.
///
/// Rows are stored as they come, some thousands to a transaction: what was stored before an upload broke off stays, which errs on the
/// side of not mailing, and the same file may simply be sent again. Rows that cannot be used are left out and reported.
package struct SuppressionImporter: Sendable {
    private static let batch = 2_000
    private static let shownErrors = 10

    /// A row that was left out.
    package struct RowError: Sendable, Equatable {
        /// As a spreadsheet counts.
        package let row: Int
        package let error: String
    }

    /// What became of the file.
    package struct Report: Sendable, Equatable {
        package var dryRun: Bool
        package var processed = 0
        package var added = 0
        /// On the list already.
        package var skipped = 0
        package var contactsUpdated = 0
        package var errors = 0
        package var errorSamples: [RowError] = []
    }

    private let repository: SuppressionRepository
    private let audit: AuditRepository
    private let time: any TimeSource

    package init(repository: SuppressionRepository, audit: AuditRepository, time: any TimeSource) {
        self.repository = repository
        self.audit = audit
        self.time = time
    }

    /// Imports a file given as pieces of bytes, cut anywhere.
    ///
    /// - Parameter common: what counts for rows that do not say it themselves.
    /// - Throws: `ImportError` when the file is refused, `ComplianceError.invalid` when `common` is.
    package func run<Source: AsyncSequence & Sendable>(
        _ source: Source,
        tenantID: UUID,
        common: SuppressionDraft,
        dryRun: Bool,
        userIdentifier: String? = nil
    ) async throws -> Report where Source.Element == [UInt8] {
        var sample = common
        if common.scope == SuppressionScope.domain.rawValue { sample.domain = "example.com" } else { sample.email = "somebody@example.com" }
        _ = try CheckedSuppression(sample, now: time.now)
        var reading = SuppressionFile(common: common, now: time.now)
        var report = Report(dryRun: dryRun)
        for try await piece in source {
            try reading.read(piece)
            while reading.ready.count >= Self.batch {
                try await store(reading.take(Self.batch), tenantID: tenantID, into: &report)
            }
        }
        try reading.finish()
        while !reading.ready.isEmpty { try await store(reading.take(Self.batch), tenantID: tenantID, into: &report) }
        report.processed = reading.processed
        report.errors = reading.errors
        report.errorSamples = Array(reading.samples.prefix(Self.shownErrors))
        try await note(report, tenantID: tenantID, userIdentifier: userIdentifier)
        return report
    }

    private func store(_ entries: [CheckedSuppression], tenantID: UUID, into report: inout Report) async throws {
        guard !report.dryRun else { return }
        let stored = try await repository.add(entries, tenantID: tenantID, isOperation: true)
        report.added += stored.added
        report.skipped += entries.count - stored.added
        report.contactsUpdated += stored.contactsUpdated
    }

    private func note(_ report: Report, tenantID: UUID, userIdentifier: String?) async throws {
        struct Details: Encodable {
            let processed: Int
            let added: Int
            let skipped: Int
            let errors: Int
            let contactsUpdated: Int

            enum CodingKeys: String, CodingKey {
                case processed, added, skipped, errors
                case contactsUpdated = "contacts_updated"
            }
        }
        let details = Details(
            processed: report.processed,
            added: report.added,
            skipped: report.skipped,
            errors: report.errors,
            contactsUpdated: report.contactsUpdated
        )
        let note = AuditNote(
            eventType: "csv_upload",
            action: report.dryRun ? "validated" : "imported",
            resourceType: "suppression",
            userIdentifier: userIdentifier,
            details: try PostgresJSON(encoding: details)
        )
        try await audit.record(note, tenantID: tenantID)
    }
}
