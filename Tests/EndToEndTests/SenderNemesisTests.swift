import CommTesting
import Foundation
import Postgres
import Redis
import Testing

/// Kills, restarts and outages in the middle of larger campaigns.
@Suite("A campaign survives what happens to machines", .database, .serialized)
struct SenderNemesisTests {
    @Test("20,000 messages, two senders, one of them killed again and again, Redis restarted empty once", .timeLimit(.minutes(8)))
    func nemesis() async throws {
        let world = try await SenderWorld()
        let fixture = try await world.campaign(contacts: 20_000)
        try await withConsumer(world) {
            let steady = try world.startSender()
            for round in 1...5 {
                let victim = try world.startSender()
                let before = try await world.sentSoFar(fixture)
                try await eventually("round \(round) makes progress", within: .seconds(60)) {
                    let sent = try await world.sentSoFar(fixture)
                    return sent >= min(20_000, before + 1_500)
                }
                victim.kill()
                _ = await victim.waitForExit()
                if round == 3 { try await world.redis.restartEmpty() }
            }
            try await world.waitForCompletion(fixture, within: .seconds(240))
            try await eventually("every hand-over is confirmed", within: .seconds(60)) {
                try await world.database.query("SELECT FROM queue_chunks").isEmpty
            }
            steady.terminate()
            #expect(await steady.waitForExit() == 0)
        }
        try await world.checkLedger(fixture, planned: 20_000)
    }

    @Test("who unsubscribes between scheduling and sending gets no mail", .timeLimit(.minutes(3)))
    func unsubscribedBeforeSending() async throws {
        let world = try await SenderWorld()
        let fixture = try await world.campaign(contacts: 1_000)
        try await world.database.execute(
            "UPDATE contacts SET status = 'unsubscribed' WHERE tenant_id = \(fixture.tenantID) AND name LIKE '%5'"
        )
        try await withConsumer(world) {
            let sender = try world.startSender()
            try await world.waitForCompletion(fixture)
            sender.terminate()
            #expect(await sender.waitForExit() == 0)
        }
        let suppressed = try await world.database.query(
            "SELECT count(*)::int AS count FROM delivery_events WHERE outcome = 'suppressed' AND reason = 'unsubscribe'"
        )
        #expect(try suppressed.first?.get("count") == 100 as Int?)
        #expect(world.consumer.seen.count == 900)
        try await world.checkLedger(fixture, planned: 1_000)
    }

    @Test("an outage of Redis pauses the lane and uses up nobody", .timeLimit(.minutes(4)))
    func outage() async throws {
        let world = try await SenderWorld()
        let fixture = try await world.campaign(contacts: 5_000)
        try await withConsumer(world) {
            let sender = try world.startSender()
            try await eventually("some are sent") { try await world.sentSoFar(fixture) > 500 }
            try await world.redis.restartKeepingData()
            try await world.waitForCompletion(fixture)
            sender.terminate()
            #expect(await sender.waitForExit() == 0)
        }
        try await world.checkLedger(fixture, planned: 5_000)
    }

    @Test("2,000 recipients with chunks of 100 all arrive", .timeLimit(.minutes(3)))
    func manyChunks() async throws {
        let world = try await SenderWorld()
        let fixture = try await world.campaign(contacts: 2_000, chunkSize: 100)
        try await withConsumer(world) {
            let sender = try world.startSender()
            try await world.waitForCompletion(fixture)
            sender.terminate()
            #expect(await sender.waitForExit() == 0)
        }
        try await world.checkLedger(fixture, planned: 2_000)
    }

    @Test("the hand-over list is never longer than the high-water mark and a chunk for each lane", .timeLimit(.minutes(3)))
    func backpressure() async throws {
        let world = try await SenderWorld()
        let fixture = try await world.campaign(contacts: 3_000)
        let sender = try world.startSender(["COMM_DELIVERY_QUEUE_HIGH_WATER": "500"])
        let client = try world.redis.client()
        try await eventually("the list is full") { try await world.sentSoFar(fixture) >= 500 }
        for _ in 0..<20 {
            let length = try await client.send(.init("LLEN", ["email_delivery_queue"])).int ?? 0
            #expect(length <= 500 + 2 * 100 + 100)
            try await Task.sleep(for: .milliseconds(50))
        }
        try await withConsumer(world) {
            try await world.waitForCompletion(fixture)
            sender.terminate()
            #expect(await sender.waitForExit() == 0)
        }
        await client.close()
        try await world.checkLedger(fixture, planned: 3_000)
    }
}
