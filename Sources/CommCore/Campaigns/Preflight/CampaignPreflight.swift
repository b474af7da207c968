import FoundationEssentials
import Postgres

/// What the gate says of a campaign, and of which version.
package struct CampaignPreflight: Sendable, Equatable {
    package let report: PreflightReport
    /// What is fixed to be sent; nil for a draft, of which its template as it is now was looked at.
    package let artifact: ArtifactSummary?
}

extension CampaignCompiler {
    /// The findings that are stored with what a campaign sends; for a draft, those of its template as it is now.
    ///
    /// - Throws: `CampaignError` with `notFound` or, when the template does not compile, `validationFailed`.
    package func preflight(tenantID: UUID, campaignID: UUID) async throws -> CampaignPreflight {
        let campaign = try await CampaignRepository(client: client, time: time).get(tenantID: tenantID, id: campaignID)
        if campaign.status != .draft, let id = campaign.artifactID {
            let artifact = try await artifacts.get(tenantID: tenantID, campaignID: campaignID, id: id)
            let stored = try artifact.report.decode(StoredFindings.self)
            return CampaignPreflight(report: stored.preflight ?? PreflightReport(findings: []), artifact: artifact.summary)
        }
        let compiled = try await prepareForSending(tenantID: tenantID, campaignID: campaignID)
        return CampaignPreflight(report: compiled.report.preflight ?? PreflightReport(findings: []), artifact: nil)
    }

    /// The part of an artifact's report that is wanted here.
    private struct StoredFindings: Decodable {
        let preflight: PreflightReport?
    }
}
