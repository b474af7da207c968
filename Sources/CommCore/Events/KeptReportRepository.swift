import FoundationEssentials
import Postgres

/// SQL of the reports that belong to no message: kept for a while, so that somebody can look at them; without addresses.
enum KeptReportRepository {
    /// How long they are kept (seconds).
    static let lifetime: TimeInterval = 30 * 86_400

    static func insert(_ reports: [(row: InboxRepository.Row, type: String)], on connection: PostgresConnection) async throws {
        guard !reports.isEmpty else { return }
        try await connection.execute(
            """
            INSERT INTO provider_reports (id, source, type, payload, received_at)
            SELECT unnest(\(reports.map(\.row.id))::uuid[]), unnest(\(reports.map(\.row.source))::text[]),
                   unnest(\(reports.map(\.type))::text[]), unnest(\(reports.map { ProviderText.withoutAddresses($0.row.payload) })::text[])::jsonb - '{From,token}'::text[],
                   unnest(\(reports.map(\.row.receivedAt))::timestamptz[])
            ON CONFLICT DO NOTHING
            """
        )
    }

    static func deleteExpired(now: Date, on client: PostgresClient) async throws {
        try await client.execute("DELETE FROM provider_reports WHERE received_at < \(now.addingTimeInterval(-lifetime))")
    }
}
