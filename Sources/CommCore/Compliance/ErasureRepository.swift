import FoundationEssentials
import Postgres

/// Requests to erase a person, and their certificates.
package struct ErasureRepository: Sendable {
    private let client: PostgresClient
    private let time: any TimeSource

    package init(client: PostgresClient, time: any TimeSource) {
        self.client = client
        self.time = time
    }

    /// Asks for everything about a person to be erased.
    ///
    /// From the answer on nothing is sent to the address and the others of the same contact; the rest is done by ``ErasureWorker`` within moments. A request for an address whose
    /// erasure waits already is that one.
    ///
    /// - Parameter confirm: the address once more, as a safeguard against the wrong one.
    package func request(tenantID: UUID, _ asked: PersonAddress, confirm: String?, requestedBy: String) async throws -> Erasure {
        let address = try asked.checked(missing: "Valid email address required")
        guard asked.isConfirmed(by: confirm, address) else {
            throw ComplianceError.invalid("confirm", confirm == nil ? "required" : "invalid", "confirm must be the same address once more")
        }
        let subject = address.channel == .push ? address.recipient : address.key
        let now = time.now
        return try await client.withTenant(tenantID) { connection in
            try await AuditRepository.silence(on: connection)
            var random = SystemRandomNumberGenerator()
            try await ErasureKey.ensure(tenantID: tenantID, using: &random, on: connection)
            let waiting = try await connection.query(
                """
                SELECT \(sql: Erasure.columns) FROM erasures
                 WHERE tenant_id = \(tenantID) AND email = \(subject) AND channel = \(address.channel) AND state <> 'done' LIMIT 1
                """
            )
            if let row = waiting.first { return try Erasure(row: row) }
            let person = try await KnownPerson.find(address, tenantID: tenantID, on: connection)
            let mark = try await Self.mark(address.key, tenantID: tenantID, on: connection)
            var others: [(text: String, mark: String)] = []
            for other in person.addresses.dropFirst() {
                others.append((other.recipient, try await Self.mark(other.key, tenantID: tenantID, on: connection)))
            }
            for mark in [mark] + others.map(\.mark) { try await Self.suppress(mark, tenantID: tenantID, now: now, on: connection) }
            let rows = try await connection.query(
                """
                INSERT INTO erasures (tenant_id, id, email, channel, others, contact_id, mark, other_marks, requested_by, requested_at, due_at)
                VALUES (\(tenantID), \(UUIDv7.make(at: now)), \(subject), \(address.channel), \(others.map(\.text))::text[],
                        \(person.contactID), \(mark), \(others.map(\.mark))::text[], \(requestedBy), \(now), \(now))
                RETURNING \(sql: Erasure.columns)
                """
            )
            let erasure = try rows.one(Erasure.init(row:))
            let note = AuditNote(eventType: "gdpr_erase", action: "requested", resourceType: "erasure", resourceID: erasure.id)
            try await AuditRepository.record(note, tenantID: tenantID, on: connection)
            return erasure
        }
    }

    /// One certificate; `ComplianceError.notFound` when the tenant has none of that id.
    package func get(tenantID: UUID, id: UUID) async throws -> Erasure {
        let rows = try await client.query(
            "SELECT \(sql: Erasure.columns) FROM erasures WHERE tenant_id = \(tenantID) AND id = \(id)",
            tenant: tenantID
        )
        guard let row = rows.first else { throw ComplianceError(.notFound, "Erasure not found") }
        return try Erasure(row: row)
    }

    /// The certificates, newest first.
    ///
    /// - Parameter asked: only those of this address.
    package func list(tenantID: UUID, of asked: PersonAddress = PersonAddress(), page: IDPage = .first) async throws -> [Erasure] {
        try await client.withTenant(tenantID) { connection in
            var condition: SQL = "tenant_id = \(tenantID)"
            if !asked.isEmpty {
                let address = try asked.checked(missing: "Valid email address required")
                let mark = try await Self.mark(address.key, tenantID: tenantID, on: connection)
                condition += " AND (mark = \(mark) OR \(mark) = ANY(other_marks))"
            }
            if let before = page.before { condition += " AND id < \(before)" }
            let rows = try await connection.query(
                "SELECT \(sql: Erasure.columns) FROM erasures WHERE \(sql: condition) ORDER BY id DESC LIMIT \(page.limit)"
            )
            return try rows.map(Erasure.init(row:))
        }
    }

    /// An empty mark when nobody of the tenant was ever erased.
    private static func mark(_ address: String, tenantID: UUID, on connection: PostgresConnection) async throws -> String {
        let rows = try await connection.query(
            "SELECT comm_address_mark(\(address)::text, inner_pad, outer_pad) AS mark FROM erasure_keys WHERE tenant_id = \(tenantID)"
        )
        return try rows.first?.get("mark") ?? ""
    }

    private static func suppress(_ mark: String, tenantID: UUID, now: Date, on connection: PostgresConnection) async throws {
        try await connection.execute(
            """
            INSERT INTO suppressions (tenant_id, id, motorical_account_id, email_norm, reason, source, created_at)
            SELECT tenant_id, gen_random_uuid(), motorical_account_id, \(mark), 'erased', 'gdpr', \(now)
              FROM tenants WHERE tenant_id = \(tenantID)
            ON CONFLICT (tenant_id, email_norm, scope, list_id) DO UPDATE SET expires_at = NULL
             WHERE suppressions.expires_at IS NOT NULL
            """
        )
    }
}
