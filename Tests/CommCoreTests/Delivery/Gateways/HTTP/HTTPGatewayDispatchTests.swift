import CommTesting
import Foundation
import Postgres
import Testing

@testable import CommCore

@Suite("A campaign goes out through a delivery service", .database, .redis, .timeLimit(.minutes(4)))
struct HTTPGatewayDispatchTests {
    private let time = ManualTime(Date(timeIntervalSince1970: 1_795_000_000))

    private func dispatcher(_ gateway: HTTPGateway) throws -> Dispatcher {
        let client = TestDatabase.current.client
        return Dispatcher(
            stores: try SenderBench.stores(client),
            router: HandoverRouter(gateway, time: time),
            settings: DispatchSettings(owner: "test", lease: 60, confirmAfter: 60),
            time: time,
            faults: .none
        )
    }

    private func gateway(_ server: StubServer, faults: FaultPoints = .none) throws -> HTTPGateway {
        let redis = try TestRedis.current
        return HTTPGateway(
            HTTPGatewaySettings(provider: try GatewayFixture.provider("postal", base: server.base), connections: 4),
            memory: HandoverMemory(redis: redis.client, gateway: "postal", prefix: redis.key("comm")),
            time: time,
            faults: faults,
            logger: .silent
        )
    }

    private func drain(_ dispatcher: Dispatcher, _ bench: SenderBench) async throws {
        while try await dispatcher.dispatchChunk() {}
        while try await dispatcher.dispatchSingles() {}
        while try await bench.finisher.step() {}
    }

    @Test("everybody is sent to once and the campaign is completed")
    func whole() async throws {
        let server = try await StubServer.start { _ in .answer(200, GatewayFixture.acceptance("postal")) }
        let gateway = try gateway(server)
        let bench = try SenderBench(time: time)
        let fixture = try await CampaignFixture.make(on: bench.client, contacts: 60, now: time.now)
        try await bench.expandAll()
        try await drain(try dispatcher(gateway), bench)
        #expect(try await bench.outcomes(of: fixture) == ["sent": 60])
        #expect(try await bench.status(of: fixture) == "completed")
        #expect(server.requests.count == 60)
        await gateway.close()
        try await server.close()
    }

    @Test("an outage in the midst uses up nobody but those whose answer was lost, and the rest follow when it is over")
    func outage() async throws {
        let answers = Tally()
        let server = try await StubServer.start { _ in
            let number = answers.next()
            return (21...24).contains(number) ? .hangUp : .answer(200, GatewayFixture.acceptance("postal"))
        }
        let gateway = try gateway(server)
        let dispatcher = try dispatcher(gateway)
        let bench = try SenderBench(time: time)
        let fixture = try await CampaignFixture.make(on: bench.client, contacts: 60, now: time.now)
        try await bench.expandAll()
        for _ in 1...6 {
            try await drainIgnoringOutages(dispatcher)
            time.advance(by: 301)
        }
        while try await bench.finisher.step() {}
        let outcomes = try await bench.outcomes(of: fixture)
        let unknown = outcomes.filter { $0.key.hasPrefix("unknown") }.values.reduce(0, +)
        #expect((1...4).contains(unknown))
        #expect(outcomes["sent"] == 60 - unknown)
        #expect(server.requests.count == 60)
        #expect(try await bench.status(of: fixture) == "completed")
        await gateway.close()
        try await server.close()
    }

    private func drainIgnoringOutages(_ dispatcher: Dispatcher) async throws {
        do {
            while try await dispatcher.dispatchChunk() {}
            while try await dispatcher.dispatchSingles() {}
        } catch is GatewayOutage {}
    }

    @Test("after a crash between the provider's answer and the record nobody is sent to twice")
    func crash() async throws {
        let server = try await StubServer.start { _ in .answer(200, GatewayFixture.acceptance("postal")) }
        let bench = try SenderBench(time: time)
        let fixture = try await CampaignFixture.make(on: bench.client, contacts: 20, now: time.now)
        try await bench.expandAll()
        let dying = try gateway(server, faults: try FaultPoints(parsing: "gateway.after:8:error"))
        let doomed = try dispatcher(dying)
        await #expect(throws: FaultInjected.self) { try await doomed.dispatchChunk() }
        await dying.close()
        let left = server.requests.count
        time.advance(by: 61)
        let gateway = try gateway(server)
        try await drain(try dispatcher(gateway), bench)
        let outcomes = try await bench.outcomes(of: fixture)
        let unknown = outcomes["unknown:its sender stopped while it was handed over"] ?? 0
        #expect(left >= 8 && unknown >= 1)
        #expect(outcomes["sent"] == 20 - unknown)
        #expect(server.requests.count == 20)
        await gateway.close()
        try await server.close()
    }
}
