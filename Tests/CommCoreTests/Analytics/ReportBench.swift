import CommCore
import CommTesting
import Foundation
import Postgres

@testable import CommCore

/// A campaign that went to people of three domains, and facts about its messages.
struct ReportBench {
    struct Message {
        let id: UUID
        let contactID: UUID
    }

    static let domains = ["gmail.com", "shop.example", "gmx.de"]
    static let agents = [
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36", "",
    ]

    let client = TestDatabase.current.client
    let worker = TestDatabase.current.client(role: "comm_worker")
    let api = TestDatabase.current.client(role: "comm_api")
    let time: ManualTime
    let fixture: CampaignFixture
    let messages: [Message]

    var rebuilder: RollUpRebuilder { RollUpRebuilder(client: worker) }

    /// Sends a campaign to so many people.
    static func make(contacts: Int, time: ManualTime) async throws -> ReportBench {
        let client = TestDatabase.current.client
        let bench = try SenderBench(time: time, chunkSize: 7)
        let fixture = try await CampaignFixture.make(on: client, contacts: contacts, now: time.now)
        try await client.execute(
            """
            UPDATE contacts c SET email = 'person' || n || '@' || d, email_norm = 'person' || n || '@' || d
            FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM contacts WHERE tenant_id = \(fixture.tenantID)) o
            JOIN unnest(\(domains)) WITH ORDINALITY AS u(d, place) ON place = 1 + n % 3
            WHERE c.tenant_id = \(fixture.tenantID) AND c.id = o.id
            """
        )
        try await bench.expandAll()
        try await bench.drain()
        let rows = try await client.query(
            "SELECT id, contact_id FROM delivery_events WHERE campaign_id = \(fixture.campaignID) ORDER BY id"
        )
        return ReportBench(
            time: time,
            fixture: fixture,
            messages: try rows.map { Message(id: try $0.get("id"), contactID: try $0.get("contact_id")) }
        )
    }

    func report(_ type: String, _ message: Message, at: Date, more: String = "") -> (source: String, payload: String) {
        (
            MotoricalSource.webhook,
            """
            {"type":"\(type)","campaign_id":"\(fixture.campaignID)","contact_id":"\(message.contactID)","message_id":"\(message.id)",
             "occurred_at":"\(ISO8601.string(from: at))"\(more)}
            """
        )
    }

    func click(_ message: Message, link: Int, at: Date, agent: String, event: UUID) -> (source: String, payload: String) {
        (
            TrackingSource.name,
            """
            {"type":"clicked","tenant_id":"\(fixture.tenantID)","campaign_id":"\(fixture.campaignID)","contact_id":"\(message.contactID)",
             "message_id":"\(message.id)","link_index":\(link),"url":"https://shop.example/\(link)","user_agent":"\(agent)",
             "ip":"192.0.2.1","occurred_at":\(Int64(at.timeIntervalSince1970 * 1000)),"event_id":"\(event)"}
            """
        )
    }

    func put(_ facts: [(source: String, payload: String)]) async throws {
        let now = time.now
        let rows = facts.map { InboxRepository.NewRow(id: UUIDv7.make(at: now), source: $0.source, payload: $0.payload, receivedAt: now) }
        try await InboxRepository.insert(rows, on: client)
    }

    /// Takes everything out of the inbox; a batch that met a conflict is tried again, as the daemon does.
    func process(limit: Int = 1_000) async throws {
        let processor = InboxProcessor(client: worker, time: time, logger: .silent)
        while true {
            do {
                if try await processor.processBatch(limit: limit) == 0 { return }
            } catch let error as PostgresError where error.isTransient {
                continue
            }
        }
    }

    /// What the roll-ups of the campaign and of the tenant have that the facts do not say, or lack.
    func differences() async throws -> [RollUpDifference] {
        try await rebuilder.check(tenantID: fixture.tenantID, campaignID: fixture.campaignID)
            + rebuilder.check(tenantID: fixture.tenantID, campaignID: nil) + rebuilder.checkSums(tenantID: fixture.tenantID)
    }

    func totals(_ subject: ReportSubject? = nil, provider: String? = nil) async throws -> ReportCounts {
        try await api.withTenant(fixture.tenantID) { connection in
            try await EventReportRepository.totals(
                tenantID: fixture.tenantID,
                subject: subject ?? .campaign(fixture.campaignID),
                provider: provider,
                on: connection
            )
        }
    }
}
