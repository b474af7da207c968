import CommTesting
import Foundation
import HTTPTypes
import Testing

@testable import comm_api

@Suite("Provisioning", .database)
struct ProvisioningTests {
    @Test("the same account always gets the same tenant, and its status follows")
    func idempotent() async throws {
        try await withAPI { client in
            let platform = client.with([.internalToken: APIClient.internalToken])
            let body = #"{"motorical_account_id":"\#(UUID())"}"#
            let first = try await platform.send(.post, "/api/provision/tenant", body)
            let again = try await platform.send(.post, "/api/provision/tenant", body)
            #expect(first.status == 200 && first.string("message") == "Tenant provisioned")
            #expect(first.value("data.created") == .bool(true) && again.value("data.created") == .bool(false))
            #expect(try first.id("data.tenant_id") == again.id("data.tenant_id"))

            let stopped = try await platform.send(.post, "/api/deprovision/tenant", body)
            #expect(stopped.status == 200 && stopped.string("message") == "Tenant deprovisioned (paused)")
            let tenant = try first.id("data.tenant_id")
            let refused = try await platform.send(.get, "/api/lists", headers: [.tenantID: tenant.uuidString])
            refused.expectProblem(403)
            #expect(refused.string("error") == "Tenant not active")
            _ = try await platform.send(.post, "/api/provision/tenant", body)
            #expect(try await platform.send(.get, "/api/lists", headers: [.tenantID: tenant.uuidString]).status == 200)
        }
    }

    @Test("only the platform may provision, and only with an account")
    func refusals() async throws {
        try await withAPI { client in
            let body = #"{"motorical_account_id":"\#(UUID())"}"#
            try await client.with([:]).send(.post, "/api/provision/tenant", body).expectProblem(401)
            try await client.withKey("all").send(.post, "/api/provision/tenant", body).expectProblem(401)
            let platform = client.with([.internalToken: APIClient.internalToken])
            try await platform.send(.post, "/api/provision/tenant", "{}").expectProblem(400, field: "motorical_account_id")
            try await platform.send(.post, "/api/provision/tenant", #"{"motorical_account_id":"x"}"#)
                .expectProblem(400, field: "motorical_account_id")
            try await platform.send(.post, "/api/provision/tenant", #"{"motorical_account_id":"\#(UUID())","status":"gone"}"#)
                .expectProblem(400, field: "status")
            try await platform.send(.post, "/api/deprovision/tenant", body).expectProblem(404)
        }
    }

    @Test("deprovisioning pauses campaigns that are under way")
    func campaigns() async throws {
        try await withAPI { client in
            let account = UUID()
            let platform = client.with([.internalToken: APIClient.internalToken])
            let tenant = try await platform.send(.post, "/api/provision/tenant", #"{"motorical_account_id":"\#(account)"}"#).id(
                "data.tenant_id"
            )
            let owner = client.with([.internalToken: APIClient.internalToken, .tenantID: tenant.uuidString])
            let campaign = try await owner.makeCampaign()
            #expect(try await owner.send(.post, "/api/campaigns/\(campaign)/schedule").status == 200)
            let stopped = try await platform.send(.post, "/api/deprovision/tenant", #"{"motorical_account_id":"\#(account)"}"#)
            #expect(stopped.number("data.paused_campaigns") == 1)
        }
    }
}
