import FoundationEssentials

/// One fact that came back, whoever reported it: provider, platform log, tracking link, unsubscribe page.
///
/// The ``id`` is made of what identifies the fact, so that duplicates, replays and reports by two sources change nothing.
package struct Event: Sendable, Equatable {
    package let id: UUID
    package let type: EventType
    package let tenantID: UUID
    package let campaignID: UUID?
    package let contactID: UUID?
    package let messageID: UUID?
    /// Of the message.
    package let channel: Channel
    /// Who reported it: `motorical`, `motorical_log`, `tracking`, `link`, `one_click`, `api`.
    package let source: String
    package let occurredAt: Date
    /// Only for ``EventType/bounced``; for ``EventType/blocked``, hard says that the provider's own list stopped it, so that the address is
    /// suppressed here, too.
    package let bounceKind: BounceKind?
    /// What a bounce says about the address, the mail or us; nil where the source does not tell.
    package let bounceClass: BounceClass?
    /// Details such as URL, user agent and SMTP code, as a JSON object.
    package let payload: String
    /// What a click or open showed of who made it.
    package let tracked: TrackedDetails?
    /// What an unsubscribe or its undoing is about.
    package let scope: SubscriptionScope
    /// Whether a person is behind a click or an open; nil for other events and until it was judged.
    package var verdict: TrackingVerdict?

    /// - Parameter discriminator: what tells two facts of the same type about one message apart, for example the id made when a
    ///   click was received. Ignored for facts that happen once per message.
    package init(
        type: EventType,
        tenantID: UUID,
        campaignID: UUID?,
        contactID: UUID?,
        messageID: UUID?,
        channel: Channel = .email,
        source: String,
        occurredAt: Date,
        bounceKind: BounceKind? = nil,
        bounceClass: BounceClass? = nil,
        discriminator: String? = nil,
        payload: String = "{}",
        tracked: TrackedDetails? = nil,
        scope: SubscriptionScope = .all
    ) {
        self.type = type
        self.tenantID = tenantID
        self.campaignID = campaignID
        self.contactID = contactID
        self.messageID = messageID
        self.channel = channel
        self.source = source
        self.occurredAt = occurredAt
        self.bounceKind =
            switch type {
            case .bounced: bounceKind ?? .hard
            case .blocked: bounceKind
            default: nil
            }
        self.bounceClass = type == .bounced ? bounceClass : nil
        self.payload = payload
        self.tracked = tracked
        self.scope = scope
        self.id = EventIdentity.make(
            type: type,
            messageID: messageID,
            fallback: [campaignID?.uuidString ?? "", contactID?.uuidString ?? ""],
            occurredAt: occurredAt,
            discriminator: discriminator
        )
    }

    /// The time that decides the partition: the message's own, else when it happened.
    package var bucket: Date {
        messageID.flatMap(UUIDv7.time(of:)) ?? occurredAt
    }
}

extension Event {
    /// A click or open as the classifier sees it; nil for other events.
    var hit: TrackingHit? {
        guard let kind = TrackingHit.Kind(rawValue: type.rawValue) else { return nil }
        return TrackingHit(
            id: id,
            kind: kind,
            occurredAt: occurredAt,
            linkIndex: tracked?.linkIndex,
            signals: tracked?.signals ?? TrackingSignals(),
            verdict: verdict
        )
    }
}
