import CommCore
import CommTesting
import Foundation
import Logging
import Postgres

/// The outbound pipeline put together on a test database, driven by hand.
struct SenderBench {
    let client: PostgresClient
    let gateway: RecordingGateway
    let time: ManualTime
    let dispatcher: Dispatcher
    let expander: CampaignExpander
    let finisher: CampaignFinisher
    let reconciler: HandoverReconciler

    init(owner: String = "bench", gateway: RecordingGateway = RecordingGateway(), time: ManualTime, chunkSize: Int = 100) throws {
        let client = TestDatabase.current.client
        let logger = Logger.silent
        let campaigns = CampaignCache(
            client: client,
            fromAddress: "news@example.com",
            unsubscribeMailto: "unsubscribe@example.com",
            bases: try LinkBases(tracking: "https://track.example.com", publicBase: "https://comm.example.com"),
            signer: LinkTokenSigner(key: try LinkTokenKey(secret: "a test secret that is long enough for HS256"))
        )
        let settings = DispatchSettings(owner: owner, lease: 60, confirmAfter: 60)
        let log = DeliveryLogRepository(client: client, faults: .none)
        self.client = client
        self.gateway = gateway
        self.time = time
        dispatcher = Dispatcher(
            stores: DispatchStores(
                chunks: ChunkRepository(client: client),
                messages: MessageRepository(client: client),
                log: log,
                campaigns: campaigns
            ),
            gateway: gateway,
            settings: settings,
            time: time,
            faults: .none
        )
        expander = CampaignExpander(client: client, chunkSize: chunkSize, time: time, faults: .none, logger: logger)
        finisher = CampaignFinisher(client: client, log: log, time: time, logger: logger)
        reconciler = HandoverReconciler(
            repository: HandoverRepository(client: client),
            campaigns: campaigns,
            gateway: gateway,
            settings: settings,
            time: time,
            logger: logger
        )
    }

    func expandAll() async throws {
        while try await expander.step() {}
    }

    /// Dispatches all that is due and finishes what is finished.
    func drain() async throws {
        while try await dispatcher.dispatchChunk() {}
        while try await dispatcher.dispatchSingles() {}
        while try await finisher.step() {}
    }

    func status(of fixture: CampaignFixture) async throws -> String {
        try await client.query("SELECT status FROM campaigns WHERE id = \(fixture.campaignID)").first?.get("status") ?? "gone"
    }

    /// Outcomes in the delivery log, with their counts.
    func outcomes(of fixture: CampaignFixture) async throws -> [String: Int] {
        let rows = try await client.query(
            """
            SELECT outcome || coalesce(':' || reason, '') AS outcome, count(*) AS count FROM delivery_events
            WHERE campaign_id = \(fixture.campaignID) GROUP BY 1
            """
        )
        return try Dictionary(uniqueKeysWithValues: rows.map { (try $0.get("outcome") as String, try $0.get("count") as Int) })
    }

    func live(of fixture: CampaignFixture) async throws -> Int {
        try await client.query("SELECT count(*) AS count FROM message_queue WHERE campaign_id = \(fixture.campaignID)").first?
            .get("count") ?? -1
    }
}

extension Logger {
    /// Writes nothing.
    static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}
