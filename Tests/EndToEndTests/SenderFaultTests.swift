import CommTesting
import Foundation
import Testing

/// The sender is killed at every step of the dispatch, and the ledger is checked each time.
@Suite("A sender that dies loses nobody and mails nobody twice", .database, .serialized)
struct SenderFaultTests {
    /// Every arrow of the dispatch: point, and on which hit it strikes.
    static let faults = [
        "expand.before:1", "expand.after:1", "lease.after:1", "lease.after:3", "render.before:2", "log.before:2", "log.after:2",
        "push.before:2", "push.after:1", "push.after:3", "confirm.before:2", "confirm.mid:2", "confirm.after:2",
    ]

    @Test("killed at", .timeLimit(.minutes(3)), arguments: faults)
    func killedAt(fault: String) async throws {
        try await killAndCheck(fault: fault, chunkSize: 100)
    }

    @Test(
        "killed when a part of a chunk has left already",
        .timeLimit(.minutes(3)),
        arguments: ["push.after:1", "log.after:2", "push.after:2", "push.before:3"]
    )
    func killedWithinChunk(fault: String) async throws {
        try await killAndCheck(fault: fault, chunkSize: 350)
    }

    private func killAndCheck(fault: String, chunkSize: Int) async throws {
        let world = try await SenderWorld()
        let fixture = try await world.campaign(contacts: 700)
        try await withConsumer(world) {
            let doomed = try world.startSender(["COMM_FAULT": "\(fault):kill", "COMM_CHUNK_SIZE": "\(chunkSize)", "COMM_LANES": "1"])
            try #require(await doomed.waitForExit() == -SIGKILL, "\(doomed.log.suffix(2_000))")
            let successor = try world.startSender()
            try await world.waitForCompletion(fixture)
            successor.terminate()
            #expect(await successor.waitForExit() == 0)
        }
        try await world.checkLedger(fixture, planned: 700)
    }

    @Test(
        "an error at any step is retried and uses up nobody",
        .timeLimit(.minutes(3)),
        arguments: ["log.after:2", "push.after:2", "confirm.mid:2"]
    )
    func errorAt(fault: String) async throws {
        let world = try await SenderWorld()
        let fixture = try await world.campaign(contacts: 700)
        try await withConsumer(world) {
            let sender = try world.startSender(["COMM_FAULT": "\(fault):error"])
            try await world.waitForCompletion(fixture)
            sender.terminate()
            #expect(await sender.waitForExit() == 0)
        }
        try await world.checkLedger(fixture, planned: 700)
    }

    @Test("fault points are refused in production")
    func refusedInProduction() async throws {
        let world = try await SenderWorld()
        let sender = try world.startSender(["COMM_FAULT": "push.after:1:kill", "COMM_ENVIRONMENT": "production"])
        let status = await sender.waitForExit()
        #expect(status != 0 && status != -SIGKILL)
        #expect(sender.log.contains("COMM_FAULT"))
    }
}
