import Foundation
import Logging
import Postgres
import Synchronization

@testable import CommCore
@testable import comm_api

/// The outbound pipeline beside the API under test: its gateway keeps the jobs that the platform would get.
final class TestSender: Gateway {
    /// What the platform is given for one message.
    struct Job {
        let id: UUID
        let recipient: String
        let subject: String
        let html: String
        let text: String
        let headers: [String: String]
    }

    let name = "test"
    let needsConfirmation = false
    private let taken = Mutex<[Job]>([])
    /// What becomes of every message.
    private let answer: Disposition

    init(answer: Disposition = .sent) {
        self.answer = answer
    }

    var jobs: [Job] { taken.withLock { $0 } }

    func hasRoom() async throws -> Bool { true }
    func states(of ids: [UUID], scope: HandoverScope) async throws -> [UUID: HandoverState] { [:] }
    func hasLostMemory(now: Date) async throws -> Bool { false }

    func handOver(_ batch: HandoverBatch) async throws -> [Disposition] {
        let writer = JobWriter(
            envelope: batch.envelope,
            motorBlockID: batch.envelope.motorBlockID ?? UUID(),
            renderer: batch.renderer
        )
        for message in batch.messages {
            let written = try writer.write(message)
            let json = try JSONSerialization.jsonObject(with: Data(written.job)) as? [String: Any] ?? [:]
            let job = Job(
                id: message.id,
                recipient: message.recipient,
                subject: json["subject"] as? String ?? "",
                html: json["bodyHtml"] as? String ?? "",
                text: json["bodyText"] as? String ?? "",
                headers: json["headers"] as? [String: String] ?? [:]
            )
            taken.withLock { $0.append(job) }
        }
        return batch.messages.map { _ in answer }
    }

    /// Puts what is due into the queue, and no more.
    func expand(_ client: APIClient) async throws {
        let expander = CampaignExpander(client: client.database, chunkSize: 100, time: client.time, faults: .none, logger: Self.logger)
        while try await expander.step() {}
    }

    /// Sends everything of campaigns that is due.
    func run(_ client: APIClient) async throws {
        try await expand(client)
        let dispatcher = try self.dispatcher(client)
        while try await dispatcher.dispatchChunk() {}
    }

    /// Sends what waits in the express lanes.
    func runTests(_ client: APIClient) async throws {
        let dispatcher = try self.dispatcher(client)
        for priority in Priority.allCases {
            var after: UUID?
            while try await dispatcher.dispatchExpress(priority, after: &after) {}
        }
    }

    private func dispatcher(_ client: APIClient) throws -> Dispatcher {
        return Dispatcher(
            stores: try DispatchStores(client: client.database, links: APIClient.configuration().links, faults: .none),
            router: HandoverRouter(self, time: client.time),
            settings: DispatchSettings(owner: "test"),
            time: client.time,
            faults: .none
        )
    }

    private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}
