import CommTesting
import Foundation
import Logging
import Postgres
import Synchronization
import Testing

@testable import CommCore

@Suite("Registration of the webhook", .database)
struct WebhookRegistrarTests {
    private let domain = DomainFixture()

    /// A platform that can be told to refuse.
    private final class Platform: Sendable {
        struct Refused: Error {}

        let calls = Mutex<[(block: UUID, url: String)]>([])
        let refuses = Mutex(false)

        @Sendable func register(_ block: UUID, _ url: String) async throws {
            calls.withLock { $0.append((block, url)) }
            if refuses.withLock({ $0 }) { throw Refused() }
        }

        var count: Int { calls.withLock { $0.count } }
    }

    @Test("creating campaigns leaves one wish for a motor block, which is granted once")
    func once() async throws {
        let platform = Platform()
        let block = try await campaigns(2)
        let registrar = registrar(platform)
        for _ in 0..<3 { _ = try await registrar.round() }
        #expect(platform.count == 1)
        #expect(platform.calls.withLock { $0.first?.block } == block)
        #expect(platform.calls.withLock { $0.first?.url } == "https://comm.example.com/api/webhooks/motorical")
        #expect(try await state().registered)
    }

    @Test("a refusal is tried again with growing pauses, kept with its reason, and given up in the end")
    func retries() async throws {
        let platform = Platform()
        platform.refuses.withLock { $0 = true }
        _ = try await campaigns(1)
        let registrar = registrar(platform)
        _ = try await registrar.round()
        _ = try await registrar.round()
        #expect(platform.count == 1)
        #expect(try await state().error == "Refused()")
        for _ in 0..<30 {
            domain.time.advance(by: 7_200)
            _ = try await registrar.round()
        }
        #expect(platform.count == WebhookRegistrar.mostAttempts)
        #expect(try await !state().registered)
    }

    @Test("a new public address is registered anew, even after the old one was given up")
    func newAddress() async throws {
        let platform = Platform()
        _ = try await campaigns(1)
        _ = try await registrar(platform).round()
        _ = try await registrar(platform, publicBase: "https://new.example.com").round()
        #expect(platform.calls.withLock { $0.last?.url } == "https://new.example.com/api/webhooks/motorical" && platform.count == 2)
    }

    private func registrar(_ platform: Platform, publicBase: String = "https://comm.example.com") -> WebhookRegistrar {
        WebhookRegistrar(
            client: TestDatabase.current.client(role: "comm_worker"),
            publicBase: publicBase,
            time: domain.time,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            register: platform.register
        )
    }

    /// Makes campaigns of one motor block.
    private func campaigns(_ count: Int) async throws -> UUID {
        let tenant = try await domain.tenant()
        let template = try await domain.template(of: tenant)
        let list = try await domain.list(of: tenant)
        let block = UUID()
        for _ in 0..<count {
            let draft = CampaignDraft(name: "Spring", templateID: template.id, motorBlockID: block, listIDs: [list])
            _ = try await domain.campaigns.create(tenantID: tenant, draft: draft)
        }
        return block
    }

    private func state() async throws -> (registered: Bool, error: String?) {
        let rows = try await domain.owner.query("SELECT registered_at IS NOT NULL AS registered, last_error FROM webhook_registrations")
        #expect(rows.count == 1)
        let row = try #require(rows.first)
        return (try row.get("registered"), try row.get("last_error"))
    }
}
