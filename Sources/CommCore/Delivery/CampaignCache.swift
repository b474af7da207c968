import FoundationEssentials
import Postgres

/// A campaign ready to be handed over: its envelope, read afresh for each chunk, and its prepared artifact, which never changes and is
/// kept.
package actor CampaignCache {
    /// A campaign ready to be handed over.
    package struct Campaign: Sendable {
        package let envelope: MessageEnvelope
        package let renderer: MessageRenderer
    }

    /// Artifacts that are kept prepared.
    static let capacity = 64

    /// Before the subject of a test.
    static let testMark = "[Test] "

    private let repository: CampaignEnvelopeRepository
    private let bases: LinkBases
    private let signer: LinkTokenSigner
    private var renderers: [Key: MessageRenderer] = [:]
    private var order: [Key] = []

    private struct Key: Hashable {
        let artifactID: UUID
        let isTest: Bool
    }

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

    /// - Parameters:
    ///   - artifactID: what is sent, where it is not what is fixed for the campaign.
    ///   - isTest: marks the subject.
    /// - Returns: nil when the campaign or its artifact is gone.
    /// - Throws: `RenderError` when the artifact's program cannot be prepared.
    package func campaign(
        tenantID: UUID,
        campaignID: UUID,
        artifactID: UUID? = nil,
        isTest: Bool = false
    ) async throws -> Campaign? {
        let envelope = try await repository.envelope(tenantID: tenantID, campaignID: campaignID, artifactID: artifactID)
        guard let envelope, let renderer = try await renderer(of: envelope, isTest: isTest) else { return nil }
        return Campaign(envelope: envelope, renderer: renderer)
    }

    private func renderer(of envelope: MessageEnvelope, isTest: Bool) async throws -> MessageRenderer? {
        let key = Key(artifactID: envelope.artifactID, isTest: isTest)
        if let known = renderers[key] { return known }
        guard let json = try await repository.program(tenantID: envelope.tenantID, artifactID: envelope.artifactID) else { return nil }
        var program = try json.decode(RenderProgram.self)
        if isTest { program.subject.insert(.literal(Self.testMark), at: 0) }
        let renderer = try MessageRenderer(program: program, bases: bases, signer: signer)
        if renderers.updateValue(renderer, forKey: key) == nil { order.append(key) }
        if order.count > Self.capacity { renderers[order.removeFirst()] = nil }
        return renderer
    }
}
