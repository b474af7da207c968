import CommCore
import CommTesting
import Foundation
import Logging
import Postgres
import Redis
import Testing

/// A database of its own, a Redis of its own, a consumer at the far end, and senders that are started and killed at will.
struct SenderWorld {
    let database: PostgresClient
    let platform: PostgresClient
    let redis: PrivateRedis
    let consumer: JobConsumer
    let environment: [String: String]
    let logs: URL

    init() async throws {
        let test = TestDatabase.current
        let farEnd = try await test.platform()
        database = test.client
        platform = farEnd.client
        redis = try await PrivateRedis()
        consumer = JobConsumer(redis: redis, platform: platform)
        logs = FileManager.default.temporaryDirectory.appendingPathComponent("comm-e2e-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: logs, withIntermediateDirectories: true)
        environment = [
            "COMM_ENVIRONMENT": "development",
            "COMM_DB_URL": test.url(role: "comm_worker"),
            "MOTORICAL_DB_URL": farEnd.url,
            "REDIS_URL": redis.url,
            "SERVICE_JWT_SECRET": "e2e-6bd1f7c09a5e4d21b8f3-0c4fab7ffb403e92",
            "COMM_PUBLIC_BASE": "http://127.0.0.1:9",
            "COMM_SENDER_PORT": "0",
            "COMM_LEASE_SECONDS": "5",
            "COMM_RECONCILE_AFTER_SECONDS": "2",
            "COMM_CHUNK_SIZE": "100",
            "LOG_FORMAT": "json",
        ]
    }

    func startSender(_ extra: [String: String] = [:]) throws -> DaemonHandle {
        try DaemonHandle("comm-sender", environment: environment.merging(extra) { _, new in new }, logFolder: logs)
    }

    func campaign(contacts: Int, chunkSize: Int? = nil) async throws -> CampaignFixture {
        try await CampaignFixture.make(on: database, contacts: contacts, now: Date(), chunkSize: chunkSize)
    }

    func status(_ fixture: CampaignFixture) async throws -> String {
        try await database.query("SELECT status FROM campaigns WHERE id = \(fixture.campaignID)").first?.get("status") ?? "gone"
    }

    func sentSoFar(_ fixture: CampaignFixture) async throws -> Int {
        try await database.query(
            "SELECT sent::int AS sent FROM campaign_delivery_metrics WHERE campaign_id = \(fixture.campaignID)"
        ).first?.get("sent") ?? 0
    }

    /// Waits until the campaign is completed and every job has come out at the far end.
    func waitForCompletion(_ fixture: CampaignFixture, within limit: Duration = .seconds(120)) async throws {
        try await eventually("the campaign completes", within: limit) { try await status(fixture) == "completed" }
        let sent = try await sentSoFar(fixture)
        try await eventually("all \(sent) jobs arrive", within: limit) { consumer.seen.count >= sent }
    }

    /// The ledger: planned = sent + suppressed + skipped + failed + unknown; one job for each sent id and none for another; every
    /// job had its row; no lease is left over.
    func checkLedger(_ fixture: CampaignFixture, planned: Int, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let outcomes = try await database.query(
            "SELECT outcome, count(*)::int AS count FROM delivery_events WHERE campaign_id = \(fixture.campaignID) GROUP BY 1"
        )
        let counts = try Dictionary(uniqueKeysWithValues: outcomes.map { (try $0.get("outcome") as String, try $0.get("count") as Int) })
        let sent = try await database.query(
            "SELECT id FROM delivery_events WHERE campaign_id = \(fixture.campaignID) AND outcome = 'sent'"
        )
        let sentIDs = try Set(sent.map { try $0.get("id") as UUID })
        let rows = try await platform.query("SELECT id FROM email_logs")
        let rowIDs = try Set(rows.map { try $0.get("id") as UUID })
        let seen = consumer.seen
        #expect(counts.values.reduce(0, +) == planned, "planned = \(counts)", sourceLocation: sourceLocation)
        #expect(Set(seen.keys) == sentIDs, "jobs are the sent messages", sourceLocation: sourceLocation)
        #expect(seen.values.filter { $0 != 1 }.isEmpty, "one job per id", sourceLocation: sourceLocation)
        #expect(consumer.withoutRow.isEmpty && consumer.unreadable == 0, "every job has its row", sourceLocation: sourceLocation)
        #expect(sentIDs.isSubset(of: rowIDs), "every sent message has its row", sourceLocation: sourceLocation)
        let left = try await database.query(
            """
            SELECT (SELECT count(*) FROM message_queue)::int AS live,
                   (SELECT count(*) FROM queue_chunks WHERE state <> 'handed_over')::int AS chunks,
                   (SELECT planned FROM campaign_delivery_metrics WHERE campaign_id = \(fixture.campaignID))::int AS planned
            """
        )
        #expect(try left.first?.get("live") == 0 as Int?, "the queue is empty", sourceLocation: sourceLocation)
        #expect(try left.first?.get("chunks") == 0 as Int?, "no chunk is open", sourceLocation: sourceLocation)
        #expect(try left.first?.get("planned") == planned as Int?, "the counter agrees", sourceLocation: sourceLocation)
    }
}
