import CommTesting
import Foundation
import HTTPTypes
import Postgres
import Testing

@testable import CommCore
@testable import comm_api

@Suite("Gateways and routes over HTTP", .database)
struct GatewaysAPITests {
    @Test("routes are replaced as a whole, shown, and another tenant's are not seen")
    func routes() async throws {
        try await withAPI { client in
            let body =
                #"{"routes":[{"gateway":"motorical"},{"gateway":"ses","position":1,"cost":0.0001,"daily_budget":5},{"class":"P0","gateway":"ses"}]}"#
            let put = try await client.send(.put, "/api/v1/routes/email", body)
            #expect(put.status == 200 && put.string("data[0].class") == "P0" && put.string("data[1].gateway") == "motorical", "\(put.text)")
            #expect(put.value("data[1].daily_budget") == .null && put.number("data[2].daily_budget") == 5)
            #expect(try await client.send(.get, "/api/v1/routes").text.contains(#""cost":0.0001"#))
            let stranger = try await client.withNewTenant()
            #expect(try await stranger.send(.get, "/api/v1/routes").text.contains(#""data":[]"#))
            try await client.send(.put, "/api/v1/routes/fax", body).expectProblem(400)
            try await client.send(.put, "/api/v1/routes/sms", body).expectProblem(400)
            try await client.send(.put, "/api/v1/routes/email", #"{"routes":[{"gateway":"ses","class":"P7"}]}"#).expectProblem(400)
            try await client.send(.put, "/api/v1/routes/email", "{}").expectProblem(400)
            #expect(try await client.send(.put, "/api/v1/routes/email", #"{"routes":[]}"#).text.contains(#""data":[]"#))
            #expect(try await client.send(.get, "/api/audit").text.contains("gateway_route"))
        }
    }

    @Test("gateways are shown as their senders see them, with what went by them today")
    func gateways() async throws {
        try await withAPI { client in
            #expect(try await client.send(.get, "/api/v1/gateways").text.contains(#""data":[]"#))
            let report = GatewayHealth.Report(
                gateway: "ses",
                state: .open,
                until: client.time.now,
                answered: 3,
                unanswered: 7,
                latency: 0.25
            )
            try await ChannelHealthRepository(client: client.database).save([(report, .email)], instance: "one", now: client.time.now)
            try await RouteRepository(client: client.database, time: client.time)
                .add([(client.tenantID, "ses", 3, 0.03)], now: client.time.now)
            let shown = try await client.send(.get, "/api/v1/gateways")
            #expect(shown.string("data[0].state") == "open" && shown.number("data[0].latency_ms") == 250, "\(shown.text)")
            #expect(shown.number("data[0].messages_today") == 3 && shown.number("data[0].unanswered") == 7)
        }
    }
}
