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

    init(
        owner: String = "bench",
        gateway: RecordingGateway = RecordingGateway(),
        router: HandoverRouter? = nil,
        time: ManualTime,
        chunkSize: Int = 100
    ) throws {
        let client = TestDatabase.current.client
        let logger = Logger.silent
        let settings = DispatchSettings(owner: owner, lease: 60, confirmAfter: 60)
        let log = DeliveryLogRepository(client: client, faults: .none)
        self.client = client
        self.gateway = gateway
        self.time = time
        dispatcher = Dispatcher(
            stores: try Self.stores(client),
            router: router ?? HandoverRouter(gateway, time: time),
            settings: settings,
            time: time,
            faults: .none
        )
        expander = CampaignExpander(client: client, chunkSize: chunkSize, time: time, faults: .none, logger: logger)
        finisher = CampaignFinisher(client: client, log: log, time: time, logger: logger)
        reconciler = HandoverReconciler(client: client, dispatcher: dispatcher, logger: logger)
    }

    /// The stores of a sender.
    static func stores(_ client: PostgresClient) throws -> DispatchStores {
        let links = LinkSettings(
            publicBase: "https://comm.example.com",
            trackingBase: "https://track.example.com",
            fromAddress: "news@example.com",
            unsubscribeMailto: "unsubscribe@example.com",
            signingSecret: Secret("a test secret that is long enough for HS256")
        )
        return try DispatchStores(client: client, links: links, faults: .none)
    }

    /// Dispatches what waits in the express lanes.
    func drainExpress() async throws {
        for priority in Priority.allCases {
            var after: UUID?
            while try await dispatcher.dispatchExpress(priority, after: &after) {}
        }
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
