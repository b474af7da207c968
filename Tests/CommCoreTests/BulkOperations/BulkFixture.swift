import CommCore
import CommTesting
import Foundation
import Logging
import Postgres

/// A tenant with contacts and lists, and bulk operations as comm-api and comm-stats run them.
struct BulkFixture {
    let database: TestDatabase
    let client: PostgresClient
    let time = ManualTime(Date(timeIntervalSince1970: 1_790_000_000))
    let tenantID: UUID
    /// In the order of their ids.
    let contacts: [UUID]
    let lists: [UUID]

    static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// As the API runs them.
    var bulk: BulkOperations { BulkOperations(client: client, time: time, logger: Self.logger) }
    var bin: RecycleBinRepository { RecycleBinRepository(client: client, time: time) }
    var editor: ContactEditor { ContactEditor(client: client, time: time) }
    var tags: TagRepository { TagRepository(client: client) }

    /// As comm-stats runs them.
    func worker(_ faults: FaultPoints = .none) -> BulkOperations {
        BulkOperations(client: database.client(role: "comm_worker"), time: time, faults: faults, logger: Self.logger)
    }

    /// - Parameter contacts: how many; all of them are in the first of two lists.
    static func make(contacts count: Int = 6) async throws -> BulkFixture {
        let database = TestDatabase.current
        let start = Date(timeIntervalSince1970: 1_790_000_000)
        let tenantID = UUIDv7.make(at: start)
        let owner = database.client
        try await owner.execute("INSERT INTO tenants (tenant_id, motorical_account_id) VALUES (\(tenantID), \(UUID()))")
        let lists = [UUIDv7.make(at: start), UUIDv7.make(at: start.addingTimeInterval(1))]
        try await owner.execute(
            """
            INSERT INTO lists (tenant_id, id, name, created_at)
            SELECT \(tenantID), id, 'List ' || n, \(start) FROM unnest(\(lists)) WITH ORDINALITY AS l (id, n)
            """
        )
        try await owner.execute(
            """
            INSERT INTO contacts (tenant_id, id, email, email_norm, name, created_at, updated_at)
            SELECT \(tenantID), comm_message_id(1790000000000, n), 'p' || n || '@ex.test', 'p' || n || '@ex.test', 'Person ' || n,
                   \(start), \(start)
              FROM generate_series(1, \(count)::int) AS n
            """
        )
        try await owner.execute(
            """
            INSERT INTO list_contacts (tenant_id, list_id, contact_id, created_at)
            SELECT tenant_id, \(lists[0]), id, \(start) FROM contacts WHERE tenant_id = \(tenantID)
            """
        )
        let ids = try await owner.query("SELECT id FROM contacts WHERE tenant_id = \(tenantID) ORDER BY id")
        return BulkFixture(
            database: database,
            client: database.client(role: "comm_api"),
            tenantID: tenantID,
            contacts: try ids.map { try $0.get("id") },
            lists: lists
        )
    }

    /// Runs an operation on contacts; a second later than whatever came before.
    @discardableResult
    func run(_ change: BulkChange, on ids: [UUID]? = nil, atOnce: Int = BulkOperations.smallest) async throws -> BulkOperation {
        time.advance(by: 1)
        return try await bulk.submit(tenantID: tenantID, change, .ids(ids ?? contacts), createdBy: "test", atOnce: atOnce)
    }

    @discardableResult
    func undo(_ operation: BulkOperation, atOnce: Int = BulkOperations.smallest) async throws -> BulkOperation {
        time.advance(by: 1)
        return try await bulk.undo(tenantID: tenantID, id: operation.id, createdBy: "test", atOnce: atOnce)
    }

    func get(_ operation: BulkOperation) async throws -> BulkOperation {
        try await bulk.get(tenantID: tenantID, id: operation.id)
    }

    /// Works until nothing is to be done.
    func drain(_ worker: BulkOperations) async throws {
        while try await worker.step() {}
    }

    /// Everything that operations may change, as lines of text; without what only says that something was changed.
    func state() async throws -> [String] {
        try await database.client.query(
            """
            SELECT line FROM (
                SELECT 'contact ' || (to_jsonb(c) - 'version' - 'updated_at')::text FROM contacts c WHERE tenant_id = \(tenantID)
                UNION ALL SELECT 'member ' || m::text FROM list_contacts m WHERE tenant_id = \(tenantID)
                UNION ALL SELECT 'suppression ' || s::text FROM suppressions s WHERE tenant_id = \(tenantID)
                UNION ALL SELECT 'tag ' || t::text FROM contact_tags t WHERE tenant_id = \(tenantID)
            ) AS lines (line) ORDER BY line
            """
        ).map { try $0.get("line") }
    }

    func tags(of id: UUID) async throws -> [String] {
        try await database.client.query("SELECT tags FROM contacts WHERE id = \(id)")[0].get("tags")
    }

    /// Tags by counting contacts, to compare with what is kept.
    func countedTags() async throws -> [TagCount] {
        try await database.client.query(
            """
            SELECT tag, count(*) AS n FROM contacts, unnest(tags) AS tag WHERE tenant_id = \(tenantID) AND deleted_at IS NULL
             GROUP BY tag ORDER BY tag COLLATE "C"
            """
        ).map { TagCount(tag: try $0.get("tag"), contacts: try $0.get("n")) }
    }

    func number(_ sql: SQL) async throws -> Int {
        try await database.client.query(sql)[0].get(0)
    }

    func execute(_ sql: SQL) async throws {
        try await database.client.execute(sql)
    }
}

/// The code of the refusal that an operation throws.
func bulkError<R>(_ operation: () async throws -> R) async -> BulkErrorCode? {
    do {
        _ = try await operation()
        return nil
    } catch {
        return (error as? BulkError)?.code
    }
}
