import CommTesting
import Foundation
import Postgres
import Testing

@testable import CommCore

@Suite("Unsubscribing and undoing it", .database)
struct SubscriptionServiceTests {
    private let time = ManualTime(Date(timeIntervalSince1970: 1_795_000_000))
    private let client = TestDatabase.current.client

    private var service: SubscriptionService {
        SubscriptionService(client: TestDatabase.current.client(role: "comm_api"), time: time)
    }

    private func subject() async throws -> (SubscriptionService.Subject, CampaignFixture) {
        let fixture = try await CampaignFixture.make(on: client, contacts: 1, now: time.now)
        let contact: UUID = try #require(
            try await client.query("SELECT id FROM contacts WHERE tenant_id = \(fixture.tenantID)").first?.get("id")
        )
        let subject = SubscriptionService.Subject(
            tenantID: fixture.tenantID,
            contactID: contact,
            campaignID: fixture.campaignID,
            messageID: UUIDv7.make(at: time.now)
        )
        return (subject, fixture)
    }

    private func state() async throws -> [String] {
        let rows = try await client.query(
            """
            SELECT status, (SELECT count(*) FROM suppressions)::text AS suppressions, (SELECT count(*) FROM email_events)::text AS events
            FROM contacts
            """
        )
        let row = try #require(rows.first)
        return [try row.get("status"), try row.get("suppressions"), try row.get("events")]
    }

    @Test("it is in force when the call returns, and a repeat changes nothing")
    func idempotent() async throws {
        let (subject, _) = try await subject()
        #expect(try await service.unsubscribe(subject, source: "one_click") == .done(email: "person1@example.com", changed: true))
        #expect(try await state() == ["unsubscribed", "1", "1"])
        #expect(try await service.unsubscribe(subject, source: "link") == .done(email: "person1@example.com", changed: false))
        #expect(try await state() == ["unsubscribed", "1", "1"])
    }

    @Test("twenty at once make one event")
    func concurrent() async throws {
        let (subject, _) = try await subject()
        let changed = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    try await service.unsubscribe(subject, source: "link") == .done(email: "person1@example.com", changed: true)
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(changed == 1)
        #expect(try await state() == ["unsubscribed", "1", "1"])
    }

    @Test("it can be undone and done again by the same mail")
    func undo() async throws {
        let (subject, _) = try await subject()
        _ = try await service.unsubscribe(subject, source: "link")
        time.advance(by: 5)
        #expect(try await service.resubscribe(subject, source: "link") == .done(email: "person1@example.com", changed: true))
        #expect(try await state() == ["active", "0", "2"])
        time.advance(by: 5)
        _ = try await service.unsubscribe(subject, source: "link")
        #expect(try await state() == ["unsubscribed", "1", "3"])
    }

    @Test("who complained is not subscribed again")
    func complained() async throws {
        let (subject, _) = try await subject()
        try await client.execute("UPDATE contacts SET status = 'complained'")
        #expect(try await service.resubscribe(subject, source: "api") == .refused(email: "person1@example.com"))
        #expect(try await state()[0] == "complained")
    }

    @Test("a contact of another tenant is not there")
    func otherTenant() async throws {
        let (subject, _) = try await subject()
        let (other, _) = try await self.subject()
        let mixed = SubscriptionService.Subject(tenantID: other.tenantID, contactID: subject.contactID)
        #expect(try await service.unsubscribe(mixed, source: "link") == .contactNotFound)
    }
}
