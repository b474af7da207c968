import FoundationEssentials
import Postgres

/// A campaign ready to be handed over: its envelope, read afresh for each chunk, and its prepared artifact, which never changes and is
/// kept.
package actor CampaignCache {
    /// A campaign ready to be handed over.
    package struct Campaign: Sendable {
        package let envelope: CampaignEnvelope
        package let renderer: MessageRenderer
    }

    /// Artifacts that are kept prepared.
    static let capacity = 64

    private let repository: CampaignEnvelopeRepository
    private let bases: LinkBases
    private let signer: LinkTokenSigner
    private var renderers: [UUID: MessageRenderer] = [:]
    private var order: [UUID] = []

    /// - Parameters:
    ///   - fromAddress: sender of campaigns that set none.
    ///   - unsubscribeMailto: second target of List-Unsubscribe.
    package init(client: PostgresClient, fromAddress: String, unsubscribeMailto: String, bases: LinkBases, signer: LinkTokenSigner) {
        repository = CampaignEnvelopeRepository(
            client: client,
            defaultFromAddress: fromAddress,
            unsubscribeMailto: unsubscribeMailto
        )
        self.bases = bases
        self.signer = signer
    }

    /// - Returns: nil when the campaign or its artifact is gone.
    /// - Throws: `RenderError` when the artifact's program cannot be prepared.
    package func campaign(tenantID: UUID, campaignID: UUID) async throws -> Campaign? {
        guard let envelope = try await repository.envelope(tenantID: tenantID, campaignID: campaignID) else { return nil }
        guard let renderer = try await renderer(of: envelope) else { return nil }
        return Campaign(envelope: envelope, renderer: renderer)
    }

    private func renderer(of envelope: CampaignEnvelope) async throws -> MessageRenderer? {
        if let known = renderers[envelope.artifactID] { return known }
        guard let json = try await repository.program(tenantID: envelope.tenantID, artifactID: envelope.artifactID) else { return nil }
        let renderer = try MessageRenderer(program: json.decode(RenderProgram.self), bases: bases, signer: signer)
        if renderers.updateValue(renderer, forKey: envelope.artifactID) == nil { order.append(envelope.artifactID) }
        if order.count > Self.capacity { renderers[order.removeFirst()] = nil }
        return renderer
    }
}
