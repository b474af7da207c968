import CommTesting
import Foundation
import HTTPTypes
import Testing

@testable import comm_api

@Suite("Templates and campaigns", .database)
struct CampaignsAPITests {
    @Test("a template is made, changed, listed by pages and deleted")
    func templates() async throws {
        try await withAPI { client in
            let id = try await client.makeTemplate()
            client.time.advance(by: 1.0)
            _ = try await client.makeTemplate()
            let page = try await client.send(.get, "/api/templates?limit=1")
            let link = try #require(page.headers[.link])
            #expect(link.hasSuffix("rel=\"next\""))
            let next = try #require(link.split(whereSeparator: { "<>".contains($0) }).first)
            #expect(try await client.send(.get, String(next)).id("data[0].id") == id)
            let changed = try await client.send(.patch, "/api/templates/\(id)", #"{"name":"Summer"}"#)
            #expect(changed.string("data.name") == "Summer" && changed.string("data.body_html") == APIClient.mailHTML)
            try await client.send(.patch, "/api/templates/\(id)", "{}").expectProblem(400)
            #expect(try await client.send(.delete, "/api/templates/\(id)").string("message") == "Template deleted")
            try await client.send(.get, "/api/templates/\(id)").expectProblem(404)
        }
    }

    @Test("a template in use is not deleted")
    func templateInUse() async throws {
        try await withAPI { client in
            let campaign = try await client.makeCampaign()
            let used = try await client.send(.get, "/api/campaigns/\(campaign)").id("data.template_id")
            try await client.send(.delete, "/api/templates/\(used)").expectProblem(409, code: "TEMPLATE_IN_USE")
            let free = try await client.makeTemplate()
            let some = try await client.send(.delete, "/api/templates", #"{"ids":["\#(used)","\#(free)"]}"#)
            #expect(some.status == 200 && some.string("failed[0].reason") == "TEMPLATE_IN_USE")
            #expect(try some.id("deleted[0]") == free)
            #expect(try await client.send(.delete, "/api/templates", #"{"ids":["\#(used)"]}"#).status == 409)
        }
    }

    @Test("validation says what it found, with 422 when the template is not valid")
    func validation() async throws {
        try await withAPI { client in
            let good =
                #"{"name":"n","subject":"Hi {{name}}","type":"html","body_html":"<p>{{name}} {{unsubscribe_url}}</p>","sampleData":{"name":"Zoe"}}"#
            let valid = try await client.send(.post, "/api/templates/validate", good)
            #expect(valid.status == 200 && valid.value("data.valid") == .bool(true))
            #expect(valid.string("data.preview.subject") == "Hi Zoe" && (valid.number("data.metrics.htmlSize") ?? 0) > 0)
            let bad = try await client.send(.post, "/api/templates/validate", #"{"name":"","subject":"a\r\nb","type":"html"}"#)
            #expect(bad.status == 422 && bad.value("success") == .bool(false))
        }
    }

    @Test("a campaign is compiled, previewed, scheduled, paused, resumed and cancelled")
    func life() async throws {
        try await withAPI { client in
            let id = try await client.makeCampaign()
            let path = "/api/campaigns/\(id)"
            let compiled = try await client.send(.post, path + "/compile")
            #expect(compiled.number("data.version") == 1 && compiled.number("data.totalRecipients") == 1, "\(compiled.text)")
            let preview = try await client.send(.post, path + "/preview", #"{"sample":{"name":"<b>Zoe"}}"#)
            #expect(preview.string("data.subject") == "Hello <b>Zoe" && preview.string("data.html")?.contains("&lt;b&gt;Zoe") == true)
            #expect(try await client.send(.get, path + "/preview").string("data.text")?.isEmpty == false)
            let settings =
                #"{"chunk_size":10,"delay_seconds_between_chunks":5,"timezone":"Europe/Vilnius","scheduled_at":"2035-01-02 03:04"}"#
            #expect(try await client.send(.patch, path + "/settings", settings).string("message") == "Settings updated")
            for _ in 0..<2 { #expect(try await client.send(.post, path + "/schedule").string("data.status") == "scheduled") }
            #expect(try await client.send(.post, path + "/pause", #"{"reason":"wait"}"#).string("data.status_reason") == "wait")
            #expect(try await client.send(.post, path + "/resume").string("data.status") == "scheduled")
            #expect(try await client.send(.post, path + "/cancel").string("message") == "Campaign cancelled")
            try await client.send(.post, path + "/resume").expectProblem(409, code: "illegal_transition")

            let shown = try await client.send(.get, path)
            #expect(shown.string("data.scheduled_at") == "2035-01-02T03:04:00.000Z" && shown.number("data.chunk_size") == 10)
            #expect(try await client.send(.get, path + "/artifacts").number("data[0].version") == 1)
            let artifact = try await client.send(.get, path + "/artifacts/1")
            #expect(
                artifact.string("data.html")?.contains("TRACK_TOKEN_") == true && artifact.number("data.report.metrics.link_count") == 2
            )
            try await client.send(.get, path + "/artifacts/9").expectProblem(404)
            try await client.send(.get, path + "/artifacts/x").expectProblem(400, field: "version")
            let listed = try await client.send(.get, "/api/campaigns")
            #expect(listed.number("data[0].latestArtifact.version") == 1 && listed.number("data[0].latestSnapshot.total_recipients") == 1)
            let check = try await client.send(.get, path + "/audience-check")
            #expect(check.number("data.recipients") == 1 && check.string("data.fields[0].field") == "name", "\(check.text)")
            #expect(try await client.send(.get, path + "/stats").number("data.balance.planned") == 0)
            #expect(try await client.send(.get, path + "/balance").value("data.closed") == .bool(true))
            #expect(try await client.send(.delete, path).status == 200)
            try await client.send(.get, path).expectProblem(404)
        }
    }

    @Test("a template without an unsubscribe link compiles, and is refused when it is to be sent")
    func noUnsubscribeLink() async throws {
        try await withAPI { client in
            let id = try await client.makeCampaign(html: "<p>Hello</p>")
            #expect(
                try await client.send(.post, "/api/campaigns/\(id)/compile").string("data.report.blockers[0].code")
                    == "missing_unsubscribe_url"
            )
            let refused = try await client.send(.post, "/api/campaigns/\(id)/schedule")
            refused.expectProblem(422, code: "blocked")
            #expect(refused.string("detail")?.contains("unsubscribe_url") == true)
            #expect(refused.string("details.errors[0].type") == "missing_unsubscribe_url")
            #expect(try await client.send(.get, "/api/campaigns/\(id)").string("data.status") == "draft")
        }
    }

    @Test("a merge tag that nobody knows is refused unless it is allowed")
    func unknownTag() async throws {
        try await withAPI { client in
            let id = try await client.makeCampaign(html: "<p>{{nmae}} <a href='{{unsubscribe_url}}'>bye</a></p>")
            let refused = try await client.send(.post, "/api/campaigns/\(id)/schedule")
            refused.expectProblem(422, code: "blocked")
            #expect(refused.string("details.errors[0].type") == "unknown_merge_tag")
            #expect(try await client.send(.post, "/api/campaigns/\(id)/schedule", #"{"allow_unknown_tags":true}"#).status == 200)
        }
    }

    @Test("nobody to mail, nothing to schedule")
    func emptyAudience() async throws {
        try await withAPI { client in
            let id = try await client.makeCampaign()
            _ = try await client.send(.post, "/api/suppressions", #"{"email":"person@ex.test"}"#)
            try await client.send(.post, "/api/campaigns/\(id)/schedule").expectProblem(422, code: "empty_audience")
        }
    }

    @Test("a template over the limits is refused at compile with the limit and the number")
    func overLimits() async throws {
        try await withAPI { client in
            let links = String(repeating: "<a href='https://x.test/'>x</a>", count: 101)
            let id = try await client.makeCampaign(html: "<p>\(links)</p>")
            let refused = try await client.send(.post, "/api/campaigns/\(id)/compile")
            refused.expectProblem(400, code: "template_refused")
            #expect(refused.string("error") == "Security validation failed")
            #expect(refused.string("details.errors[0].type") == "links_exceeded" && refused.number("details.errors[0].limit") == 100)
        }
    }

    @Test("a campaign says how its UTM parameters and a link's own get on")
    func utmPolicy() async throws {
        try await withAPI { client in
            let html = "<p><a href='https://x.test/?utm_source=own'>x</a> {{unsubscribe_url}}</p>"
            let (list, template) = (try await client.makeList(), try await client.makeTemplate(html: html))
            func body(_ policy: String) -> String {
                #"{"name":"Sale","template_id":"\#(template)","motor_block_id":"\#(UUID())","list_ids":["\#(list)"],"#
                    + #""google_analytics":{"enabled":true,"utm_policy":"\#(policy)","utm_source":"shop"}}"#
            }
            let id = try await client.send(.post, "/api/campaigns", body("override")).id()
            let campaign = try await client.send(.get, "/api/campaigns/\(id)")
            #expect(campaign.string("data.google_analytics.utm_policy") == "override")
            #expect(try await client.send(.post, "/api/campaigns/\(id)/compile").status < 300)
            let refused = try await client.send(.post, "/api/campaigns", body("replace"))
            refused.expectProblem(400, field: "google_analytics.utm_policy")
        }
    }

    @Test("every mistake of a campaign request is named at once")
    func mistakes() async throws {
        try await withAPI { client in
            let body = #"{"name":5,"template_id":"x","list_ids":["y",3],"google_analytics":{"enabled":"yes","utm":1},"zz":1}"#
            let reply = try await client.send(.post, "/api/campaigns", body)
            reply.expectProblem(400)
            let expected: Set = ["name", "template_id", "list_ids[1]", "google_analytics.enabled", "google_analytics.utm", "zz"]
            #expect(expected.isSubset(of: Set(reply.faultyFields)), "\(reply.faultyFields)")
            try await client.send(.post, "/api/campaigns", "{}").expectProblem(400, field: "list_ids")
        }
    }
}
