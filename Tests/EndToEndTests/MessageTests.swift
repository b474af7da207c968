import CommCore
import CommTesting
import Foundation
import NIOHTTP1
import Postgres
import Testing

/// Single messages through real daemons.
@Suite("Messages that travel on their own", .database, .serialized)
struct MessageTests {
    private struct Receipt: Decodable {
        let uuid: UUID
    }

    private struct State: Decodable {
        let state: String
    }

    @Test("a message goes from a request to the platform and back, and says so", .timeLimit(.minutes(2)))
    func thereAndBack() async throws {
        try await withSuite { world in
            let tenant = try await SuiteTenant(in: world)
            let sent: Receipt = try await tenant.api.send(
                .POST,
                "/api/v1/messages",
                #"""
                {"recipient":"ann@example.com","message_type":"emergency","subject":"Fire","body":"Leave, {{name}}",
                 "variables":{"name":"Ann"},"motor_block_id":"\#(UUID())"}
                """#
            )
            try await eventually("the message is delivered", within: .seconds(30)) {
                let now: State = try await tenant.api.send(.GET, "/api/v1/messages/\(sent.uuid.uuidString.lowercased())")
                return now.state == "delivered"
            }
            #expect(try await world.number("SELECT count(*) FROM message_queue") == 0)
        }
    }

    @Test(
        "a sender that dies at any step loses no message and sends none twice",
        .timeLimit(.minutes(3)),
        arguments: ["log.after:1", "push.after:1", "confirm.mid:1"]
    )
    func killedAt(fault: String) async throws {
        let world = try await SenderWorld()
        let tenant = UUIDv7.make(at: Date())
        try await world.database.execute("INSERT INTO tenants (tenant_id, motorical_account_id) VALUES (\(tenant), \(UUID()))")
        try await withConsumer(world) {
            let doomed = try world.startSender(["COMM_FAULT": "\(fault):kill"])
            let receipt = try await submit(300, tenant: tenant, world)
            #expect(receipt.queued == 300)
            try #require(await doomed.waitForExit() == -SIGKILL, "\(doomed.log.suffix(2_000))")
            let successor = try world.startSender()
            try await eventually("every message is recorded", within: .seconds(60)) {
                try await world.database.query("SELECT 1 FROM message_queue LIMIT 1").isEmpty
            }
            try await eventually("all jobs arrive", within: .seconds(60)) { world.consumer.seen.count == 300 }
            successor.terminate()
            #expect(await successor.waitForExit() == 0)
        }
        #expect(world.consumer.seen.values.allSatisfy { $0 == 1 } && world.consumer.withoutRow.isEmpty)
        let sent: Int = try await world.database.query("SELECT count(*) AS n FROM delivery_events WHERE outcome = 'sent'")[0].get("n")
        #expect(sent == 300)
    }

    private func submit(_ count: Int, tenant: UUID, _ world: SenderWorld) async throws -> BulkMessageReceipt {
        var draft = MessageDraft()
        (draft.content.subject, draft.content.text, draft.motorBlockID) = ("Receipt", "Thank you", UUID())
        let submitter = MessageSubmitter(
            client: world.database,
            time: SystemTime(),
            compiler: MessageCompiler(pipeline: CompilePipeline(), trackingBase: "https://track.example.com"),
            bell: ExpressBell(client: world.database)
        )
        let recipients = (0..<count).map { MessageRecipientDraft(address: "person\($0)@example.com") }
        return try await submitter.submit(draft, to: recipients, tenantID: tenant)
    }
}
