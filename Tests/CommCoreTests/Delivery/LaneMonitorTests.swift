import CommTesting
import Foundation
import Postgres
import Testing

@testable import CommCore

@Suite("How a sender's lanes fare", .database)
struct LaneMonitorTests {
    private let time = ManualTime(Date(timeIntervalSince1970: 1_795_000_000))

    private struct Away: Error {}

    @Test("a lane that fails is paused, one without room is full, and since when is kept while it stays so")
    func states() async throws {
        let monitor = LaneMonitor(time: time)
        #expect(try await monitor.watch(hasRoom: { true }, step: { true }))
        #expect(monitor.latest.state == .open)
        time.advance(by: 10)
        let since = time.now
        for _ in 0..<2 {
            await #expect(throws: Away.self) { try await monitor.watch(hasRoom: { true }, step: { throw Away() }) }
            #expect(monitor.latest == LaneMonitor.Report(state: .paused, since: since))
            time.advance(by: 5)
        }
        #expect(try await monitor.watch(hasRoom: { false }, step: { true }) == false)
        #expect(monitor.latest.state == .full)
    }

    @Test("a heart that stops beating is noticed, one living sender with an open gateway is enough")
    func heartbeats() async throws {
        let client = TestDatabase.current.client(role: "comm_worker")
        let fixture = try await CampaignFixture.make(on: TestDatabase.current.client, contacts: 1, now: time.now)
        let facts = CampaignFactsRepository(client: TestDatabase.current.client(role: "comm_api"), time: time)
        func codes() async throws -> [CampaignBlocker.Code] {
            try await facts.blockers(tenantID: fixture.tenantID, campaignID: fixture.campaignID).map(\.code)
        }
        #expect(try await codes() == [.noSender])
        let hearts = HeartbeatRepository(client: client, time: time)
        let paused = LaneMonitor.Report(state: .paused, since: time.now)
        try await hearts.beat(instance: "a", gateway: "smtp", lanes: paused)
        #expect(try await codes() == [.gatewayPaused, .waitingForExpansion])
        try await hearts.beat(instance: "b", gateway: "smtp", lanes: LaneMonitor(time: time).latest)
        #expect(try await codes() == [.waitingForExpansion])
        time.advance(by: 31)
        #expect(try await codes() == [.noSender])
        try await hearts.beat(instance: "a", gateway: "smtp", lanes: LaneMonitor(time: time).latest)
        #expect(try await codes() == [.waitingForExpansion])
        try await hearts.end(instance: "a")
        #expect(try await codes() == [.noSender])
    }
}
