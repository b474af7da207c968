import CommCore
import CommTesting
import Foundation
import Postgres
import Testing

@Suite("API keys", .database)
struct APIKeyRepositoryTests {
    private let domain = DomainFixture()

    private func refusal(_ text: String) async -> TenancyErrorCode? {
        do {
            _ = try await domain.keys.authenticate(text)
            return nil
        } catch {
            return (error as? TenancyError)?.code
        }
    }

    @Test("a key proves whose it is and what it may do")
    func authenticate() async throws {
        let tenant = try await domain.tenant()
        let made = try await domain.keys.create(tenantID: tenant, name: "Shop", scopes: ["contacts:read", "campaigns:send"])
        let who = try await domain.keys.authenticate(made.text)
        #expect(who == AuthenticatedKey(tenantID: tenant, keyID: made.key.id, scopes: [.contactsRead, .campaignsSend]))
        #expect(who.permits(.contactsRead))
        #expect(!who.permits(.contactsWrite))
        #expect(!who.permits(.all))
    }

    @Test("the scope all holds every other")
    func all() async throws {
        let made = try await domain.keys.create(tenantID: try await domain.tenant(), name: "Root", scopes: ["all"])
        let who = try await domain.keys.authenticate(made.text)
        #expect(APIScope.allCases.allSatisfy(who.permits))
    }

    @Test("the secret is nowhere in the database")
    func secret() async throws {
        let tenant = try await domain.tenant()
        let made = try await domain.keys.create(tenantID: tenant, name: "Shop", scopes: ["all"])
        let rows = try await domain.owner.query("SELECT k::text AS row FROM api_keys k")
        let row: String = try rows[0].get("row")
        #expect(!row.contains(made.text.suffix(43)))
        #expect(try await domain.keys.list(tenantID: tenant) == [made.key])
    }

    @Test("wrong, unknown and malformed keys are refused alike")
    func wrong() async throws {
        let tenant = try await domain.tenant()
        let made = try await domain.keys.create(tenantID: tenant, name: "Shop", scopes: ["all"])
        let other = try await domain.keys.create(tenantID: tenant, name: "Other", scopes: ["all"])
        #expect(await refusal(String(made.text.dropLast(43) + other.text.suffix(43))) == .keyRefused)
        try await domain.owner.execute("DELETE FROM api_keys WHERE id = \(other.key.id)")
        #expect(await refusal(other.text) == .keyRefused)
        #expect(await refusal("cb_nonsense") == .keyRefused)
        #expect(await refusal("") == .keyRefused)
    }

    @Test("a revoked key is refused at once, and revoking again keeps the first moment")
    func revoke() async throws {
        let tenant = try await domain.tenant()
        let made = try await domain.keys.create(tenantID: tenant, name: "Shop", scopes: ["all"])
        let revoked = try await domain.keys.revoke(tenantID: tenant, id: made.key.id)
        #expect(revoked.revokedAt == domain.time.now)
        #expect(await refusal(made.text) == .keyRevoked)
        domain.time.advance(by: 10)
        #expect(try await domain.keys.revoke(tenantID: tenant, id: made.key.id) == revoked)
    }

    @Test("a key ends at its time")
    func expiry() async throws {
        let tenant = try await domain.tenant()
        let expiresAt = domain.time.now.addingTimeInterval(60)
        let made = try await domain.keys.create(tenantID: tenant, name: "Shop", scopes: ["all"], expiresAt: expiresAt)
        domain.time.advance(by: 59)
        #expect(await refusal(made.text) == nil)
        domain.time.advance(by: 1)
        #expect(await refusal(made.text) == .keyExpired)
    }

    @Test("the keys of a paused tenant open nothing")
    func pausedTenant() async throws {
        let account = UUID()
        let tenant = try await domain.tenants.provision(accountID: account).tenantID
        let made = try await domain.keys.create(tenantID: tenant, name: "Shop", scopes: ["all"])
        _ = try await domain.tenants.deprovision(accountID: account)
        #expect(await refusal(made.text) == .notActive)
    }

    @Test("the last use is written at most once a minute")
    func lastUse() async throws {
        let tenant = try await domain.tenant()
        let made = try await domain.keys.create(tenantID: tenant, name: "Shop", scopes: ["all"])
        let start = domain.time.now
        var seen: [Date?] = []
        for _ in 0..<3 {
            _ = try await domain.keys.authenticate(made.text)
            seen.append(try await domain.keys.list(tenantID: tenant).first?.lastUsedAt)
            domain.time.advance(by: 30)
        }
        #expect(seen == [start, start, start.addingTimeInterval(60)])
    }

    @Test("a key needs a name, known scopes and a future")
    func refusedInput() async throws {
        let tenant = try await domain.tenant()
        let error = await #expect(throws: TenancyError.self) {
            try await domain.keys.create(tenantID: tenant, name: " ", scopes: ["all", "root"], expiresAt: domain.time.now)
        }
        #expect(error?.problems.map(\.field) == ["name", "scopes[1]", "expires_at"])
        let none = await #expect(throws: TenancyError.self) { try await domain.keys.create(tenantID: tenant, name: "x", scopes: []) }
        #expect(none?.problems.map(\.code) == ["required"])
        #expect(try await domain.keys.list(tenantID: tenant).isEmpty)
    }

    @Test("another tenant's keys are neither seen nor revoked")
    func isolation() async throws {
        let mine = try await domain.tenant()
        let theirs = try await domain.keys.create(tenantID: try await domain.tenant(), name: "Shop", scopes: ["all"])
        #expect(try await domain.keys.list(tenantID: mine).isEmpty)
        let error = await #expect(throws: TenancyError.self) { try await domain.keys.revoke(tenantID: mine, id: theirs.key.id) }
        #expect(error?.code == .notFound)
        #expect(await refusal(theirs.text) == nil)
    }
}
