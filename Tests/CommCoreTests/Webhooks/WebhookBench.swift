import CommTesting
import Foundation
import Logging
import NIOSSL
import Postgres
import Synchronization

@testable import CommCore

/// A tenant with an endpoint at a server that the test controls, and the dispatcher that tells it events.
struct WebhookBench {
    /// A resolver that knows a few names.
    struct Names: HostResolver {
        var known: [String: Set<String>] = [:]

        func addresses(of host: String) async -> Set<String> { known[host] ?? [] }
    }

    /// A resolver that answers otherwise each time.
    final class ChangingNames: HostResolver {
        private let answers: Mutex<[Set<String>]>

        init(_ answers: [Set<String>]) {
            self.answers = Mutex(answers)
        }

        /// How many it has left.
        var left: Int { answers.withLock { $0.count } }

        func addresses(of host: String) async -> Set<String> {
            answers.withLock { $0.isEmpty ? [] : $0.removeFirst() }
        }
    }

    static let seal = CredentialSeal(secret: Secret("a test secret that is long enough for HS256"))
    static let anywhere = TargetPolicy(targets: .any, ports: [])

    let owner = TestDatabase.current.client
    let api = TestDatabase.current.client(role: "comm_api")
    let worker = TestDatabase.current.client(role: "comm_worker")
    let time: ManualTime
    let fixture: CampaignFixture

    init(contacts: Int = 3, now: Date = Date(timeIntervalSince1970: 1_795_000_000)) async throws {
        time = ManualTime(now)
        fixture = try await CampaignFixture.make(on: owner, contacts: contacts, now: now, status: "draft")
    }

    var tenantID: UUID { fixture.tenantID }

    var endpoints: WebhookEndpointRepository {
        WebhookEndpointRepository(client: api, time: time, seal: Self.seal, policy: Self.anywhere)
    }
    var requests: WebhookRequestRepository { WebhookRequestRepository(client: api, time: time) }
    var log: WebhookLogRepository { WebhookLogRepository(client: api, time: time) }

    func endpoint(
        _ url: String,
        types: [String] = ["*"],
        _ change: (inout WebhookDraft) -> Void = { _ in }
    ) async throws -> WebhookEndpointRepository.Created {
        var draft = WebhookDraft()
        (draft.url, draft.eventTypes) = (url, types)
        change(&draft)
        return try await endpoints.create(tenantID: tenantID, draft)
    }

    func dispatcher(
        _ name: String = "bench",
        names: any HostResolver = Names(),
        policy: TargetPolicy = anywhere,
        timeout: Duration = .seconds(5),
        authorities: NIOSSLTrustRoots = .default,
        faults: FaultPoints = .none
    ) -> WebhookDispatcher {
        var settings = WebhookDispatcher.Settings()
        settings.timeout = timeout
        settings.authorities = authorities
        settings.idle = .milliseconds(5)
        return WebhookDispatcher(
            client: worker,
            owner: name,
            seal: Self.seal,
            policy: policy,
            resolver: names,
            settings: settings,
            time: time,
            faults: faults,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    /// Records events as comm-stats does.
    @discardableResult
    func record(_ types: [EventType], message: UUID? = nil, campaign: UUID?? = nil) async throws -> [Event] {
        let now = time.now
        let (tenantID, campaignID) = (tenantID, campaign ?? fixture.campaignID)
        let contacts = try await owner.query("SELECT id FROM contacts WHERE tenant_id = \(tenantID) ORDER BY email")
        let contactID: UUID = try contacts[0].get("id")
        let events = types.enumerated().map { index, type in
            Event(
                type: type,
                tenantID: tenantID,
                campaignID: campaignID,
                contactID: contactID,
                messageID: message,
                source: "motorical",
                occurredAt: now.addingTimeInterval(Double(index) / 1000),
                discriminator: UUID().uuidString,
                payload: #"{"url":"https://shop.example/one"}"#
            )
        }
        try await worker.withTransaction { connection in
            _ = try await EventRecorder().record(events, on: connection, now: now)
        }
        return events
    }

    func attempts(_ id: UUID) async throws -> [WebhookAttempt] {
        try await log.page(tenantID: tenantID, endpointID: id, limit: 200).attempts.reversed()
    }

    func get(_ id: UUID) async throws -> WebhookEndpoint {
        try await endpoints.get(tenantID: tenantID, id: id)
    }

    /// Forgets a person, to the end.
    func erase(_ email: String) async throws {
        let erasures = ErasureRepository(client: api, time: time)
        _ = try await erasures.request(tenantID: tenantID, PersonAddress(email: email), confirm: email, requestedBy: "key:k")
        let eraser = ErasureWorker(client: worker, time: time, logger: .silent)
        while try await eraser.run() {}
    }

    /// Serves until nothing is due now.
    func drain(_ dispatcher: WebhookDispatcher) async throws {
        while try await dispatcher.runOnce() > 0 {}
    }
}

extension StubServer.Request {
    /// What an endpoint is told: the type and the event's id.
    var told: (type: String, id: String) {
        let json = (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any]
        return (json?["type"] as? String ?? "", headers["webhook-id"] ?? "")
    }
}
