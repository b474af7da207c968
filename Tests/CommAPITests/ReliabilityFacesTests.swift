import CommTesting
import Foundation
import HTTPTypes
import Postgres
import Testing

@testable import CommCore
@testable import comm_api

@Suite("Suppressions and events under the contract's names", .database)
struct ReliabilityFacesTests {
    private static let face = "/api/email-reliability/suppression"

    @Test("both names are of the same list")
    func suppressions() async throws {
        try await withAPI { client in
            let added = try await client.send(.post, Self.face, #"{"email":"Ann@ex.test","note":"asked"}"#)
            #expect(added.status == 200, "\(added.text)")
            let id = try added.id()
            #expect(try await client.send(.get, "/api/suppressions").id("data.suppressions[0].id") == id)
            #expect(try await client.send(.get, Self.face).id("data.suppressions[0].id") == id)
            #expect(try await client.send(.get, Self.face + "/\(id)").string("data.note") == "asked")
            #expect(try await client.send(.get, Self.face + "/stats").number("data.suppressions.total") == 1)
            try await client.send(.get, Self.face + "/\(UUID())").expectProblem(404)
            #expect(try await client.send(.delete, Self.face + "/\(id)").status == 200)
            try await client.send(.delete, Self.face + "/\(id)").expectProblem(404)
            #expect(try await client.count("suppressions") == 0)
        }
    }

    @Test("an address is checked against every scope that counts for it")
    func check() async throws {
        try await withAPI { client in
            let path = Self.face + "/check?address="
            #expect(try await client.send(.get, path + "ann@ex.test").value("data.suppressed") == .bool(false))
            _ = try await client.send(.post, Self.face, #"{"email":"ann@ex.test","scope":"marketing"}"#)
            let marketing = try await client.send(.get, path + "ANN@ex.test")
            #expect(marketing.value("data.suppressed") == .bool(false) && marketing.value("data.marketing_suppressed") == .bool(true))
            _ = try await client.send(.post, Self.face, #"{"domain":"ex.test","scope":"domain"}"#)
            let domain = try await client.send(.get, path + "bob@ex.test")
            #expect(domain.value("data.suppressed") == .bool(true) && domain.string("data.entries[0].domain") == "ex.test")
            try await client.send(.get, path + "nobody").expectProblem(400, field: "address")
            try await client.send(.get, Self.face + "/check").expectProblem(400, field: "address")
            let stranger = try await client.withNewTenant()
            #expect(try await stranger.send(.get, path + "bob@ex.test").value("data.entries[0]") == nil)
        }
    }

    @Test("entries whose time is over are cleared away on request, with their history; another tenant's stay")
    func cleanUp() async throws {
        try await withAPI { client in
            let end = ISO8601.string(from: client.time.now.addingTimeInterval(60))
            let stranger = try await client.withNewTenant()
            for who in [client, stranger] { _ = try await who.send(.post, Self.face, #"{"email":"a@ex.test","expires_at":"\#(end)"}"#) }
            _ = try await client.send(.post, Self.face, #"{"email":"b@ex.test"}"#)
            client.time.advance(by: 61)
            let cleaned = try await client.send(.post, Self.face + "/cleanup")
            #expect(cleaned.number("data.removed") == 1 && cleaned.value("data.more") == .bool(false), "\(cleaned.text)")
            #expect(try await client.count("suppressions") == 2)
            let history = try await client.send(.get, "/api/suppressions/history?address=a@ex.test")
            #expect(history.string("data.history[0].action") == "expired", "\(history.text)")
        }
    }

    @Test("events by campaign, by a contact's address, and by an address that is no contact's")
    func events() async throws {
        try await withAPI { client in
            let (campaign, _) = try await RecipientMessageTests.scheduled(client)
            let sender = TestSender()
            try await sender.run(client)
            let fixture = try await MessageFixture.make(on: client.database, tenantID: client.tenantID, now: client.time.now)
            try await sender.runTests(client)
            let rows = try await client.database.query("SELECT id, campaign_id, contact_id FROM delivery_events")
            let now = client.time.now
            let events = try rows.map { row in
                Event(
                    type: .delivered,
                    tenantID: client.tenantID,
                    campaignID: try row.get("campaign_id"),
                    contactID: try row.get("contact_id"),
                    messageID: try row.get("id"),
                    source: "ses",
                    occurredAt: now
                )
            }
            try await client.database.withTransaction { _ = try await EventRecorder().record(events, on: $0, now: now) }
            let path = "/api/email-reliability/events"
            let ofCampaign = try await client.send(.get, path + "/campaign/\(campaign)")
            #expect(
                ofCampaign.string("data.events[0].type") == "delivered" && ofCampaign.value("data.events[1]") == nil,
                "\(ofCampaign.text)"
            )
            let email = try #require(try await client.database.query("SELECT email FROM contacts").first?.get("email") as String?)
            let ofContact = try await client.send(.get, path + "/address?address=\(email)")
            #expect(try ofContact.id("data.events[0].campaign_id") == campaign && ofContact.value("data.events[1]") == nil)
            let ofOther = try await client.send(.get, path + "/address?address=person1@example.com")
            #expect(
                try ofOther.id("data.events[0].message_id") == fixture.ids[0] && ofOther.value("data.events[1]") == nil,
                "\(ofOther.text)"
            )
            #expect(
                try await client.send(.get, path + "/address?address=person1@example.com&event_type=bounced").value("data.events[0]") == nil
            )
            try await client.send(.get, path + "/campaign/\(UUID())").expectProblem(404)
            try await client.send(.get, path + "/address").expectProblem(400, field: "address")
            let stranger = try await client.withNewTenant()
            #expect(try await stranger.send(.get, path + "/address?address=person1@example.com").value("data.events[0]") == nil)
        }
    }
}
