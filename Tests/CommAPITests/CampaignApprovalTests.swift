import CommTesting
import Foundation
import HTTPTypes
import Testing

@testable import comm_api

@Suite("Approval of campaigns", .database)
struct CampaignApprovalTests {
    @Test("from the threshold on somebody else than the author has to approve")
    func wholeStep() async throws {
        try await withAPI { client in
            let (author, approver) = try await Self.people(client)
            let id = try await author.makeCampaign()
            let path = "/api/campaigns/\(id)"
            let refused = try await author.send(.post, path + "/schedule")
            refused.expectProblem(409, code: "approval_required")
            #expect(try await author.send(.get, path).string("data.blocked_by[0].code") == "approval_required")
            try await approver.send(.post, path + "/approve").expectProblem(409, code: "approval_state")
            let submitted = try await author.send(.post, path + "/submit")
            #expect(submitted.string("data.approval.state") == "submitted" && submitted.number("data.approval.recipients") == 1)
            try await author.send(.post, path + "/schedule").expectProblem(409, code: "approval_required")
            try await author.send(.post, path + "/approve").expectProblem(403, code: "approval_by_author")
            client.time.advance(by: 1.0)
            let approved = try await approver.send(.post, path + "/approve", #"{"comment":"fine"}"#)
            #expect(approved.string("data.approval.state") == "approved", "\(approved.text)")
            #expect(try await author.send(.post, path + "/schedule").string("data.status") == "scheduled")
            // What was approved is what goes out.
            try await author.send(.patch, path + "/settings", #"{"from_name":"Other"}"#).expectProblem(409, code: "approval_required")
            client.time.advance(by: 1.0)
            let draft = try await author.send(.patch, path + "/settings", #"{"clear_scheduled":true}"#)
            #expect(draft.string("data.status") == "draft" && draft.value("data.approval") == .null)
            let history = try await author.send(.get, path + "/approvals")
            #expect((0..<3).map { history.string("data[\($0)].action") } == ["voided", "approved", "submitted"])
            #expect(history.string("data[1].comment") == "fine" && history.string("data[1].who")?.hasPrefix("key:") == true)
        }
    }

    @Test(
        "any change of content, audience or settings voids an approval",
        arguments: ["name", "list_ids", "from_name", "chunk_size", "scheduled_at", "template"]
    )
    func voided(change: String) async throws {
        try await withAPI { client in
            let (author, approver) = try await Self.people(client)
            let id = try await author.makeCampaign()
            let path = "/api/campaigns/\(id)"
            _ = try await author.send(.post, path + "/submit")
            #expect(try await approver.send(.post, path + "/approve").status == 200)
            switch change {
            case "name": #expect(try await author.send(.patch, path, #"{"name":"Other"}"#).status == 200)
            case "list_ids":
                let list = try await author.makeList("Others")
                _ = try await author.send(.post, "/api/lists/\(list)/contacts", #"{"emails":["other@ex.test"]}"#)
                #expect(try await author.send(.patch, path, #"{"list_ids":["\#(list)"]}"#).status == 200)
            case "template":
                let template = try await author.send(.get, path).id("data.template_id")
                #expect(try await author.send(.patch, "/api/templates/\(template)", #"{"subject":"Other"}"#).status == 200)
            default:
                let value = change == "chunk_size" ? "9" : change == "scheduled_at" ? #""2035-01-01""# : #""Other""#
                #expect(try await author.send(.patch, path + "/settings", #"{"\#(change)":\#(value)}"#).status == 200)
            }
            try await author.send(.post, path + "/schedule").expectProblem(409, code: "approval_required")
        }
    }

    @Test("a rejected campaign is submitted again once it has changed, small ones need nobody")
    func rejected() async throws {
        try await withAPI { client in
            let (author, approver) = try await Self.people(client)
            let id = try await author.makeCampaign()
            let path = "/api/campaigns/\(id)"
            _ = try await author.send(.post, path + "/submit")
            let rejected = try await approver.send(.post, path + "/reject", #"{"comment":"typo"}"#)
            #expect(rejected.string("data.approval.state") == "rejected")
            try await author.send(.post, path + "/schedule").expectProblem(409, code: "approval_required")
            try await approver.send(.post, path + "/approve").expectProblem(409, code: "approval_state")
            _ = try await author.send(.patch, path, #"{"name":"Better"}"#)
            _ = try await author.send(.post, path + "/submit")
            #expect(try await approver.send(.post, path + "/approve").status == 200)
            _ = try await client.send(.patch, "/api/settings/sending", #"{"approval_threshold":2}"#)
            let small = try await author.makeCampaign()
            #expect(try await author.send(.post, "/api/campaigns/\(small)/schedule").status == 200)
        }
    }

    @Test("what was approved has to be what is there when it is approved")
    func outdated() async throws {
        try await withAPI { client in
            let (author, approver) = try await Self.people(client)
            let id = try await author.makeCampaign()
            _ = try await author.send(.post, "/api/campaigns/\(id)/submit")
            let template = try await author.send(.get, "/api/campaigns/\(id)").id("data.template_id")
            _ = try await author.send(.patch, "/api/templates/\(template)", #"{"subject":"Other"}"#)
            try await approver.send(.post, "/api/campaigns/\(id)/approve").expectProblem(409, code: "approval_state")
        }
    }

    @Test("approving takes a scope of its own")
    func scope() async throws {
        try await withAPI { client in
            let id = try await client.makeCampaign()
            let sender = try await client.withKey("campaigns:send", "campaigns:write")
            let refused = try await sender.send(.post, "/api/campaigns/\(id)/approve")
            #expect(refused.status == 403 && refused.string("required_scope") == "campaigns:approve")
        }
    }

    @Test("the tenant's settings are checked")
    func settings() async throws {
        try await withAPI { client in
            let body =
                #"{"approval_threshold":5,"timezone":"Europe/Vilnius","sending_windows":[{"days":["mon"],"from":"08:00","to":"24:00"}]}"#
            let saved = try await client.send(.patch, "/api/settings/sending", body)
            #expect(saved.number("data.approval_threshold") == 5 && saved.string("data.sending_windows[0].to") == "24:00", "\(saved.text)")
            #expect(try await client.send(.get, "/api/settings/sending").string("data.timezone") == "Europe/Vilnius")
            let bad = try await client.send(.patch, "/api/settings/sending", #"{"approval_threshold":-1,"timezone":"CET"}"#)
            #expect(Set(bad.faultyFields) == ["approval_threshold", "timezone"])
            let off = try await client.send(
                .patch,
                "/api/settings/sending",
                #"{"approval_threshold":0,"timezone":"","sending_windows":[]}"#
            )
            #expect(off.value("data.approval_threshold") == .null && off.value("data.timezone") == .null)
        }
    }

    /// An author and an approver of a tenant in which one recipient is enough to need approval.
    private static func people(_ client: APIClient) async throws -> (author: APIClient, approver: APIClient) {
        let settings = try await client.send(.patch, "/api/settings/sending", #"{"approval_threshold":1}"#)
        try #require(settings.status == 200, "\(settings.text)")
        return (try await client.withKey("all"), try await client.withKey("campaigns:approve", "campaigns:read"))
    }
}
