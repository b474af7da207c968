import FoundationEssentials

/// A fact as a source tells it, before it is known whose message it is about.
struct ReportedFact: Sendable {
    var type: EventType
    var tenantID: UUID?
    var campaignID: UUID?
    var contactID: UUID?
    var messageID: UUID?
    var source: String
    var occurredAt: Date
    var bounceKind: BounceKind?
    var discriminator: String?
    var payload: String
    var tracked: TrackedDetails?
    /// Of a bounce, where the source tells it.
    var bounceClass: BounceClass?
    /// What the recipient's server or the provider said, for the rules by which gateways slow down.
    var answer: String?
    /// Where the message may be, when the tenant is not known.
    var candidates: MessageCandidates?
    /// Of whom the fact is, when it is about no message: of everybody's latest message there.
    var addressee: ChannelAddress?

    /// The event, once the owner is known.
    ///
    /// Of a person who does not want to be tracked, a click says that somebody clicked, and not who.
    func event(of owner: MessageOwner) -> Event {
        guard tracked == nil || !owner.refusesTracking else { return anonymous(of: owner) }
        return Event(
            type: type,
            tenantID: owner.tenantID,
            campaignID: owner.campaignID,
            contactID: owner.contactID,
            messageID: owner.messageID,
            channel: owner.channel,
            source: source,
            occurredAt: occurredAt,
            bounceKind: bounceKind,
            bounceClass: bounceClass,
            discriminator: discriminator,
            payload: payload,
            tracked: tracked
        )
    }

    private func anonymous(of owner: MessageOwner) -> Event {
        Event(
            type: type,
            tenantID: owner.tenantID,
            campaignID: owner.campaignID,
            contactID: nil,
            messageID: nil,
            source: source,
            occurredAt: occurredAt,
            discriminator: discriminator,
            payload: TrackingSource.anonymised(payload),
            tracked: tracked
        )
    }
}

/// Whose message a fact is about, as our own delivery log says it.
struct MessageOwner: Sendable {
    let tenantID: UUID
    let campaignID: UUID?
    let contactID: UUID?
    let messageID: UUID?
    var channel = Channel.email
    /// The person asked not to be tracked.
    var refusesTracking = false
    /// Who took the message over, and for which domain.
    var gateway: String?
    var domain: String?
}

/// A report that cannot be understood; it is dropped and counted.
struct UnreadableReport: Error {
    let reason: String
}
