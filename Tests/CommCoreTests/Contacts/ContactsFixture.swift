import CommCore
import CommTesting
import Foundation
import Postgres

/// A tenant with an empty list, seen through the role of comm-api.
struct ContactsFixture {
    let database: TestDatabase
    let client: PostgresClient
    let time = ManualTime(Date(timeIntervalSince1970: 1_790_000_000))
    let tenantID: UUID
    let list: ContactList

    var contacts: ContactRepository { ContactRepository(client: client, time: time) }
    var lists: ListRepository { ListRepository(client: client, time: time) }
    var memberships: ListMembershipRepository { ListMembershipRepository(client: client, time: time) }
    var importer: ContactImporter { ContactImporter(client: client, time: time) }
    var imports: ImportRepository { ImportRepository(client: client) }

    static func make() async throws -> ContactsFixture {
        let database = TestDatabase.current
        let time = Date(timeIntervalSince1970: 1_790_000_000)
        let tenantID = UUIDv7.make(at: time)
        try await database.client.execute("INSERT INTO tenants (tenant_id, motorical_account_id) VALUES (\(tenantID), \(UUID()))")
        let client = database.client(role: "comm_api")
        let list = try await ListRepository(client: client, time: ManualTime(time)).create(tenantID: tenantID, name: "Everybody")
        return ContactsFixture(database: database, client: client, tenantID: tenantID, list: list)
    }

    /// Imports a text, cut into chunks of a size.
    func run(
        _ file: String,
        dryRun: Bool = false,
        chunk: Int = 7,
        mapping: [String: String]? = nil
    ) async throws -> ImportReport {
        try await run(Array(file.utf8), dryRun: dryRun, chunk: chunk, mapping: mapping)
    }

    /// Imports bytes, cut into chunks of a size.
    func run(
        _ file: [UInt8],
        dryRun: Bool = false,
        chunk: Int = 65_536,
        mapping: [String: String]? = nil
    ) async throws -> ImportReport {
        try await importer.run(
            ByteChunks(bytes: file, size: chunk),
            options: ImportOptions(tenantID: tenantID, listID: list.id, dryRun: dryRun, fileName: "people.csv", headerMapping: mapping)
        )
    }

    /// Every contact of the tenant by address.
    func stored() async throws -> [String: Contact] {
        Dictionary(uniqueKeysWithValues: try await contacts.list(tenantID: tenantID).map { ($0.email, $0) })
    }

    /// Everything that an import may change, as one text, to compare before and after.
    func snapshot() async throws -> String {
        try await database.client.query(
            """
            SELECT md5(coalesce(string_agg(line, E'\\n' ORDER BY line), '')) AS hash FROM (
                SELECT c::text || c.xmin::text FROM contacts c UNION ALL SELECT m::text || m.xmin::text FROM list_contacts m
            ) AS lines (line)
            """
        )[0].get("hash")
    }

    func count(_ table: String) async throws -> Int {
        try await database.client.query("SELECT count(*) AS n FROM \(identifier: table)")[0].get("n")
    }

    func setStatus(_ status: ContactStatus, of email: String) async throws {
        try await database.client.execute("UPDATE contacts SET status = \(status) WHERE email_norm = \(email)")
    }
}

/// Bytes as they would arrive over the network.
struct ByteChunks: AsyncSequence, Sendable {
    let bytes: [UInt8]
    let size: Int

    func makeAsyncIterator() -> Iterator {
        Iterator(rest: bytes[...], size: size)
    }

    struct Iterator: AsyncIteratorProtocol {
        var rest: ArraySlice<UInt8>
        let size: Int

        mutating func next() async -> [UInt8]? {
            guard !rest.isEmpty else { return nil }
            defer { rest = rest.dropFirst(size) }
            return Array(rest.prefix(size))
        }
    }
}
