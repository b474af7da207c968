import CommTesting
import Foundation
import Postgres
import Testing

@testable import CommCore

@Suite("Projection and rebuild", .database)
struct RecipientRebuildTests {
    private let time = ManualTime(Date(timeIntervalSince1970: 1_795_000_000))
    private let owner = TestDatabase.current.client

    private var worker: PostgresClient { TestDatabase.current.client(role: "comm_worker") }

    @Test("events in any order, repeated and in any batches, are what a rebuild computes", arguments: [UInt64(1), 2, 3])
    func agrees(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let bench = try SenderBench(time: time)
        let fixture = try await CampaignFixture.make(on: owner, contacts: 8, now: time.now)
        try await bench.expandAll()
        try await bench.drain()
        let messages = try await owner.query("SELECT id, contact_id, campaign_id FROM delivery_events WHERE contact_id IS NOT NULL")
        #expect(messages.count == 8)
        var events: [Event] = []
        for row in messages {
            for number in 0..<Int.random(in: 0...6, using: &random) {
                let types: [EventType] = [.sent, .delivered, .deferred, .opened, .clicked, .clicked, .bounced, .complained, .unsubscribed]
                events.append(
                    Event(
                        type: types[Int.random(in: 0..<types.count, using: &random)],
                        tenantID: fixture.tenantID,
                        campaignID: try row.get("campaign_id"),
                        contactID: try row.get("contact_id"),
                        messageID: try row.get("id"),
                        source: "test",
                        occurredAt: time.now.addingTimeInterval(-86_400 * Double.random(in: 0..<120, using: &random).rounded()),
                        discriminator: "\(number)"
                    )
                )
            }
        }
        events += events.prefix(events.count / 3)
        events.shuffle(using: &random)
        let processor = InboxProcessor(client: worker, time: time, logger: .silent)
        while !events.isEmpty {
            let batch = Array(events.prefix(Int.random(in: 1...5, using: &random)))
            events.removeFirst(batch.count)
            let now = time.now
            _ = try await worker.withTransaction { try await EventRecorder().record(batch, on: $0, now: now) }
            if Bool.random(using: &random) { while try await processor.processBatch() > 0 {} }
        }
        while try await processor.processBatch() > 0 {}
        let rebuilder = RecipientProjectionRebuilder(client: owner, time: time, pageSize: 3)
        let report = try await rebuilder.rebuild(tenantID: fixture.tenantID, isCheck: true)
        #expect(report.contacts == 8 && report.different == 0, "\(report)")
    }

    @Test("what is wrong is found, told, and set right; a check leaves it")
    func repairs() async throws {
        let bench = try SenderBench(time: time)
        let fixture = try await CampaignFixture.make(on: owner, contacts: 5, now: time.now)
        try await bench.expandAll()
        try await bench.drain()
        let processor = InboxProcessor(client: worker, time: time, logger: .silent)
        let rebuilder = RecipientProjectionRebuilder(client: owner, time: time, pageSize: 2)
        // What waits in the inbox is no difference: it will be added.
        #expect(try await rebuilder.rebuild(tenantID: fixture.tenantID, isCheck: true).different == 0)
        while try await processor.processBatch() > 0 {}
        #expect(try await rebuilder.rebuild(tenantID: fixture.tenantID, isCheck: true).different == 0)
        try await owner.execute(
            """
            UPDATE contacts SET clicked_count = 3, last_clicked_at = \(time.now), engagement_level = 'high'
             WHERE id = (SELECT min(id::text)::uuid FROM contacts)
            """
        )
        let check = try await rebuilder.rebuild(tenantID: fixture.tenantID, isCheck: true)
        #expect(check.different == 1 && check.byColumn == ["clicked_count": 1, "last_clicked_at": 1, "engagement_level": 1])
        #expect(try await rebuilder.rebuild(tenantID: fixture.tenantID).different == 1)
        #expect(try await rebuilder.rebuild(tenantID: fixture.tenantID, isCheck: true).different == 0)
        #expect(try await owner.query("SELECT 1 FROM contacts WHERE engagement_level = 'low'").count == 5)
    }
}
