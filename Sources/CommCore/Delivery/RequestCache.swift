import FoundationEssentials
import Postgres

/// What a sender must know of requests to hand over their messages: envelopes and prepared contents, which never change and are kept.
package actor RequestCache {
    /// A request ready to be handed over.
    package struct Content: Sendable {
        package let envelope: MessageEnvelope
        package let renderer: MessageRenderer
    }

    /// Requests and artifacts that are kept.
    static let capacity = 512

    private let repository: RequestEnvelopeRepository
    private let bases: LinkBases
    private let signer: LinkTokenSigner
    private var envelopes: [UUID: MessageEnvelope] = [:]
    private var envelopeOrder: [UUID] = []
    private var renderers: [UUID: MessageRenderer] = [:]
    private var rendererOrder: [UUID] = []

    /// - Parameters:
    ///   - fromAddress: sender of mails that set none.
    ///   - unsubscribeMailto: second target of List-Unsubscribe.
    package init(client: PostgresClient, fromAddress: String, unsubscribeMailto: String, bases: LinkBases, signer: LinkTokenSigner) {
        repository = RequestEnvelopeRepository(client: client, defaultFromAddress: fromAddress, unsubscribeMailto: unsubscribeMailto)
        self.bases = bases
        self.signer = signer
    }

    /// The contents of requests; those that are gone, or whose program cannot be prepared, are missing.
    package func contents(of requests: [(tenantID: UUID, id: UUID)]) async throws -> [UUID: Content] {
        var found: [UUID: MessageEnvelope] = [:]
        var missing: [(tenantID: UUID, id: UUID)] = []
        for request in requests {
            if let known = envelopes[request.id] { found[request.id] = known } else { missing.append(request) }
        }
        for (id, envelope) in try await repository.envelopes(of: missing) {
            found[id] = envelope
            if envelopes.updateValue(envelope, forKey: id) == nil { envelopeOrder.append(id) }
        }
        try await prepare(found.values.filter { renderers[$0.artifactID] == nil })
        let contents = found.compactMapValues { envelope in
            renderers[envelope.artifactID].map { Content(envelope: envelope, renderer: $0) }
        }
        forget()
        return contents
    }

    private func prepare(_ wanted: [MessageEnvelope]) async throws {
        for (id, program) in try await repository.programs(of: wanted.map { ($0.tenantID, $0.artifactID) }) {
            guard let renderer = try? MessageRenderer(program: program.decode(), bases: bases, signer: signer) else { continue }
            if renderers.updateValue(renderer, forKey: id) == nil { rendererOrder.append(id) }
        }
    }

    private func forget() {
        while envelopeOrder.count > Self.capacity { envelopes[envelopeOrder.removeFirst()] = nil }
        while rendererOrder.count > Self.capacity { renderers[rendererOrder.removeFirst()] = nil }
    }
}
