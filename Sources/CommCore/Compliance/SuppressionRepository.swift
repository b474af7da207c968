import FoundationEssentials
import Postgres

/// Puts entries on the suppression list of a tenant and takes them off.
///
/// An entry counts until its end, at once and everywhere; ``SuppressionCheck`` is how a message meets it. Everything that happens to an
/// entry is kept in `suppression_history` by the database.
package struct SuppressionRepository: Sendable {
    let client: PostgresClient
    let time: any TimeSource

    package init(client: PostgresClient, time: any TimeSource) {
        self.client = client
        self.time = time
    }

    /// Suppresses an address or a domain.
    ///
    /// The contact that has the address becomes unsubscribed if nothing at all may be sent to it, for ever. An address that is suppressed
    /// already keeps its first reason; the later end counts.
    package func add(tenantID: UUID, draft: SuppressionDraft) async throws -> AddedSuppression {
        let now = time.now
        let entry = try CheckedSuppression(draft, now: now)
        return try await client.withTenant(tenantID) { connection in
            if let listID = entry.listID { try await Self.requireList(listID, tenantID: tenantID, on: connection) }
            let stored = try await Self.store([entry], tenantID: tenantID, now: now, on: connection)
            let rows = try await connection.query(
                """
                \(sql: Suppression.select) WHERE x.tenant_id = \(tenantID) AND x.email_norm = \(entry.key)
                   AND x.scope = \(entry.scope.rawValue) AND x.list_id IS NOT DISTINCT FROM \(entry.listID)::uuid
                """
            )
            guard let row = rows.first else { throw TenancyError.notProvisioned }
            return AddedSuppression(suppression: try Suppression(row: row), contactsUpdated: stored.contactsUpdated)
        }
    }

    /// Suppresses an address in the scope `all`.
    package func add(
        tenantID: UUID,
        email: String?,
        reason: String? = nil,
        source: String? = nil,
        note: String? = nil,
        expiresAt: Date? = nil
    ) async throws -> AddedSuppression {
        let draft = SuppressionDraft(email: email, reason: reason, source: source, note: note, expiresAt: expiresAt)
        return try await add(tenantID: tenantID, draft: draft)
    }

    /// What storing many entries did.
    package struct Stored: Sendable, Equatable {
        /// New on the list.
        package var added = 0
        /// Contacts that became unsubscribed.
        package var contactsUpdated = 0
    }

    /// Stores many entries in one transaction.
    ///
    /// - Parameter isOperation: one entry in the audit log stands for all of them, and the caller writes it.
    func add(_ entries: [CheckedSuppression], tenantID: UUID, isOperation: Bool) async throws -> Stored {
        let now = time.now
        return try await client.withTenant(tenantID) { connection in
            if isOperation { try await AuditRepository.silence(on: connection) }
            return try await Self.store(entries, tenantID: tenantID, now: now, on: connection)
        }
    }

    /// Takes an entry off the list; a contact that was unsubscribed becomes active, one that complained or bounced does not.
    ///
    /// So does the membership of somebody who had left the list that the entry is about.
    ///
    /// - Parameter reason: why, for the history.
    package func remove(tenantID: UUID, id: UUID, reason: String? = nil) async throws {
        let now = time.now
        var check = FieldCheck()
        check.line("reason", reason, limit: 1_000)
        guard check.problems.isEmpty else { throw ComplianceError.invalid(check.problems) }
        try await client.withTenant(tenantID) { connection in
            if let reason = reason.nonEmpty { try await connection.execute("SELECT set_config('app.note', \(reason), true)") }
            let known = try await connection.query("SELECT email_norm FROM suppressions WHERE tenant_id = \(tenantID) AND id = \(id)")
            try await Self.lockContacts(of: try known.map { try $0.get("email_norm") }, tenantID: tenantID, on: connection)
            let rows = try await connection.query(
                """
                DELETE FROM suppressions WHERE tenant_id = \(tenantID) AND id = \(id)
                RETURNING email_norm, scope, list_id, reason, expires_at IS NULL AS for_ever
                """
            )
            guard let row = rows.first else { throw ComplianceError(.notFound, "Suppression not found") }
            if let listID: UUID = try row.get("list_id"), try row.get("reason") == "unsubscribe" {
                try await connection.execute(
                    """
                    UPDATE list_contacts m SET status = 'active' FROM contacts c
                     WHERE c.tenant_id = \(tenantID) AND c.email_norm = \(try row.get("email_norm") as String)
                       AND m.tenant_id = c.tenant_id AND m.list_id = \(listID) AND m.contact_id = c.id AND m.status = 'unsubscribed'
                    """
                )
            }
            guard try row.get("scope") == SuppressionScope.all.rawValue, try row.get("for_ever") else { return }
            let email: String = try row.get("email_norm")
            try await connection.execute(
                """
                UPDATE contacts SET status = 'active', updated_at = \(now)
                 WHERE tenant_id = \(tenantID) AND email_norm = \(email) AND status = 'unsubscribed'
                """
            )
        }
    }

    /// Whether nothing at all may be sent to an address now.
    ///
    /// What is no address is on no list.
    package func isSuppressed(tenantID: UUID, email: String, isMarketing: Bool = false) async throws -> Bool {
        guard let address = ChannelAddress(email, channel: .email) else { return false }
        return try await isSuppressed(tenantID: tenantID, address: address, isMarketing: isMarketing)
    }

    /// Whether nothing may be sent to an address of any channel now.
    package func isSuppressed(tenantID: UUID, address: ChannelAddress, isMarketing: Bool = false) async throws -> Bool {
        let subject = SuppressionCheck.Subject(
            tenantID: "\(tenantID)::uuid",
            contactID: "NULL::uuid",
            address: "\(address.key)::text",
            isMarketing: isMarketing ? "true" : "false",
            lists: "NULL::uuid[]"
        )
        let rows = try await client.query(
            "SELECT suppression.scope FROM (SELECT 1) AS one \(sql: SuppressionCheck.join(subject, now: time.now))",
            tenant: tenantID
        )
        return try rows.first?.get("scope") as String? != nil
    }

    /// Refuses a list that the tenant does not have.
    package func requireList(_ id: UUID, tenantID: UUID) async throws {
        try await client.withTenant(tenantID) { try await Self.requireList(id, tenantID: tenantID, on: $0) }
    }

    static func requireList(_ id: UUID, tenantID: UUID, on connection: PostgresConnection) async throws {
        let found = try await connection.query(
            "SELECT FROM lists WHERE tenant_id = \(tenantID) AND id = \(id) AND deleted_at IS NULL FOR KEY SHARE"
        )
        guard !found.isEmpty else { throw ComplianceError(.notFound, "List not found") }
    }
}
