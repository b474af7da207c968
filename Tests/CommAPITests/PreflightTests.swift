import CommTesting
import Foundation
import HTTPTypes
import Postgres
import Testing

@testable import comm_api

@Suite("The gate at scheduling", .database)
struct PreflightTests {
    private static let path = "/api/settings/sending"
    private static let shouting = """
        <p>Hello {{name|there}} <img src='https://shop.example/a.png'> <a href='http://shop.example/'>look</a></p>
        <p><a href='{{unsubscribe_url}}'>bye</a></p>
        """

    @Test("it names what it finds, with measure and limit, and lets warnings pass")
    func warnings() async throws {
        try await withAPI { client in
            let id = try await client.makeCampaign(html: Self.shouting)
            let reply = try await client.withKey("campaigns:read").send(.get, "/api/campaigns/\(id)/preflight")
            #expect(reply.value("data.passed") == .bool(true) && reply.value("data.artifact") == .null, "\(reply.text)")
            let found = Self.findings(reply)
            #expect(found["images_without_alt"] == "warning" && found["insecure_links"] == "warning" && found["unsubscribe_link"] == "info")
            #expect(found["image_text_ratio"] == "warning" && found["html_size"] == "info" && found["from_address"] == "info")
            let compiled = try await client.send(.post, "/api/campaigns/\(id)/compile")
            #expect(Self.findings(compiled, at: "data.preflight") == found && Self.findings(compiled, at: "data.report.preflight") == found)
            let scheduled = try await client.send(.post, "/api/campaigns/\(id)/schedule")
            #expect(scheduled.status == 200 && Self.findings(scheduled, at: "data.preflight") == found)
            #expect(try await client.send(.get, "/api/campaigns/\(id)/preflight").number("data.artifact.version") == 1)
            #expect(try await client.send(.get, "/api/campaigns/\(id)/artifacts").value("data[1]") == nil)
        }
    }

    @Test("what the tenant's policy stops refuses the schedule with its code, and the campaign stays a draft")
    func stops() async throws {
        try await withAPI { client in
            let id = try await client.makeCampaign(html: Self.shouting)
            let policy = #"{"preflight":{"levels":{"insecure_links":"stop","images_without_alt":"off"},"limits":{"text_per_image":1}}}"#
            let changed = try await client.withKey("settings:manage").send(.patch, Self.path, policy)
            #expect(changed.string("data.preflight.levels.insecure_links") == "stop", "\(changed.text)")
            #expect(changed.number("data.preflight.limits.text_per_image") == 1)
            let refused = try await client.send(.post, "/api/campaigns/\(id)/schedule")
            refused.expectProblem(422, code: "blocked", field: "body_html")
            #expect(refused.string("errors[0].code") == "insecure_links" && refused.value("errors[1]") == nil)
            #expect(refused.number("details.errors[0].actual") == 1 && refused.number("details.errors[0].limit") == 0)
            #expect(try await client.send(.get, "/api/campaigns/\(id)").string("data.status") == "draft")
            let found = Self.findings(try await client.send(.get, "/api/campaigns/\(id)/preflight"))
            #expect(found["images_without_alt"] == nil && found["image_text_ratio"] == "info")
            _ = try await client.send(.patch, Self.path, #"{"preflight":{"levels":{}}}"#)
            #expect(try await client.send(.post, "/api/campaigns/\(id)/schedule").status == 200)
        }
    }

    @Test("a campaign may be from the tenant's sender domains only, once there are any")
    func senderDomains() async throws {
        try await withAPI { client in
            let id = try await client.makeCampaign()
            _ = try await client.send(.patch, "/api/campaigns/\(id)/settings", #"{"from_address":"news@elsewhere.example"}"#)
            let settings = try await client.send(.patch, Self.path, #"{"sender_domains":["Shop.Example","shop.example"]}"#)
            #expect(settings.string("data.sender_domains[0]") == "shop.example" && settings.value("data.sender_domains[1]") == nil)
            let refused = try await client.send(.post, "/api/campaigns/\(id)/schedule")
            refused.expectProblem(422, code: "blocked")
            #expect(refused.string("errors[0].code") == "sender_domain")
            _ = try await client.send(.patch, "/api/campaigns/\(id)/settings", #"{"from_address":"news@shop.example"}"#)
            #expect(try await client.send(.post, "/api/campaigns/\(id)/schedule").status == 200)
        }
    }

    @Test("the size is that of the mail with the longest values of the audience")
    func size() async throws {
        try await withAPI { client in
            let html = "<p>{{story}}{{name}}</p><p><a href='{{unsubscribe_url}}'>bye</a></p>"
            let id = try await client.makeCampaign(html: html)
            _ = try await client.send(.patch, Self.path, #"{"preflight":{"limits":{"html_bytes":4000}}}"#)
            func size() async throws -> Int? {
                let reply = try await client.send(.get, "/api/campaigns/\(id)/preflight")
                for index in 0..<20 where reply.string("data.findings[\(index)].code") == "html_size" {
                    return reply.number("data.findings[\(index)].measured")
                }
                return nil
            }
            try await client.database.execute("UPDATE contacts SET attributes = jsonb_build_object('story', 'x')")
            let small = try #require(try await size())
            try await client.database.execute("UPDATE contacts SET attributes = jsonb_build_object('story', repeat('x', 5000))")
            #expect(try await size() == small + 4_999)
        }
    }

    @Test("settings that make no sense are refused by name, and nothing is changed")
    func refusedSettings() async throws {
        try await withAPI { client in
            let before = try await client.send(.get, Self.path).text
            let wrong: [(String, String)] = [
                (#"{"preflight":{"levels":{"unsubscribe_link":"warn"}}}"#, "preflight.levels.unsubscribe_link"),
                (#"{"preflight":{"levels":{"nonsense":"warn"}}}"#, "preflight.levels.nonsense"),
                (#"{"preflight":{"levels":{"html_size":"maybe"}}}"#, "preflight.levels.html_size"),
                (#"{"preflight":{"limits":{"html_bytes":1}}}"#, "preflight.limits.html_bytes"),
                (#"{"preflight":{"limits":{"html_bytes":"1"}}}"#, "preflight.limits.html_bytes"),
                (#"{"sender_domains":["shop.example","not a host"]}"#, "sender_domains[1]"),
                (#"{"untracked_hosts":["http://shop.example"]}"#, "untracked_hosts[0]"),
                (#"{"untracked":[]}"#, "untracked"),
            ]
            for (body, field) in wrong { try await client.send(.patch, Self.path, body).expectProblem(400, field: field) }
            #expect(try await client.send(.get, Self.path).text == before)
        }
    }

    @Test("another tenant's settings stay its own")
    func isolation() async throws {
        try await withAPI { client in
            _ = try await client.send(.patch, Self.path, #"{"untracked_hosts":["shop.example"]}"#)
            let stranger = try await client.withNewTenant()
            #expect(try await stranger.send(.get, Self.path).value("data.untracked_hosts") == .array([]))
            _ = try await stranger.send(.patch, Self.path, #"{"untracked_hosts":["other.example"]}"#)
            #expect(try await client.send(.get, Self.path).string("data.untracked_hosts[0]") == "shop.example")
            let id = try await client.makeCampaign()
            try await stranger.send(.get, "/api/campaigns/\(id)/preflight").expectProblem(404)
        }
    }

    /// Severities by code.
    private static func findings(_ reply: Reply, at path: String = "data") -> [String: String] {
        var found: [String: String] = [:]
        for index in 0..<30 {
            guard let code = reply.string("\(path).findings[\(index)].code") else { break }
            found[code] = reply.string("\(path).findings[\(index)].severity")
        }
        return found
    }
}
