import CommCore
import Hummingbird

/// What the gate at scheduling says of a campaign.
struct PreflightController: Sendable {
    let compiler: CampaignCompiler

    /// Of a draft's template as it is now, or of what is fixed to be sent.
    func get(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let found = try await compiler.preflight(tenantID: context.tenantID, campaignID: try context.id())
        return Answer(PreflightWire(found))
    }
}

/// The findings of a preflight, and what they are about.
struct PreflightWire: Encodable {
    let passed: Bool
    /// The compiled version that is looked at; null for a template as it is now.
    @OrNull var artifact: MessageArtifact?
    let findings: [PreflightFinding]

    init(_ preflight: CampaignPreflight) {
        self.init(preflight.report)
        _artifact = OrNull(wrappedValue: preflight.artifact.map { MessageArtifact(id: $0.id, version: $0.version, hash: $0.hash) })
    }

    init(_ report: PreflightReport) {
        (passed, findings) = (report.passed, report.findings)
        _artifact = OrNull(wrappedValue: nil)
    }
}
