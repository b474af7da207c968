import FoundationEssentials
import Postgres

/// Reads and edits single contacts; an edit names the version that it has seen.
package struct ContactEditor: Sendable {
    /// What an edit expects to find.
    package enum Expectation: Sendable, Equatable {
        case version(Int)
        /// Any version, as long as the contact is there.
        case any
    }

    /// What became of an edit.
    package enum Outcome: Sendable {
        case done(ContactRecord)
        /// Somebody else has edited the contact: this is its version now.
        case changed(version: Int)
    }

    private let client: PostgresClient
    private let time: any TimeSource

    package init(client: PostgresClient, time: any TimeSource) {
        self.client = client
        self.time = time
    }

    /// One contact; `ContactError.notFound` when the tenant has none of that id, or it is deleted.
    package func get(tenantID: UUID, id: UUID) async throws -> ContactRecord {
        let rows = try await client.query(ContactRecord.query(tenantID: tenantID, id: id, now: time.now), tenant: tenantID)
        guard let row = rows.first else { throw ContactError.contactNotFound }
        return try ContactRecord(row: row)
    }

    /// Changes a contact that is as expected.
    package func update(tenantID: UUID, id: UUID, _ patch: ContactPatch, expecting: Expectation) async throws -> Outcome {
        let checked = try CheckedContactPatch(patch)
        return try await change(tenantID: tenantID, id: id, expecting: expecting) { connection, now in
            let rows = try await connection.query(
                """
                UPDATE contacts SET \(sql: checked.sql), version = version + 1, updated_at = \(now)
                 WHERE tenant_id = \(tenantID) AND id = \(id)
                RETURNING (SELECT count(*) FROM jsonb_object_keys(attributes)) AS attributes
                """
            )
            guard try rows.one({ try $0.get("attributes", as: Int.self) }) > ContactLimits.attributes else { return }
            let message = "a contact has at most \(ContactLimits.attributes) attributes"
            throw ContactError.invalid([FieldProblem(field: "attributes", code: "too_many", message: message)])
        }
    }

    /// Gives a contact a tag; nothing is written when it has it already.
    package func tag(tenantID: UUID, id: UUID, _ tag: String) async throws -> ContactRecord {
        var check = FieldCheck()
        guard let tag = ContactTags.check(tag, "tag", &check) else { throw ContactError.invalid(check.problems) }
        return try await setTags(
            tenantID: tenantID,
            id: id,
            "ARRAY(SELECT t FROM (SELECT unnest(tags) AS t UNION SELECT \(tag)::text) AS all_tags ORDER BY t COLLATE \"C\")",
            unless: "\(tag)::text = ANY(tags)"
        )
    }

    /// Takes a tag from a contact; nothing is written when it has it not.
    package func untag(tenantID: UUID, id: UUID, _ tag: String) async throws -> ContactRecord {
        try await setTags(tenantID: tenantID, id: id, "array_remove(tags, \(tag)::text)", unless: "NOT \(tag)::text = ANY(tags)")
    }

    private func setTags(tenantID: UUID, id: UUID, _ tags: SQL, unless isSo: SQL) async throws -> ContactRecord {
        let outcome = try await change(tenantID: tenantID, id: id, expecting: .any) { connection, now in
            let rows = try await connection.query(
                """
                UPDATE contacts SET tags = \(sql: tags), version = version + 1, updated_at = \(now)
                 WHERE tenant_id = \(tenantID) AND id = \(id) AND NOT (\(sql: isSo))
                RETURNING cardinality(tags) AS tags
                """
            )
            guard let row = rows.first, try row.get("tags", as: Int.self) > ContactTags.most else { return }
            let message = "a contact has at most \(ContactTags.most) tags"
            throw ContactError.invalid([FieldProblem(field: "tag", code: "too_many", message: message)])
        }
        guard case .done(let record) = outcome else { throw ContactError.contactNotFound }
        return record
    }

    private func change(
        tenantID: UUID,
        id: UUID,
        expecting: Expectation,
        _ write: @Sendable (PostgresConnection, Date) async throws -> Void
    ) async throws -> Outcome {
        let now = time.now
        return try await client.withTenant(tenantID) { connection in
            let found = try await connection.query(
                """
                SELECT version FROM contacts WHERE tenant_id = \(tenantID) AND id = \(id) AND deleted_at IS NULL FOR NO KEY UPDATE
                """
            )
            guard let version = try found.first.map({ try $0.get("version", as: Int.self) }) else { throw ContactError.contactNotFound }
            if case .version(let seen) = expecting, seen != version { return .changed(version: version) }
            try await write(connection, now)
            let rows = try await connection.query(ContactRecord.query(tenantID: tenantID, id: id, now: now))
            return .done(try rows.one(ContactRecord.init(row:)))
        }
    }
}
