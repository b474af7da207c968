import CommCore
import CommTesting
import Foundation
import Postgres
import Testing

@Suite("Idempotency", .database)
struct IdempotencyRepositoryTests {
    private let domain = DomainFixture()
    private let answer = StoredAnswer(status: 201, contentType: "application/json", body: [0, 1, 255])

    private func claim(_ tenant: UUID, key: String = "one", scope: String = "k POST /a", print: UInt8 = 1) async throws -> IdempotencyClaim
    {
        let key = try #require(IdempotencyKey(header: key))
        return try await domain.idempotency.claim(tenantID: tenant, scope: scope, key: key, fingerprint: Array(repeating: print, count: 32))
    }

    private func lease(_ claim: IdempotencyClaim) -> IdempotencyLease? {
        if case .new(let lease) = claim { lease } else { nil }
    }

    @Test("a finished request is answered again, byte for byte")
    func replay() async throws {
        let tenant = try await domain.tenant()
        let lease = try #require(lease(try await claim(tenant)))
        try await domain.idempotency.store(tenantID: tenant, lease: lease, answer: answer)
        #expect(try await claim(tenant) == .replay(answer))
        #expect(try await claim(tenant, print: 2) == .mismatch)
    }

    @Test("a running request is not run again until its lease ends")
    func running() async throws {
        let tenant = try await domain.tenant()
        let first = try #require(lease(try await claim(tenant)))
        domain.time.advance(by: 18.5)
        #expect(try await claim(tenant) == .running(retryAfter: 42))
        #expect(try await claim(tenant, print: 2) == .mismatch)
        domain.time.advance(by: 41.5)
        let second = try #require(lease(try await claim(tenant)))
        #expect(first != second)
    }

    @Test("who comes back after the end of its lease changes nothing")
    func fence() async throws {
        let tenant = try await domain.tenant()
        let late = try #require(lease(try await claim(tenant)))
        domain.time.advance(by: 60)
        let current = try #require(lease(try await claim(tenant)))
        try await domain.idempotency.store(tenantID: tenant, lease: late, answer: StoredAnswer(status: 500, contentType: nil, body: []))
        try await domain.idempotency.release(tenantID: tenant, lease: late)
        #expect(try await claim(tenant) == .running(retryAfter: 60))
        try await domain.idempotency.store(tenantID: tenant, lease: current, answer: answer)
        #expect(try await claim(tenant) == .replay(answer))
    }

    @Test("a released key is new again")
    func release() async throws {
        let tenant = try await domain.tenant()
        let first = try #require(lease(try await claim(tenant)))
        try await domain.idempotency.release(tenantID: tenant, lease: first)
        #expect(lease(try await claim(tenant, print: 2)) != nil)
    }

    @Test("an answer is kept for a day")
    func lifetime() async throws {
        let tenant = try await domain.tenant()
        let first = try #require(lease(try await claim(tenant)))
        try await domain.idempotency.store(tenantID: tenant, lease: first, answer: answer)
        domain.time.advance(by: 24 * 3600 - 1)
        #expect(try await claim(tenant) == .replay(answer))
        domain.time.advance(by: 1)
        #expect(lease(try await claim(tenant, print: 2)) != nil)
    }

    @Test("what cannot be replayed any more is removed")
    func cleanUp() async throws {
        let tenant = try await domain.tenant()
        _ = try await claim(tenant, key: "old")
        domain.time.advance(by: 24 * 3600)
        _ = try await claim(tenant, key: "young")
        let worker = IdempotencyRepository(client: TestDatabase.current.client(role: "comm_worker"), time: domain.time)
        #expect(try await worker.deleteExpired() == 1)
        #expect(try await claim(tenant, key: "young") == .running(retryAfter: 60))
    }

    @Test("route and tenant make it another key")
    func scope() async throws {
        let tenant = try await domain.tenant()
        #expect(lease(try await claim(tenant)) != nil)
        #expect(lease(try await claim(tenant, scope: "k POST /b", print: 2)) != nil)
        #expect(lease(try await claim(try await domain.tenant(), print: 2)) != nil)
    }

    @Test("of many at once exactly one runs")
    func race() async throws {
        let tenant = try await domain.tenant()
        let claims = try await withThrowingTaskGroup(of: IdempotencyClaim.self) { group in
            for _ in 0..<12 { group.addTask { try await claim(tenant) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(claims.compactMap(lease).count == 1)
        #expect(claims.filter { $0 == .running(retryAfter: 60) }.count == 11)
    }
}
