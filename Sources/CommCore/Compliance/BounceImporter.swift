import FoundationEssentials
import Postgres

/// Takes the hard bounces that the platform has analysed onto the suppression list.
///
/// The platform's tables say of a bounce whom it met, not whose mail it was. So an address counts for a tenant only when the platform's
/// log has a mail to it from a motor block that a campaign of this tenant uses; what other accounts bounced is never seen.
package struct BounceImporter: Sendable {
    /// The answer to an import.
    package struct Report: Sendable, Equatable {
        package var totalFound = 0
        package var imported = 0
        package var skipped = 0
        package let days: Int
    }

    private static let batch = 2_000
    private static let most = 200_000

    private let client: PostgresClient
    private let platform: PostgresClient
    private let repository: SuppressionRepository
    private let time: any TimeSource

    package init(client: PostgresClient, platform: PostgresClient, time: any TimeSource) {
        self.client = client
        self.platform = platform
        self.repository = SuppressionRepository(client: client, time: time)
        self.time = time
    }

    /// Imports the bounces of so many days.
    package func run(tenantID: UUID, days: Int) async throws -> Report {
        var report = Report(days: days)
        let blocks = try await client.query(
            "SELECT DISTINCT motor_block_id FROM campaigns WHERE tenant_id = \(tenantID)",
            tenant: tenantID
        ).map { try $0.get("motor_block_id") as UUID }
        guard !blocks.isEmpty else { return report }
        let since = time.now.addingTimeInterval(-Double(days) * 86_400)
        let addresses = try await bounced(blocks: blocks, since: since)
        report.totalFound = addresses.count
        for start in stride(from: 0, to: addresses.count, by: Self.batch) {
            let entries = addresses[start..<min(start + Self.batch, addresses.count)].compactMap { address in
                try? CheckedSuppression(SuppressionDraft(email: address, reason: "bounce", source: "bounce_import"), now: time.now)
            }
            report.imported += try await repository.add(entries, tenantID: tenantID, isOperation: true).added
        }
        report.skipped = report.totalFound - report.imported
        try await note(report, tenantID: tenantID)
        return report
    }

    /// A mail may bounce days after it was logged.
    private func bounced(blocks: [UUID], since: Date) async throws -> [String] {
        try await platform.query(
            """
            SELECT DISTINCT lower(e.recipient_email) AS address
              FROM bounce_analysis b JOIN email_events e ON e.id = b.email_event_id
             WHERE b.created_at >= \(since) AND (b.smtp_code::text LIKE '5%' OR b.bounce_category = 'hard') AND e.recipient_email IS NOT NULL
               AND EXISTS (SELECT FROM email_logs l
                            WHERE l.motor_block_id = ANY(\(blocks)::uuid[]) AND l.created_at >= \(since.addingTimeInterval(-7 * 86_400))
                              AND lower(l.to_address) = lower(e.recipient_email))
             ORDER BY 1 LIMIT \(Self.most)
            """
        ).map { try $0.get("address") }
    }

    private func note(_ report: Report, tenantID: UUID) async throws {
        let note = AuditNote(
            eventType: "bounce_import",
            action: "imported",
            resourceType: "suppression",
            details: PostgresJSON(#"{"found":\#(report.totalFound),"imported":\#(report.imported),"days":\#(report.days)}"#)
        )
        try await AuditRepository(client: client).record(note, tenantID: tenantID)
    }
}
