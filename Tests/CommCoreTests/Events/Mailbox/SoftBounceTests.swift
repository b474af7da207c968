import CommTesting
import Foundation
import Postgres
import Testing

@testable import CommCore

@Suite("Addresses that bounce again and again rest", .database)
struct SoftBounceTests {
    private let time = ManualTime(Date(timeIntervalSince1970: 1_795_000_000))
    private let client = TestDatabase.current.client

    private func fixture(_ contacts: Int = 2) async throws -> (CampaignFixture, [UUID]) {
        let fixture = try await CampaignFixture.make(on: client, contacts: contacts, now: time.now, status: "draft")
        let rows = try await client.query("SELECT id FROM contacts WHERE tenant_id = \(fixture.tenantID) ORDER BY id")
        return (fixture, try rows.map { try $0.get("id") })
    }

    private func event(
        _ fixture: CampaignFixture,
        _ contact: UUID,
        _ type: EventType = .bounced,
        kind: BounceKind? = .soft,
        bounceClass: BounceClass? = .full,
        messageID: UUID? = nil,
        at date: Date? = nil
    ) -> Event {
        Event(
            type: type,
            tenantID: fixture.tenantID,
            campaignID: nil,
            contactID: contact,
            messageID: messageID ?? UUIDv7.make(at: time.now),
            source: "test",
            occurredAt: date ?? time.now,
            bounceKind: kind,
            bounceClass: bounceClass
        )
    }

    private func record(_ events: [Event]) async throws {
        let worker = TestDatabase.current.client(role: "comm_worker")
        try await worker.withTransaction { connection in
            _ = try await EventRecorder().record(events, on: connection, now: time.now)
        }
    }

    /// Days until each suppression ends; nil: never.
    private func suppressions() async throws -> [String: Int?] {
        let rows = try await client.query("SELECT reason, email_norm, expires_at FROM suppressions")
        return try Dictionary(
            uniqueKeysWithValues: rows.map { row in
                let end: Date? = try row.get("expires_at")
                return (
                    "\(try row.get("email_norm") as String) \(try row.get("reason") as String)",
                    end.map { Int(($0.timeIntervalSince(time.now) / 86_400).rounded()) }
                )
            }
        )
    }

    @Test func `the third soft bounce within 30 days suppresses for 7 days`() async throws {
        let (fixture, contacts) = try await fixture()
        try await record([event(fixture, contacts[0]), event(fixture, contacts[0]), event(fixture, contacts[1])])
        #expect(try await suppressions().isEmpty)
        time.advance(by: 29 * 86_400)
        try await record([event(fixture, contacts[0])])
        #expect(try await suppressions() == ["person1@example.com soft_bounce": 7])
        #expect(try await client.query("SELECT 1 FROM contacts WHERE status <> 'active'").isEmpty)
        #expect(try await client.query("SELECT 1 FROM contacts WHERE suppression_reason = 'soft_bounce'").count == 1)
    }

    @Test func `each rest is longer than the one before, up to the longest`() async throws {
        let (fixture, contacts) = try await fixture(1)
        for days in [7, 14, 28, 56, 112, 180, 180] {
            try await record((0..<3).map { _ in event(fixture, contacts[0]) })
            #expect(try await suppressions() == ["person1@example.com soft_bounce": days])
            time.advance(by: Double(days) * 86_400 + 1)
            while try await SuppressionExpiry(client: client, time: time).run() {}
            #expect(try await suppressions().isEmpty)
        }
    }

    @Test func `the same event again counts once`() async throws {
        let (fixture, contacts) = try await fixture(1)
        let same = event(fixture, contacts[0])
        for _ in 0..<46 { try await record([same]) }
        #expect(try await suppressions().isEmpty)
        #expect(try await client.query("SELECT 1 FROM soft_bounces WHERE cardinality(bounced_at) = 1").count == 1)
    }

    @Test func `old bounces and those before a mail that arrived do not count`() async throws {
        let (fixture, contacts) = try await fixture(2)
        let old = time.now.addingTimeInterval(-31 * 86_400)
        try await record([event(fixture, contacts[0], at: old), event(fixture, contacts[0]), event(fixture, contacts[0])])
        try await record([event(fixture, contacts[1]), event(fixture, contacts[1])])
        time.advance(by: 60)
        try await record([event(fixture, contacts[1], .delivered)])
        time.advance(by: 60)
        try await record([event(fixture, contacts[1])])
        #expect(try await suppressions().isEmpty)
    }

    @Test(arguments: [BounceClass.block, .content, .policy, .config])
    func `a mail or a sender that is refused suppresses nobody`(bounceClass: BounceClass) async throws {
        let (fixture, contacts) = try await fixture(1)
        try await record((0..<20).map { _ in event(fixture, contacts[0], bounceClass: bounceClass) })
        #expect(try await suppressions().isEmpty)
        #expect(try await client.query("SELECT 1 FROM soft_bounces").isEmpty)
    }

    @Test func `hard bounces and complaints suppress at once and for good, and no rest shortens that`() async throws {
        let (fixture, contacts) = try await fixture(2)
        try await record([
            event(fixture, contacts[0], kind: .hard, bounceClass: .hard), event(fixture, contacts[1], .complained, kind: nil),
        ])
        try await record((0..<3).flatMap { _ in [event(fixture, contacts[0]), event(fixture, contacts[1])] })
        #expect(try await suppressions() == ["person1@example.com bounce": nil, "person2@example.com complaint": nil])
    }

    @Test func `a rest that is running becomes final by a hard bounce`() async throws {
        let (fixture, contacts) = try await fixture(1)
        try await record((0..<3).map { _ in event(fixture, contacts[0]) })
        try await record([event(fixture, contacts[0], kind: .hard, bounceClass: .hard)])
        #expect(try await suppressions() == ["person1@example.com bounce": nil])
    }

    @Test func `a tenant has its own rules, and can switch them off`() async throws {
        let (fixture, contacts) = try await fixture(2)
        try await client.execute(
            """
            INSERT INTO bounce_rules (tenant_id, soft_limit, window_days, rest_days, escalation, updated_at)
            VALUES (\(fixture.tenantID), 2, 10, 3, 1, \(time.now))
            """
        )
        try await record([event(fixture, contacts[0]), event(fixture, contacts[0])])
        #expect(try await suppressions() == ["person1@example.com soft_bounce": 3])
        try await client.execute("UPDATE bounce_rules SET soft_limit = 0")
        try await record((0..<10).map { _ in event(fixture, contacts[1]) })
        #expect(try await suppressions().count == 1)
    }
}
