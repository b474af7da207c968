import CommTesting
import Foundation
import HTTPTypes
import Postgres
import Testing

@testable import comm_api

@Suite("Limits over REST", .database)
struct LimitsAPITests {
    @Test("a tenant limits its channels and campaigns, sees where it stands, and takes limits away")
    func tenant() async throws {
        try await withAPI { client in
            let campaign = try await client.makeCampaign()
            #expect(try await client.send(.get, "/api/v1/limits").text == #"{"success":true,"data":[]}"#)
            let set = try await client.send(.put, "/api/v1/limits/channels/email", #"{"messages":600,"period_seconds":60}"#)
            #expect(set.status == 200 && set.number("data.burst") == 50 && set.string("data.scope") == "channel")
            let again = try await client.send(.put, "/api/v1/limits/channels/email", #"{"messages":300,"period_seconds":60,"burst":20}"#)
            #expect(again.number("data.messages") == 300)
            let path = "/api/v1/limits/campaigns/\(campaign)"
            let own = try await client.send(.put, path, #"{"messages":10,"period_seconds":1}"#)
            #expect(own.string("data.scope") == "campaign" && own.string("data.campaign_id") == campaign.uuidString.lowercased())
            let list = try await client.send(.get, "/api/v1/limits")
            #expect(list.number("data.0.messages") == 300 && list.number("data.1.messages") == 10)
            #expect(list.number("data.0.available") == 20 && list.number("data.0.waiting") == 0)
            #expect(try await client.send(.delete, path).status == 200)
            try await client.send(.delete, path).expectProblem(404)
            #expect(try await client.send(.delete, "/api/v1/limits/channels/email").status == 200)
            try await client.send(.delete, "/api/v1/limits/channels/email").expectProblem(404)
            let entries = try await client.send(.get, "/api/audit?resource_type=rate_limit")
            #expect(entries.text.contains("rate_limit"), "\(entries.text)")
        }
    }

    @Test("what is wrong with a limit is named")
    func invalid() async throws {
        try await withAPI { client in
            for (body, field) in [
                (#"{"period_seconds":60}"#, "messages"), (#"{"messages":0,"period_seconds":60}"#, "messages"),
                (#"{"messages":1}"#, "period_seconds"), (#"{"messages":1,"period_seconds":86401}"#, "period_seconds"),
                (#"{"messages":100,"period_seconds":1,"burst":99}"#, "burst"), (#"{"messages":"1","period_seconds":1}"#, "messages"),
                (#"{"messages":1,"period_seconds":1,"rate":1}"#, "rate"),
            ] {
                try await client.send(.put, "/api/v1/limits/channels/sms", body).expectProblem(400, field: field)
            }
            let body = #"{"messages":1,"period_seconds":1}"#
            try await client.send(.put, "/api/v1/limits/channels/fax", body).expectProblem(404)
            try await client.send(.put, "/api/v1/limits/campaigns/\(UUID())", body).expectProblem(404)
        }
    }

    @Test("the operator puts mail hosts and domains into groups, and what was found out by the old ones is looked up again")
    func domainGroups() async throws {
        try await withAPI { client in
            let platform = client.with([.internalToken: APIClient.internalToken])
            let path = "/api/v1/limits/domain-groups"
            #expect(try await platform.send(.get, path).text.contains(#"{"kind":"domain","pattern":"gmail.com","group":"google"}"#))
            try await client.database.execute(
                """
                INSERT INTO recipient_domains (domain, domain_group, exchanger, checked_at, expires_at)
                SELECT d, d, x, now(), '2100-01-01' FROM (VALUES ('a.test', 'mx1.mail.big.test.'), ('b.test', 'mx.notbig.test')) AS g (d, x)
                """
            )
            let set = try await platform.send(.put, "\(path)/mx/big.test", #"{"group":"big"}"#)
            #expect(set.status == 200 && set.string("data.group") == "big" && set.string("data.kind") == "mx", "\(set.text)")
            #expect(try await platform.send(.put, "\(path)/mx/big.test", #"{"group":"bigger"}"#).string("data.group") == "bigger")
            let kept = try await client.database.query("SELECT domain FROM recipient_domains WHERE expires_at > '2099-01-01'")
            #expect(try kept.map { try $0.get("domain") as String } == ["b.test"])
            for (kind, pattern, body, field) in [
                ("ns", "big.test", #"{"group":"big"}"#, "kind"), ("mx", "Big.test", #"{"group":"big"}"#, "pattern"),
                ("domain", "a..b", #"{"group":"big"}"#, "pattern"), ("domain", "a.test", "{}", "group"),
                ("domain", "a.test", #"{"group":"Big one"}"#, "group"), ("domain", "a.test", #"{"group":"a","x":1}"#, "x"),
            ] {
                try await platform.send(.put, "\(path)/\(kind)/\(pattern)", body).expectProblem(400, field: field)
            }
            #expect(try await platform.send(.delete, "\(path)/mx/big.test").status == 200)
            try await platform.send(.delete, "\(path)/mx/big.test").expectProblem(404)
            try await client.withKey("all").send(.put, "\(path)/mx/big.test", #"{"group":"big"}"#).expectProblem(401)
        }
    }

    @Test("another tenant's campaign cannot be limited, and its limits are not seen")
    func isolation() async throws {
        try await withAPI { owner in
            let campaign = try await owner.makeCampaign()
            let body = #"{"messages":5,"period_seconds":1}"#
            #expect(try await owner.send(.put, "/api/v1/limits/campaigns/\(campaign)", body).status == 200)
            #expect(try await owner.send(.put, "/api/v1/limits/channels/email", body).status == 200)
            let stranger = try await owner.withNewTenant()
            try await stranger.send(.put, "/api/v1/limits/campaigns/\(campaign)", body).expectProblem(404)
            try await stranger.send(.delete, "/api/v1/limits/campaigns/\(campaign)").expectProblem(404)
            try await stranger.send(.delete, "/api/v1/limits/channels/email").expectProblem(404)
            #expect(try await stranger.send(.get, "/api/v1/limits").text == #"{"success":true,"data":[]}"#)
            #expect(try await owner.send(.get, "/api/v1/limits").number("data.1.messages") == 5)
        }
    }

    @Test("only the platform reaches the installation's limits, adjustments and reply rules")
    func guarded() async throws {
        try await withAPI { client in
            let key = try await client.withKey("all")
            for path in ["gateways", "adjustments", "reply-rules", "domain-groups"].map({ "/api/v1/limits/\($0)" }) {
                try await key.send(.get, path).expectProblem(401)
                try await client.with([:]).send(.get, path).expectProblem(401)
            }
            let body = #"{"messages":1,"period_seconds":1}"#
            try await key.send(.put, "/api/v1/limits/gateways/ses", body).expectProblem(401)
            try await key.send(.delete, "/api/v1/limits/reply-rules/\(UUID())").expectProblem(401)
            try await key.send(.delete, "/api/v1/limits/adjustments/ses").expectProblem(401)
        }
    }

    @Test("an operator limits gateways and groups")
    func gateways() async throws {
        try await withAPI { client in
            let platform = client.with([.internalToken: APIClient.internalToken])
            let body = #"{"messages":10000,"period_seconds":3600,"burst":100}"#
            let whole = try await platform.send(.put, "/api/v1/limits/gateways/smtp", body)
            #expect(whole.status == 200 && whole.value("data.group") == .null, "\(whole.text)")
            #expect(try await platform.send(.put, "/api/v1/limits/gateways/smtp/groups/google", body).string("data.group") == "google")
            #expect(try await platform.send(.put, "/api/v1/limits/gateways/smtp/groups/*", body).string("data.group") == "*")
            let list = try await platform.send(.get, "/api/v1/limits/gateways")
            #expect(["data.0.group", "data.1.group", "data.2.group"].map { list.string($0) } == [nil, "*", "google"])
            try await platform.send(.put, "/api/v1/limits/gateways/S%20ES", body).expectProblem(400, field: "gateway")
            try await platform.send(.put, "/api/v1/limits/gateways/smtp/groups/Google", body).expectProblem(400, field: "group")
            #expect(try await platform.send(.delete, "/api/v1/limits/gateways/smtp").status == 200)
            try await platform.send(.delete, "/api/v1/limits/gateways/smtp").expectProblem(404)
            #expect(try await platform.send(.delete, "/api/v1/limits/gateways/smtp/groups/google").status == 200)
        }
    }

    @Test("an operator sees what is slowed down, and takes it back")
    func adjustments() async throws {
        try await withAPI { client in
            let platform = client.with([.internalToken: APIClient.internalToken])
            let now = client.time.now
            try await client.database.execute(
                """
                INSERT INTO rate_adjustments (gateway, domain_group, version, paused_until, factor, hold_until, step_seconds, base_interval,
                                              over_at, rule, changed_at)
                VALUES ('smtp', 'google', 1, \(now.addingTimeInterval(60)), 0.5, \(now.addingTimeInterval(120)), 60, 1000,
                        \(now.addingTimeInterval(120)), 'Gmail: unusual rate', \(now)),
                       ('ses', '', 1, NULL, 0.5, \(now.addingTimeInterval(60)), 60, 1000, \(now.addingTimeInterval(60)), 'SES', \(now))
                """
            )
            let list = try await platform.send(.get, "/api/v1/limits/adjustments")
            #expect(list.string("data.0.gateway") == "ses" && list.string("data.0.state") == "slowed", "\(list.text)")
            #expect(list.string("data.1.group") == "google" && list.string("data.1.state") == "paused")
            #expect(try await platform.send(.delete, "/api/v1/limits/adjustments/smtp/groups/google").status == 200)
            try await platform.send(.delete, "/api/v1/limits/adjustments/smtp/groups/google").expectProblem(404)
            #expect(try await platform.send(.delete, "/api/v1/limits/adjustments/ses").status == 200)
            #expect(try await platform.send(.get, "/api/v1/limits/adjustments").text == #"{"success":true,"data":[]}"#)
        }
    }

    @Test("an operator changes the reply rules")
    func replyRules() async throws {
        try await withAPI { client in
            let platform = client.with([.internalToken: APIClient.internalToken])
            let seeds = try await platform.send(.get, "/api/v1/limits/reply-rules")
            #expect(seeds.string("data.0.name") == "Gmail: unusual rate" && seeds.string("data.0.action") == "slow_down")
            let path = "/api/v1/limits/reply-rules/\(UUID())"
            let rule = """
                {"name":"House relay","pattern":"450*slow down","gateway":"smtp","threshold":3,"window_seconds":60,"action":"pause",
                 "factor":0.25,"duration_seconds":600,"position":1}
                """
            let made = try await platform.send(.put, path, rule)
            #expect(made.status == 200 && made.string("data.scope") == "group" && made.value("data.enabled") == .bool(true), "\(made.text)")
            #expect(try await platform.send(.put, path, rule).text == made.text)
            #expect(try await platform.send(.get, "/api/v1/limits/reply-rules").string("data.0.name") == "House relay")
            try await platform.send(.put, path, #"{"name":"x"}"#).expectProblem(400, field: "pattern")
            try await platform.send(.put, path, rule.replacing("450*slow down", with: "|")).expectProblem(400, field: "pattern")
            try await platform.send(.put, path, rule.replacing("0.25", with: "1")).expectProblem(400, field: "factor")
            try await platform.send(.put, "/api/v1/limits/reply-rules/7", rule).expectProblem(404)
            #expect(try await platform.send(.delete, path).status == 200)
            try await platform.send(.delete, path).expectProblem(404)
        }
    }
}
