import FoundationEssentials
import Postgres

/// SQL of the counts of a tenant or a part of it in one period.
package struct TenantReportRepository: Sendable {
    private let client: PostgresClient

    package init(client: PostgresClient) {
        self.client = client
    }

    package func totals(
        tenantID: UUID,
        subject: ReportSubject,
        period: ReportPeriod
    ) async throws -> (counts: ReportCounts, progress: ReportProgress) {
        try await client.withTenant(tenantID) { connection in
            try await Self.require(subject, tenantID: tenantID, on: connection)
            return (
                try await EventReportRepository.totals(tenantID: tenantID, subject: subject, period: period, on: connection),
                try await ReportProgress.read(on: connection)
            )
        }
    }

    package func series(
        tenantID: UUID,
        subject: ReportSubject,
        provider: String?,
        period: ReportPeriod,
        interval: ReportInterval
    ) async throws -> (points: [ReportPoint], progress: ReportProgress) {
        try await client.withTenant(tenantID) { connection in
            try await Self.require(subject, tenantID: tenantID, on: connection)
            let points = try await EventReportRepository.series(
                tenantID: tenantID,
                subject: subject,
                provider: provider,
                period: period,
                interval: interval,
                on: connection
            )
            return (points, try await ReportProgress.read(on: connection))
        }
    }

    /// The tenant's own zone, where one is set.
    package func zone(of tenantID: UUID) async throws -> ReportZone {
        let rows = try await client.query("SELECT timezone FROM tenant_settings WHERE tenant_id = \(tenantID)", tenant: tenantID)
        guard let name: String = try rows.first?.get("timezone") else { return .utc }
        return ReportZone(name) ?? .utc
    }

    /// The large providers that series can be asked for, and `other`.
    package func providers() async throws -> Set<String> {
        let rows = try await client.query("SELECT DISTINCT provider FROM mailbox_providers")
        return try Set(rows.map { try $0.get("provider") as String } + ["other"])
    }

    /// The provider under which mail to a domain is counted.
    package func provider(ofDomain domain: String) async throws -> String {
        let rows = try await client.query("SELECT provider FROM mailbox_providers WHERE domain = \(domain.lowercased())")
        return try rows.first?.get("provider") ?? "other"
    }

    private static func require(_ subject: ReportSubject, tenantID: UUID, on connection: PostgresConnection) async throws {
        switch subject {
        case .tenant: break
        case .campaign(let id): _ = try await CampaignRepository.find(tenantID: tenantID, id: id, on: connection)
        case .list(let id):
            let rows = try await connection.query(
                "SELECT FROM lists WHERE tenant_id = \(tenantID) AND id = \(id) AND deleted_at IS NULL"
            )
            if rows.isEmpty { throw ContactError.listNotFound }
        }
    }
}
