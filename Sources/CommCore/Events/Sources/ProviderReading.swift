import FoundationEssentials

/// What a provider's report comes to: facts about messages of ours, or something that is only kept.
struct ProviderReading: Sendable {
    var facts: [ReportedFact] = []
    /// The provider's word for a report that is about no message, or of a type that is not known.
    var keptAs: String?

    /// Nothing to do, and nothing worth keeping.
    static let nothing = ProviderReading()

    static func kept(_ type: String) -> ProviderReading {
        ProviderReading(keptAs: ProviderText.clean(type))
    }

    /// One fact about a recipient: of everybody who has sent there.
    static func fact(
        _ type: EventType,
        ofEverybodyWhoSentTo addressee: ChannelAddress,
        source: String,
        occurredAt: Date,
        discriminator: String?,
        payload: String
    ) -> ProviderReading {
        var fact = ReportedFact(type: type, source: source, occurredAt: occurredAt, discriminator: discriminator, payload: payload)
        fact.addressee = addressee
        return ProviderReading(facts: [fact])
    }

    /// One fact about one of our messages; kept when the report names none of ours.
    static func fact(
        _ type: EventType,
        of reference: MessageReference?,
        source: String,
        occurredAt: Date,
        discriminator: String?,
        details: ReportDetails
    ) throws -> ProviderReading {
        guard let reference else { return .kept("\(type.rawValue) of a message that is not ours") }
        var fact = ReportedFact(
            type: type,
            tenantID: reference.tenantID,
            campaignID: reference.campaignID,
            contactID: nil,
            messageID: reference.messageID,
            source: source,
            occurredAt: occurredAt,
            bounceKind: details.bounceKind,
            discriminator: discriminator,
            payload: try details.json(),
            bounceClass: details.bounceClass
        )
        fact.answer = details.answer
        return ProviderReading(facts: [fact])
    }
}
