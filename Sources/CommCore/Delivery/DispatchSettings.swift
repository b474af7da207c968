import FoundationEssentials
import Postgres

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
    /// A message of a campaign that is still deferred this long after it was made is given up.
    package var maximumAge: TimeInterval
    /// Single messages per claim.
    package var singlesPerClaim: Int
    /// Messages per claim of an express lane.
    package var expressPerClaim: Int

    package init(
        owner: String,
        lease: TimeInterval = 60,
        confirmAfter: TimeInterval = 60,
        maximumAge: TimeInterval = 48 * 3600,
        singlesPerClaim: Int = 100,
        expressPerClaim: Int = 500
    ) {
        self.owner = owner
        self.lease = lease
        self.confirmAfter = confirmAfter
        self.maximumAge = maximumAge
        self.singlesPerClaim = singlesPerClaim
        self.expressPerClaim = expressPerClaim
    }
}

/// The stores of the outbound pipeline.
package struct DispatchStores: Sendable {
    package let chunks: ChunkRepository
    package let messages: MessageRepository
    package let log: DeliveryLogRepository
    package let campaigns: CampaignCache
    package let express: ExpressStores

    package init(
        chunks: ChunkRepository,
        messages: MessageRepository,
        log: DeliveryLogRepository,
        campaigns: CampaignCache,
        express: ExpressStores
    ) {
        self.chunks = chunks
        self.messages = messages
        self.log = log
        self.campaigns = campaigns
        self.express = express
    }
}

/// The stores of the express lanes.
package struct ExpressStores: Sendable {
    package let queue: ExpressRepository
    package let log: ExpressLogRepository
    package let requests: RequestCache

    package init(queue: ExpressRepository, log: ExpressLogRepository, requests: RequestCache) {
        self.queue = queue
        self.log = log
        self.requests = requests
    }
}

extension DispatchStores {
    /// The stores on one database.
    ///
    /// - Throws: when the addresses or the secret of links are unusable.
    package init(client: PostgresClient, links: LinkSettings, faults: FaultPoints) throws {
        let bases = try LinkBases(tracking: links.trackingBase, publicBase: links.publicBase)
        let signer = LinkTokenSigner(key: try LinkTokenKey(secret: links.signingSecret.reveal()))
        self.init(
            chunks: ChunkRepository(client: client),
            messages: MessageRepository(client: client),
            log: DeliveryLogRepository(client: client, faults: faults),
            campaigns: CampaignCache(
                client: client,
                fromAddress: links.fromAddress,
                unsubscribeMailto: links.unsubscribeMailto,
                bases: bases,
                signer: signer
            ),
            express: ExpressStores(
                queue: ExpressRepository(client: client),
                log: ExpressLogRepository(client: client, faults: faults),
                requests: RequestCache(
                    client: client,
                    fromAddress: links.fromAddress,
                    unsubscribeMailto: links.unsubscribeMailto,
                    bases: bases,
                    signer: signer
                )
            )
        )
    }
}
