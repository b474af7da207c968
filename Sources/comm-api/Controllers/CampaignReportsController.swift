import CommCore
import FoundationEssentials
import Hummingbird
import Postgres

/// What is known of a campaign: its compiled versions, what they look like, and how it fares.
struct CampaignReportsController: Sendable {
    private struct FullArtifactWire: Encodable {
        let summary: ArtifactWire
        let html: String?
        let text: String?
        let report: CompileReport

        private enum CodingKeys: CodingKey { case html, text, report }

        func encode(to encoder: any Encoder) throws {
            try summary.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(html, forKey: .html)
            try container.encode(text, forKey: .text)
            try container.encode(report, forKey: .report)
        }
    }

    private struct PreviewRequest: RequestFields {
        let contactID: UUID?
        let sample: [String: String]

        init(_ fields: inout JSONFields) {
            contactID = fields.uuid("contact_id")
            sample = fields.stringMap("sample") ?? [:]
        }
    }

    private struct PreviewWire: Encodable {
        let subject: String
        @OrNull var html: String?
        let text: String
    }

    let artifacts: ArtifactRepository
    let preview: CampaignPreview
    let stats: CampaignStatsRepository
    let counts: CampaignReportRepository
    let time: any TimeSource
    let bodyLimit: Int

    /// Newest version first.
    func listArtifacts(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        Answer(try await artifacts.list(tenantID: context.tenantID, campaignID: try context.id()).map(ArtifactWire.init))
    }

    /// One version with its bodies and the compile report.
    func getArtifact(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let id = try context.id()
        guard let version = context.parameters.get("version", as: Int.self), (1...Int(Int32.max)).contains(version) else {
            throw Problem.invalid("version", "version must be a positive whole number")
        }
        let found = try await artifacts.get(tenantID: context.tenantID, campaignID: id, version: version)
        return Answer(
            FullArtifactWire(
                summary: ArtifactWire(found.summary),
                html: found.html,
                text: found.text,
                report: try found.report.decode()
            )
        )
    }

    /// As a contact would see it, or with sample values.
    func previewForContact(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let contactID = try request.query { $0.uuid("contact_id") }
        return try await render(contactID: contactID, sample: [:], context)
    }

    /// The same with values of the request's own.
    func previewWithSample(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        _ = try context.id()
        let body: PreviewRequest = try await request.fields(limit: bodyLimit)
        return try await render(contactID: body.contactID, sample: body.sample, context)
    }

    /// Balance, events and rates.
    func getStats(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let id = try context.id()
        let counted = try await counts.totals(tenantID: context.tenantID, campaignID: id)
        return Answer(
            StatsWire(try await stats.stats(tenantID: context.tenantID, campaignID: id, reasons: .unsent), counted: counted, now: time.now)
        )
    }

    /// planned = sent + suppressed + skipped + failed + unknown + pending, by reason.
    func getBalance(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        Answer(BalanceWire(try await stats.stats(tenantID: context.tenantID, campaignID: try context.id()).balance))
    }

    private func render(contactID: UUID?, sample: [String: String], _ context: TenantContext) async throws -> some ResponseGenerator {
        let shown = try await preview.render(
            tenantID: context.tenantID,
            campaignID: try context.id(),
            contactID: contactID,
            sample: sample
        )
        return Answer(PreviewWire(subject: shown.subject, html: shown.html, text: shown.text))
    }
}
