import FoundationEssentials
import Postgres

/// Sends a campaign to a few named addresses, through the queue like everything else, in the express lane.
///
/// A test belongs to no contact and counts nowhere: not in the campaign's balance, not in statistics, not in anybody's history.
package struct CampaignTester: Sendable {
    private let compiler: CampaignCompiler

    package init(compiler: CampaignCompiler) {
        self.compiler = compiler
    }

    /// Puts the test into the queue.
    ///
    /// - Throws: `CampaignError`: `invalid` for the request, `refused` when every address is suppressed, `validationFailed`, `notFound`.
    package func send(_ request: CampaignTestRequest, tenantID: UUID, campaignID: UUID) async throws -> CampaignTestReceipt {
        let addresses = try request.checked()
        let artifact = try await artifact(request, tenantID: tenantID, campaignID: campaignID)
        let now = compiler.time.now
        return try await compiler.client.withTenant(tenantID) { connection in
            let suppressed = try await TestRepository.suppressed(addresses.map(\.normalized), tenantID: tenantID, now: now, on: connection)
            let refused = addresses.compactMap { address in
                suppressed[address.normalized].map {
                    CampaignTestReceipt.Refused(address: address.original, reason: $0.reason, source: $0.source)
                }
            }
            let allowed = addresses.filter { suppressed[$0.normalized] == nil }
            guard !allowed.isEmpty else {
                let reasons = Set(refused.map(\.reason)).sorted().joined(separator: ", ")
                throw CampaignError(.refused, "Every address of the test is suppressed: \(reasons)")
            }
            let fields = try await TestRepository.fields(of: artifact.id, tenantID: tenantID, on: connection)
            let values = try await values(of: fields, request, tenantID: tenantID, on: connection)
            let ids = allowed.map { _ in UUIDv7.make(at: now) }
            try await TestRepository.enqueue(
                zip(ids, allowed.map(\.deliverable)).map { TestRepository.Message(id: $0, recipient: $1, values: values) },
                artifactID: artifact.id,
                CampaignScope(tenantID: tenantID, campaignID: campaignID, now: now),
                on: connection
            )
            let accepted = zip(ids, allowed).map { CampaignTestReceipt.Accepted(address: $1.original, messageID: $0) }
            return CampaignTestReceipt(artifact: artifact, accepted: accepted, refused: refused)
        }
    }

    /// The version that is asked for; else what is fixed for the campaign; else its template as it is now.
    private func artifact(_ request: CampaignTestRequest, tenantID: UUID, campaignID: UUID) async throws -> ArtifactSummary {
        if let version = request.version {
            return try await compiler.artifacts.get(tenantID: tenantID, campaignID: campaignID, version: version).summary
        }
        let campaign = try await CampaignRepository(client: compiler.client, time: compiler.time).get(tenantID: tenantID, id: campaignID)
        if campaign.status != .draft, let id = campaign.artifactID {
            return try await compiler.artifacts.get(tenantID: tenantID, campaignID: campaignID, id: id).summary
        }
        let compiled = try await compiler.prepareForSending(tenantID: tenantID, campaignID: campaignID)
        let scope = CampaignScope(tenantID: tenantID, campaignID: campaignID, now: compiler.time.now)
        return try await compiler.client.withTenant(tenantID) { connection in
            _ = try await CampaignRepository.lock(tenantID: tenantID, id: campaignID, on: connection)
            if let newest = try await compiler.artifacts.newest(scope, saying: compiled, on: connection) { return newest }
            return try await compiler.artifacts.insert(compiled, scope, on: connection)
        }
    }

    private func values(
        of fields: [String],
        _ request: CampaignTestRequest,
        tenantID: UUID,
        on connection: PostgresConnection
    ) async throws -> [String?] {
        guard let contactID = request.contactID else { return fields.map { PreviewRenderer.demoValues[$0] } }
        guard let values = try await TestRepository.values(of: fields, contactID: contactID, tenantID: tenantID, on: connection) else {
            let problem = FieldProblem(field: "contact_id", code: "unknown", message: "There is no contact of that id")
            throw CampaignError(.invalid, problem.message, problems: [problem])
        }
        return values
    }
}
