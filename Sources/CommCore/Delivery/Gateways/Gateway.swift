import FoundationEssentials

/// Where messages go.
///
/// One small protocol; each gateway is a folder beside this file.
package protocol Gateway: Sendable {
    /// The name in logs, metrics and `delivery_events.gateway`.
    var name: String { get }

    /// What it carries.
    var channel: Channel { get }

    /// Whether an accepted message may still be lost on the gateway's side (a list in memory), so that somebody must ask later.
    var needsConfirmation: Bool { get }

    /// Whether the gateway takes more work now; false is backpressure, not an error.
    func hasRoom() async throws -> Bool

    /// What the gateway knows of messages that an earlier attempt may have handed over; an id that it never saw is missing.
    func states(of ids: [UUID], scope: HandoverScope) async throws -> [UUID: HandoverState]

    /// Whether the gateway has forgotten what it was handed over since the last call (a Redis that came back empty).
    func hasLostMemory(now: Date) async throws -> Bool

    /// Hands over a batch; safe to repeat with the same message ids where the gateway can tell.
    ///
    /// - Returns: for each message, in the same order, what became of it; never ``Disposition/suppressed(reason:)``.
    /// - Throws: `GatewayOutage` when it certainly took nothing, so that another gateway may; any other error when a store is away and
    ///   what was taken is found out by ``states(of:scope:)``. Nothing is lost: the batch comes again.
    func handOver(_ batch: HandoverBatch) async throws -> [Disposition]
}

extension Gateway {
    package var channel: Channel { .email }
}

/// Where a handed-over message is.
package enum HandoverState: Sendable, Equatable {
    /// Accepted, and waiting on the gateway's side.
    case waiting
    /// The gateway has begun or ended its work on it.
    case taken
    /// An attempt was cut off after its start: whether the gateway has it cannot be known.
    case interrupted
}

/// What a gateway remembers handed-over ids by: a chunk, or the single messages of a campaign.
package struct HandoverScope: Sendable, Hashable {
    package let key: String

    /// - Parameters:
    ///   - campaignID: of the campaign or the request.
    ///   - chunk: number of the chunk; nil for messages that travel on their own.
    package init(campaignID: UUID, chunk: Int?) {
        key = "\(campaignID.uuidString.lowercased()):\(chunk.map(String.init) ?? "single")"
    }
}

/// One message that may be sent.
package struct OutgoingMessage: Sendable {
    package let id: UUID
    package let contactID: UUID?
    package let recipient: String
    package let mergeValues: [String?]

    package init(id: UUID, contactID: UUID?, recipient: String, mergeValues: [String?]) {
        self.id = id
        self.contactID = contactID
        self.recipient = recipient
        self.mergeValues = mergeValues
    }
}

/// Messages of one campaign or request on their way to a gateway.
package struct HandoverBatch: Sendable {
    package let envelope: MessageEnvelope
    package let renderer: MessageRenderer
    package let scope: HandoverScope
    package let messages: [OutgoingMessage]
    /// Whether side effects of an earlier attempt may exist.
    package let isRepeat: Bool

    package init(
        envelope: MessageEnvelope,
        renderer: MessageRenderer,
        scope: HandoverScope,
        messages: [OutgoingMessage],
        isRepeat: Bool
    ) {
        self.envelope = envelope
        self.renderer = renderer
        self.scope = scope
        self.messages = messages
        self.isRepeat = isRepeat
    }

    /// What providers call a message of the batch by.
    func reference(of message: OutgoingMessage) -> MessageReference {
        MessageReference(tenantID: envelope.tenantID, campaignID: envelope.campaignID, messageID: message.id)
    }

    /// The same with other messages.
    func with(_ messages: [OutgoingMessage]) -> HandoverBatch {
        HandoverBatch(envelope: envelope, renderer: renderer, scope: scope, messages: messages, isRepeat: isRepeat)
    }
}
