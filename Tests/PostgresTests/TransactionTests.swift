import CommTesting
import Foundation
import Postgres
import Testing

@Suite("Transactions", .database)
struct TransactionTests {
    private struct Refusal: Error {}
    private let client = TestDatabase.current.client

    private func count() async throws -> Int {
        try await client.query("SELECT count(*) AS n FROM t")[0].get("n")
    }

    @Test("what is done is kept when the body returns, and undone when it throws")
    func commitsAndRollsBack() async throws {
        try await client.execute("CREATE TABLE t (a int)")
        try await client.withTransaction { _ = try await $0.execute("INSERT INTO t VALUES (1)") }
        #expect(try await count() == 1)
        await #expect(throws: Refusal.self) {
            try await client.withTransaction { connection in
                try await connection.execute("INSERT INTO t VALUES (2)")
                throw Refusal()
            }
        }
        #expect(try await count() == 1)
    }

    @Test("a failure that the body hides still does not pass for a commit")
    func hiddenFailure() async throws {
        try await client.execute("CREATE TABLE t (a int)")
        let error = await postgresError { [client] in
            try await client.withTransaction { connection in
                try await connection.execute("INSERT INTO t VALUES (1)")
                _ = await postgresError { try await connection.execute("SELECT 1/0") }
            }
        }
        #expect(error?.code == .transactionAborted)
        #expect(try await count() == 0)
    }

    @Test("a constraint that is checked at commit fails the transaction and leaves the connection usable")
    func deferredConstraint() async throws {
        try await withClient(poolSize: 1) { client async throws in
            try await client.execute("CREATE TABLE t (a int UNIQUE DEFERRABLE INITIALLY DEFERRED)")
            let error = await postgresError {
                try await client.withTransaction { _ = try await $0.execute("INSERT INTO t VALUES (1), (1)") }
            }
            #expect(error?.sqlState == "23505")
            #expect(try await client.query("SELECT 1").count == 1)
            #expect(client.status.open == 1)
        }
    }

    @Test("a savepoint undoes its own part only")
    func savepoints() async throws {
        try await client.execute("CREATE TABLE t (a int)")
        try await client.withTransaction { connection in
            try await connection.execute("INSERT INTO t VALUES (1)")
            await #expect(throws: Refusal.self) {
                try await connection.savepoint { connection in
                    try await connection.execute("INSERT INTO t VALUES (2)")
                    throw Refusal()
                }
            }
            try await connection.savepoint { connection in
                try await connection.savepoint { _ = try await $0.execute("INSERT INTO t VALUES (3)") }
                _ = await postgresError { try await connection.savepoint { _ = try await $0.execute("SELECT 1/0") } }
            }
        }
        #expect(try await client.query("SELECT a FROM t ORDER BY a").map { try $0.get("a") as Int } == [1, 3])
    }

    @Test("a transaction within a transaction is refused")
    func nested() async throws {
        let error = await postgresError { [client] in
            try await client.withTransaction { try await $0.transaction { _ in } }
        }
        #expect(error?.code == .invalidInput)
    }

    @Test("a connection that comes back in a transaction is not lent again")
    func leftOpen() async throws {
        try await withClient(poolSize: 1) { client async throws in
            let first: Int = try await client.withConnection { connection in
                try await connection.execute("BEGIN")
                return try await connection.query("SELECT pg_backend_pid()")[0].get(0)
            }
            let second: Int = try await client.query("SELECT pg_backend_pid()")[0].get(0)
            #expect(first != second)
            #expect(try await client.withConnection { await $0.isInTransaction } == false)
        }
    }

    @Test("the tenant is set within, and does not leak to the next borrower")
    func tenantDoesNotLeak() async throws {
        try await withClient(poolSize: 1) { client async throws in
            let tenant = UUID()
            let setting: SQL = "SELECT nullif(current_setting('app.tenant_id', true), '')::uuid AS t"
            #expect(try await client.query(setting, tenant: tenant)[0].get("t") as UUID == tenant)
            #expect(try await client.query(setting)[0].get("t") as UUID? == nil)
            #expect(try await client.withTenant(tenant) { try await $0.query(setting)[0].get("t") as UUID } == tenant)
            #expect(try await client.query(setting)[0].get("t") as UUID? == nil)
            _ = await postgresError { _ = try await client.query("SELECT 1/0", tenant: tenant) }
            _ = await postgresError { try await client.withTenant(tenant) { _ = try await $0.query("SELECT 1/0") } }
            #expect(try await client.query(setting)[0].get("t") as UUID? == nil)
            #expect(client.status.open == 1)
        }
    }

    @Test("a role is taken on at connect")
    func roles() async throws {
        let user: String = try await TestDatabase.current.client(role: "comm_api").query("SELECT current_user AS u")[0].get("u")
        #expect(user == "comm_api")
        let url = TestDatabase.current.url(role: "comm_worker")
        #expect(try await withClient(url: url) { try await $0.query("SELECT current_user AS u")[0].get("u") as String } == "comm_worker")
    }

    @Test("cancelled work is rolled back, and what comes after the cancellation is not run")
    func cancelledTransaction() async throws {
        try await client.execute("CREATE TABLE t (a int)")
        let started = Signal<Void>()
        let task = Task { [client] in
            try await client.withTransaction { connection in
                try await connection.execute("INSERT INTO t VALUES (1)")
                started.fire()
                try await connection.execute("SELECT pg_sleep(60)")
            }
        }
        try await started.wait()
        task.cancel()
        let error = await postgresError { try await task.value }
        #expect(error?.code == .cancelled)
        #expect(try await count() == 0)
        #expect(client.status.idle == client.status.open)
    }
}
