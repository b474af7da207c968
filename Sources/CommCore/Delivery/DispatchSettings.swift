import FoundationEssentials

/// How a sender works.
///
/// Times are in seconds.
package struct DispatchSettings: Sendable {
    /// Who holds the leases, for people who look at the tables: host and process.
    package var owner: String
    /// For how long a claim holds unless it is renewed.
    package var lease: TimeInterval
    /// How long after the hand-over the platform is asked whether it has the messages.
    package var confirmAfter: TimeInterval
    /// A message that is still deferred this long after it was made is given up.
    package var maximumAge: TimeInterval
    /// Single messages per claim.
    package var singlesPerClaim: Int

    package init(
        owner: String,
        lease: TimeInterval = 60,
        confirmAfter: TimeInterval = 60,
        maximumAge: TimeInterval = 48 * 3600,
        singlesPerClaim: Int = 100
    ) {
        self.owner = owner
        self.lease = lease
        self.confirmAfter = confirmAfter
        self.maximumAge = maximumAge
        self.singlesPerClaim = singlesPerClaim
    }
}

/// The stores of the outbound pipeline.
package struct DispatchStores: Sendable {
    package let chunks: ChunkRepository
    package let messages: MessageRepository
    package let log: DeliveryLogRepository
    package let campaigns: CampaignCache

    package init(chunks: ChunkRepository, messages: MessageRepository, log: DeliveryLogRepository, campaigns: CampaignCache) {
        self.chunks = chunks
        self.messages = messages
        self.log = log
        self.campaigns = campaigns
    }
}
