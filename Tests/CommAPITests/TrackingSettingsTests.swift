import CommCore
import CommTesting
import Foundation
import HTTPTypes
import Postgres
import Testing

@testable import comm_api

@Suite("Tracking and unsubscribe settings", .database)
struct TrackingSettingsTests {
    @Test("a tenant that has set nothing tracks clicks only")
    func standard() async throws {
        try await withAPI { client in
            let reply = try await client.send(.get, "/api/settings/tracking")
            #expect(reply.value("data.track_opens") == .bool(false) && reply.value("data.track_clicks") == .bool(true))
            #expect(reply.value("data.tracking_domain") == .null && reply.value("data.tracking_domain_verified") == .bool(false))
        }
    }

    @Test("what is named changes, another domain has to be verified anew, and other tenants keep theirs")
    func update() async throws {
        try await withAPI { client in
            let stranger = try await client.withNewTenant()
            let body = #"{"track_opens":true,"tracking_domain":"News.Example.com"}"#
            let changed = try await client.send(.patch, "/api/settings/tracking", body)
            #expect(changed.string("data.tracking_domain") == "news.example.com" && changed.string("message") == "Settings updated")
            try await client.database.execute("UPDATE tenant_settings SET tracking_domain_verified_at = now()")
            let kept = try await client.send(.patch, "/api/settings/tracking", #"{"track_clicks":false}"#)
            #expect(kept.value("data.track_opens") == .bool(true) && kept.value("data.track_clicks") == .bool(false))
            #expect(kept.value("data.tracking_domain_verified") == .bool(true))
            let moved = try await client.send(.patch, "/api/settings/tracking", #"{"tracking_domain":"other.example.com"}"#)
            #expect(moved.value("data.tracking_domain_verified") == .bool(false))
            #expect(
                try await client.send(.patch, "/api/settings/tracking", #"{"tracking_domain":null}"#).value("data.tracking_domain") == .null
            )
            #expect(try await stranger.send(.get, "/api/settings/tracking").value("data.track_opens") == .bool(false))
            for bad in ["localhost", "https://x.test", "a b.test", "-"] {
                let refused = try await client.send(.patch, "/api/settings/tracking", #"{"tracking_domain":"\#(bad)"}"#)
                refused.expectProblem(400, field: "tracking_domain")
            }
        }
    }

    @Test(
        "a domain is verified when its name leads to this deployment",
        arguments: [(["192.0.2.1"], true), (["198.51.100.1"], false), ([], false)]
    )
    func domainCheck(addresses: [String], isVerified: Bool) async throws {
        let resolver = Hosts(addresses: ["track.example.com": ["192.0.2.1", "2001:db8::1"], "news.example.org": Set(addresses)])
        let check = TrackingDomainCheck(resolver: resolver, trackingBase: "https://track.example.com")
        #expect(check.target == "track.example.com")
        #expect(await check.leadsHere("news.example.org") == isVerified)
    }

    private struct Hosts: HostResolver {
        let addresses: [String: Set<String>]
        func addresses(of host: String) async -> Set<String> { addresses[host] ?? [] }
    }

    @Test("without a domain there is nothing to verify, one that does not lead here stays unverified")
    func verify() async throws {
        try await withAPI { client in
            try await client.send(.post, "/api/settings/tracking/verify").expectProblem(409, code: "no_tracking_domain")
            _ = try await client.send(.patch, "/api/settings/tracking", #"{"tracking_domain":"nowhere.invalid"}"#)
            let reply = try await client.send(.post, "/api/settings/tracking/verify")
            #expect(reply.status == 200 && reply.value("data.tracking_domain_verified") == .bool(false))
            #expect(reply.string("message")?.contains("CNAME") == true)
        }
    }

    @Test("links, pixel and trap of a campaign follow the settings, and the campaign's own choice comes first")
    func compiled() async throws {
        try await withAPI { client in
            let campaign = try await client.makeCampaign()
            func program() async throws -> String {
                _ = try await client.send(.post, "/api/campaigns/\(campaign)/compile")
                return try #require(
                    try await client.database.query("SELECT program::text AS p FROM comm_campaign_artifacts ORDER BY version DESC LIMIT 1")
                        .first
                ).get("p")
            }
            let first = try await program()
            #expect(!first.contains("pixel") && first.contains("\(LinkToken.Link.trapIndex)") && !first.contains("trackingBase"))
            _ = try await client.send(.patch, "/api/settings/tracking", #"{"track_opens":true,"tracking_domain":"news.example.com"}"#)
            #expect(try await !program().contains("trackingBase"))
            try await client.database.execute("UPDATE tenant_settings SET tracking_domain_verified_at = now()")
            let second = try await program()
            #expect(second.contains("pixel") && second.contains("tracking_opt_out") && second.contains("https://news.example.com"))
            let reply = try await client.send(.put, "/api/campaigns/\(campaign)/tracking", #"{"track_opens":false,"track_clicks":false}"#)
            #expect(reply.value("data.track_opens") == .bool(false))
            let third = try await program()
            #expect(!third.contains("pixel") && !third.contains("\(LinkToken.Link.trapIndex)"))
            #expect(try await client.send(.put, "/api/campaigns/\(campaign)/tracking", "{}").value("data.track_opens") == .null)
            let stranger = try await client.withNewTenant()
            try await stranger.send(.get, "/api/campaigns/\(campaign)/tracking").expectProblem(404)
            try await client.database.execute("UPDATE campaigns SET status = 'sending', started_at = now()")
            try await client.send(.put, "/api/campaigns/\(campaign)/tracking", "{}").expectProblem(409)
        }
    }

    @Test("the contract's settings of the unsubscribe page")
    func unsubscribeSettings() async throws {
        try await withAPI { client in
            let standard = try await client.send(.get, "/api/settings/unsubscribe")
            #expect(standard.string("data.unsubscribe_mode") == "customer" && standard.value("data.custom_unsubscribe_url") == .null)
            let body = #"{"unsubscribe_mode":"motorical","custom_unsubscribe_url":"https://shop.example/bye"}"#
            let changed = try await client.send(.patch, "/api/settings/unsubscribe", body)
            #expect(changed.string("message") == "Settings updated" && changed.string("data.unsubscribe_mode") == "motorical")
            let mode = try await client.send(.patch, "/api/settings/unsubscribe", #"{"unsubscribe_mode":"x"}"#)
            mode.expectProblem(400, field: "unsubscribe_mode")
            #expect(mode.string("error") == "unsubscribe_mode must be customer|motorical")
            for url in ["http://shop.example/", "shop.example", "https://", "https://a b/", "javascript:alert(1)"] {
                let refused = try await client.send(.patch, "/api/settings/unsubscribe", #"{"custom_unsubscribe_url":"\#(url)"}"#)
                refused.expectProblem(400, field: "custom_unsubscribe_url")
                #expect(refused.string("error") == "custom_unsubscribe_url must be HTTPS")
            }
            let look = ##"{"brand_name":"Shop","logo_url":"https://img.example/l.png","colors":{"button":"#aa3300"}}"##
            #expect(try await client.send(.patch, "/api/settings/unsubscribe", look).string("data.colors.button") == "#aa3300")
            let faults = [
                ##"{"colors":{"button":"red;}"}}"##, ##"{"colors":{"border":"#aa3300"}}"##, ##"{"confirmation_texts":{"english":"x"}}"##,
            ]
            for bad in faults {
                try await client.send(.patch, "/api/settings/unsubscribe", bad).expectProblem(400)
            }
        }
    }

    @Test("after unsubscribing people are sent to the tenant's own page, mail clients are not")
    func landing() async throws {
        try await withAPI { client in
            _ = try await client.send(
                .patch,
                "/api/settings/unsubscribe",
                #"{"custom_unsubscribe_url":"https://shop.example/bye?x=1#top"}"#
            )
            let contact = try await client.makeContact()
            let campaign = UUIDv7.make(at: client.time.now)
            let subject = client.subject(contact: contact, campaign: campaign)
            let path = "/t/u/\(try APIClient.signer().unsubscribeToken(for: subject, issuedAt: client.time.now))"
            let page = try await client.with([:]).send(.get, path)
            #expect(
                page.status == 200 && page.headers[.contentSecurityPolicy]?.contains("form-action 'self' https://shop.example;") == true
            )
            let html: HTTPFields = [.contentType: "application/x-www-form-urlencoded", .accept: "text/html"]
            let done = try await client.with([:]).send(.post, path, "confirm=1", headers: html)
            let expected =
                "https://shop.example/bye?x=1&status=unsubscribed&email=c4%2A%2A%2A%40ex.test&campaign=\(campaign.uuidString.lowercased())#top"
            #expect(done.status == 303 && done.headers[.location] == expected)
            let machine = try await client.with([:]).send(.post, path, "List-Unsubscribe=One-Click", headers: html)
            #expect(machine.status == 200 && machine.headers[.location] == nil)
        }
    }

    @Test("brand, colours and the tenant's own words are on the page, and nothing of them becomes markup")
    func look() async throws {
        try await withAPI { client in
            let look = ##"{"brand_name":"Shop <b>","colors":{"button":"#aa3300"},"confirmation_texts":{"en":"Bye <i>"}}"##
            _ = try await client.send(.patch, "/api/settings/unsubscribe", look)
            let contact = try await client.makeContact()
            let token = try APIClient.signer().unsubscribeToken(for: client.subject(contact: contact), issuedAt: client.time.now)
            let html: HTTPFields = [.contentType: "application/x-www-form-urlencoded", .accept: "text/html"]
            let done = try await client.with([:]).send(.post, "/t/u/\(token)", "confirm=1", headers: html)
            #expect(done.text.contains("Shop &lt;b&gt;") && done.text.contains("Bye &lt;i&gt;") && done.text.contains("#aa3300"))
        }
    }
}
