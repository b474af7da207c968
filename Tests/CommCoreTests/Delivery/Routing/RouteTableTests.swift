import CommTesting
import Foundation
import Postgres
import Testing

@testable import CommCore

@Suite("Routes of tenants and the gateways' health", .database)
struct RouteTableTests {
    private let time = ManualTime(Date(timeIntervalSince1970: 1_795_000_000))
    private var client: PostgresClient { TestDatabase.current.client }

    private func makeTenant() async throws -> UUID {
        let id = UUIDv7.make(at: time.now)
        try await client.execute("INSERT INTO tenants (tenant_id, motorical_account_id) VALUES (\(id), \(UUID()))")
        return id
    }

    private func envelope(_ tenant: UUID) -> MessageEnvelope {
        MessageEnvelope(
            tenantID: tenant,
            origin: .request(UUID()),
            title: "receipt",
            motorBlockID: nil,
            artifactID: UUID(),
            fromAddress: "a@x.test",
            fromName: "",
            unsubscribeMailto: "u@x.test"
        )
    }

    @Test("a tenant's routes count once they are read anew, those of the configuration for everybody else")
    func routes() async throws {
        let (tenant, other) = (try await makeTenant(), try await makeTenant())
        let repository = RouteRepository(client: client, time: time)
        let table = RouteTable(repository: repository, defaults: [.email: ["motorical"]], time: time)
        #expect(try await table.plan(for: envelope(tenant)).gateways == ["motorical"])
        _ = try await repository.replace(tenantID: tenant, channel: .email, by: [GatewayRoute(channel: .email, gateway: "ses")])
        #expect(try await table.plan(for: envelope(tenant)).gateways == ["motorical"], "still what was read")
        time.advance(by: RouteTable.freshness)
        #expect(try await table.plan(for: envelope(tenant)).gateways == ["ses"])
        #expect(try await table.plan(for: envelope(other)).gateways == ["motorical"])
        _ = try await repository.replace(tenantID: tenant, channel: .email, by: [])
        time.advance(by: RouteTable.freshness)
        #expect(try await table.plan(for: envelope(tenant)).gateways == ["motorical"])
    }

    @Test("what is sent counts against the budget at once, for others when it is written down")
    func budget() async throws {
        let tenant = try await makeTenant()
        let repository = RouteRepository(client: client, time: time)
        let route = GatewayRoute(channel: .email, gateway: "ses", cost: 0.5, dailyBudget: 2)
        _ = try await repository.replace(tenantID: tenant, channel: .email, by: [route])
        let table = RouteTable(repository: repository, defaults: [:], time: time)
        let second = RouteTable(repository: repository, defaults: [:], time: time)
        #expect(try await table.plan(for: envelope(tenant)).gateways == ["ses"])
        await table.sent(4, by: "ses", for: envelope(tenant))
        #expect(try await table.plan(for: envelope(tenant)).closed != nil)
        time.advance(by: RouteTable.freshness)
        #expect(try await table.plan(for: envelope(tenant)).closed != nil, "not yet written, and not forgotten")
        #expect(try await second.plan(for: envelope(tenant)).gateways == ["ses"])
        try await table.save()
        time.advance(by: RouteTable.freshness)
        #expect(try await second.plan(for: envelope(tenant)).closed != nil)
        #expect(try await repository.usage(tenantID: tenant) == [RouteRepository.Usage(gateway: "ses", messages: 4, cost: 2)])
        time.advance(by: 86_400)
        #expect(try await second.plan(for: envelope(tenant)).gateways == ["ses"], "another day")
    }

    @Test("routes that cannot be are refused as a whole, with every field")
    func refusals() async throws {
        let tenant = try await makeTenant()
        let repository = RouteRepository(client: client, time: time)
        let routes = [
            GatewayRoute(channel: .sms, gateway: "ses"), GatewayRoute(channel: .sms, gateway: "twilio", position: -1, weight: 0, cost: -1),
            GatewayRoute(channel: .sms, gateway: "twilio", dailyBudget: -1),
        ]
        let error = await #expect(throws: MessageError.self) {
            try await repository.replace(tenantID: tenant, channel: .sms, by: routes)
        }
        #expect(
            error?.problems.map(\.field) == [
                "routes[0].gateway", "routes[1].position", "routes[1].weight", "routes[1].cost", "routes[2].daily_budget",
                "routes[2].gateway",
            ]
        )
        #expect(try await repository.list(tenantID: tenant).isEmpty)
    }

    @Test("what one sender finds ill is passed over by the others, for as long as it is told")
    func health() async throws {
        let gateways: [any Gateway] = [RecordingGateway()]
        func upkeep(_ instance: String, _ health: GatewayHealth) -> GatewayUpkeep {
            GatewayUpkeep(
                health: health,
                gateways: gateways,
                repository: ChannelHealthRepository(client: client),
                routes: nil,
                instance: instance,
                time: time
            )
        }
        let (first, second) = (GatewayHealth(), GatewayHealth())
        first.noteOutage(of: "recording", now: time.now)
        try await upkeep("first", first).step()
        try await upkeep("second", second).step()
        #expect(second.order(["recording", "other"], now: time.now) == ["other", "recording"])
        let found = try await ChannelHealthRepository(client: client).list(now: time.now)
        #expect(found.map(\.gateway) == ["recording"] && found[0].state == .open && found[0].senders == 2)
        time.advance(by: 16)
        #expect(second.order(["recording", "other"], now: time.now) == ["recording", "other"], "felt for again")
        time.advance(by: ChannelHealthRepository.freshness)
        #expect(try await ChannelHealthRepository(client: client).list(now: time.now).isEmpty)
    }
}
