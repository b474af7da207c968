import CommTesting
import Foundation
import Postgres
import Testing

@testable import CommCore

@Suite("Sending at the right time", .database)
struct CampaignTimingTests {
    /// Monday 2026-06-01, 06:00 UTC: 09:00 in Vilnius.
    private let time = ManualTime(Date(timeIntervalSince1970: 1_780_293_600))
    private let hour: TimeInterval = 3_600

    @Test("everybody gets it when their own clock shows the time, in chunks of one time each")
    func localTime() async throws {
        let bench = try SenderBench(time: time, chunkSize: 3)
        let fixture = try await CampaignFixture.make(on: bench.client, contacts: 12, now: time.now)
        for (people, zone) in [("1 2 3 4", "Asia/Tokyo"), ("5 6", "America/New_York"), ("7", "Mars/Olympus")] {
            let names = people.split(separator: " ").map { "person\($0)@example.com" }
            try await bench.client.execute(
                "UPDATE contacts SET attributes = jsonb_build_object('timezone', \(zone)::text) WHERE email = ANY(\(names)::text[])"
            )
        }
        // At 09:00 by each clock: Tokyo at 00:00 UTC, Vilnius at 06:00, New York at 13:00.
        let tokyo = time.now.addingTimeInterval(-6 * hour)
        try await bench.client.execute(
            "UPDATE campaigns SET send_at_local_time = true, timezone = 'Europe/Vilnius', starts_at = \(tokyo) WHERE id = \(fixture.campaignID)"
        )
        time.set(tokyo.addingTimeInterval(-1))
        try await bench.expandAll()
        #expect(try await bench.live(of: fixture) == 0)
        time.set(tokyo)
        try await bench.expandAll()
        #expect(try await bench.live(of: fixture) == 12)
        #expect(try await Self.chunkSizes(bench, fixture) == [3, 1, 3, 3, 2])
        try await bench.drain()
        #expect(try await bench.outcomes(of: fixture) == ["sent": 4])
        time.set(tokyo.addingTimeInterval(6 * hour - 1))
        try await bench.drain()
        #expect(try await bench.outcomes(of: fixture) == ["sent": 4])
        time.set(tokyo.addingTimeInterval(6 * hour))
        try await bench.drain()
        #expect(try await bench.outcomes(of: fixture) == ["sent": 10])
        #expect(try await bench.status(of: fixture) == "sending")
        time.set(tokyo.addingTimeInterval(13 * hour))
        try await bench.drain()
        #expect(try await bench.outcomes(of: fixture) == ["sent": 12])
        #expect(try await bench.status(of: fixture) == "completed")
        #expect(bench.gateway.accepted.values.allSatisfy { $0 == 1 })
    }

    @Test("nothing leaves outside the window, also not what was put off, and it goes on when the window opens")
    func windows() async throws {
        let bench = try SenderBench(time: time, chunkSize: 10)
        let fixture = try await CampaignFixture.make(on: bench.client, contacts: 30, now: time.now)
        let windows = try PostgresJSON(encoding: [SendingWindow(days: [.mon, .tue], from: 9 * 60, to: 10 * 60)])
        try await bench.client.execute(
            "UPDATE campaigns SET sending_windows = \(windows), timezone = 'Europe/Vilnius' WHERE id = \(fixture.campaignID)"
        )
        bench.gateway.answer { [time] message in
            message.recipient == "person1@example.com" ? .deferred(until: time.now.addingTimeInterval(3_600), reason: "451 later") : .sent
        }
        try await bench.expandAll()
        #expect(try await bench.dispatcher.dispatchChunk())
        #expect(try await bench.outcomes(of: fixture) == ["sent": 9])
        time.advance(by: hour)
        bench.gateway.answer { _ in .sent }
        try await bench.expandAll()
        try await bench.drain()
        #expect(try await bench.outcomes(of: fixture) == ["sent": 9])
        // Tuesday, 09:00.
        time.advance(by: 23 * hour - 1)
        try await bench.expandAll()
        try await bench.drain()
        #expect(try await bench.outcomes(of: fixture) == ["sent": 9])
        time.advance(by: 1)
        try await bench.expandAll()
        try await bench.drain()
        #expect(try await bench.outcomes(of: fixture) == ["sent": 30])
    }

    @Test("a campaign that begins outside the tenant's hours sends nothing for not one moment")
    func tenantsWindows() async throws {
        let bench = try SenderBench(time: time)
        let fixture = try await CampaignFixture.make(on: bench.client, contacts: 5, now: time.now)
        let windows = try PostgresJSON(encoding: [SendingWindow(days: [.sat], from: 0, to: 1440)])
        try await bench.client.execute(
            """
            INSERT INTO tenant_settings (tenant_id, timezone, sending_windows, updated_at)
            VALUES (\(fixture.tenantID), 'UTC', \(windows), \(time.now))
            """
        )
        try await bench.expandAll()
        try await bench.drain()
        #expect(try await bench.live(of: fixture) == 5)
        // A window of its own goes before the tenant's.
        let own = try PostgresJSON(encoding: [SendingWindow(days: [.mon], from: 0, to: 1440)])
        let campaigns = CampaignRepository(client: bench.client, time: time)
        _ = try await campaigns.updateSettings(
            tenantID: fixture.tenantID,
            id: fixture.campaignID,
            patch: CampaignSettingsPatch(sendingWindows: try own.decode())
        )
        try await bench.drain()
        #expect(try await bench.live(of: fixture) == 5)
        try await bench.expandAll()
        try await bench.drain()
        #expect(try await bench.outcomes(of: fixture) == ["sent": 5])
    }

    @Test("members of excluded lists get nothing, those who have left such a list do")
    func excludedLists() async throws {
        let bench = try SenderBench(time: time, chunkSize: 4)
        let fixture = try await CampaignFixture.make(on: bench.client, contacts: 20, now: time.now)
        let excluded = UUID()
        try await bench.client.execute(
            "INSERT INTO lists (tenant_id, id, name, created_at) VALUES (\(fixture.tenantID), \(excluded), 'Staff', \(time.now))"
        )
        try await bench.client.execute(
            """
            INSERT INTO list_contacts (tenant_id, list_id, contact_id, status, created_at)
            SELECT tenant_id, \(excluded), id, CASE WHEN email = 'person1@example.com' THEN 'unsubscribed' ELSE 'active' END, \(time.now)
              FROM contacts WHERE tenant_id = \(fixture.tenantID)
               AND email IN ('person1@example.com', 'person2@example.com', 'person3@example.com', 'person20@example.com')
            """
        )
        try await bench.client.execute(
            "UPDATE comm_audience_snapshots SET excluded_lists = \([excluded])::uuid[] WHERE tenant_id = \(fixture.tenantID)"
        )
        try await bench.expandAll()
        try await bench.drain()
        #expect(try await bench.outcomes(of: fixture) == ["sent": 17])
        let mailed = try await bench.client.query("SELECT recipient FROM delivery_events ORDER BY recipient")
        let recipients: [String] = try mailed.map { try $0.get("recipient") }
        #expect(recipients.contains("person1@example.com") && !recipients.contains("person2@example.com"))
    }

    /// In the order of their numbers.
    private static func chunkSizes(_ bench: SenderBench, _ fixture: CampaignFixture) async throws -> [Int] {
        try await bench.client.query("SELECT size FROM queue_chunks WHERE campaign_id = \(fixture.campaignID) ORDER BY chunk_no")
            .map { try $0.get("size") }
    }
}
