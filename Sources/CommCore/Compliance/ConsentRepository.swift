import FoundationEssentials
import Postgres

/// Records what persons agreed to and took back.
///
/// The contact's own consent columns follow the newest statement about marketing; one that takes marketing back also suppresses the
/// address for campaigns and newsletters, and a later one that gives it again lifts just that.
package struct ConsentRepository: Sendable {
    /// The purpose that mailing follows.
    static let marketing = "marketing"
    static let withdrawn = "consent_withdrawn"

    private let client: PostgresClient
    private let time: any TimeSource

    package init(client: PostgresClient, time: any TimeSource) {
        self.client = client
        self.time = time
    }

    /// Records a statement of a contact.
    package func record(tenantID: UUID, contactID: UUID, draft: ConsentDraft) async throws -> Consent {
        let now = time.now
        let problems = draft.problems(now: now)
        guard problems.isEmpty else { throw ComplianceError.invalid(problems) }
        return try await client.withTenant(tenantID) { connection in
            let address = try await Self.lock(contactID, tenantID: tenantID, on: connection)
            let rows = try await connection.query(
                """
                INSERT INTO consent_records (tenant_id, id, contact_id, purpose, state, source, text_version, ip, at, recorded_at)
                VALUES (\(tenantID), \(UUIDv7.make(at: now)), \(contactID), \(draft.purpose ?? Self.marketing), \(draft.state),
                        \(draft.source), \(draft.textVersion), \(draft.ip), \(draft.at ?? now), \(now))
                RETURNING *
                """
            )
            let consent = try rows.one(Consent.init(row:))
            if consent.purpose == Self.marketing {
                try await Self.follow(contactID, address: address, tenantID: tenantID, now: now, on: connection)
            }
            return consent
        }
    }

    /// What a contact said, newest first.
    package func list(tenantID: UUID, contactID: UUID) async throws -> [Consent] {
        try await client.withTenant(tenantID) { connection in
            _ = try await Self.lock(contactID, tenantID: tenantID, on: connection)
            return try await connection.query(
                """
                SELECT * FROM consent_records WHERE tenant_id = \(tenantID) AND contact_id = \(contactID)
                ORDER BY at DESC, id DESC LIMIT 1000
                """
            ).map(Consent.init(row:))
        }
    }

    /// - Returns: the contact's normalized address.
    private static func lock(_ contactID: UUID, tenantID: UUID, on connection: PostgresConnection) async throws -> String {
        let rows = try await connection.query(
            "SELECT email_norm FROM contacts WHERE tenant_id = \(tenantID) AND id = \(contactID) AND deleted_at IS NULL FOR NO KEY UPDATE"
        )
        guard let row = rows.first else { throw ComplianceError(.notFound, "Contact not found") }
        return try row.get("email_norm")
    }

    /// The newest statement counts, in whatever order they are recorded.
    private static func follow(
        _ contactID: UUID,
        address: String,
        tenantID: UUID,
        now: Date,
        on connection: PostgresConnection
    ) async throws {
        let newest = try await connection.query(
            """
            UPDATE contacts c SET consent_given_at = CASE n.state WHEN 'given' THEN n.at END, consent_source = n.source, updated_at = \(now)
            FROM (SELECT state, at, source FROM consent_records
                   WHERE tenant_id = \(tenantID) AND contact_id = \(contactID) AND purpose = \(Self.marketing)
                   ORDER BY at DESC, id DESC LIMIT 1) n
            WHERE c.tenant_id = \(tenantID) AND c.id = \(contactID)
            RETURNING n.state
            """
        )
        guard let state: String = try newest.first?.get("state") else { return }
        guard state == Consent.State.withdrawn.rawValue else {
            try await connection.execute(
                """
                DELETE FROM suppressions
                 WHERE tenant_id = \(tenantID) AND email_norm = \(address) AND scope = 'marketing' AND reason = \(Self.withdrawn)
                """
            )
            return
        }
        let draft = SuppressionDraft(email: address, scope: SuppressionScope.marketing.rawValue, reason: Self.withdrawn, source: "consent")
        _ = try await SuppressionRepository.store([CheckedSuppression(draft, now: now)], tenantID: tenantID, now: now, on: connection)
    }
}
