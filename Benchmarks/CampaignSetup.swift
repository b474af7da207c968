import CommCore
import Foundation
import Postgres

/// A tenant, a list of contacts and a compiled campaign, made by SQL as superuser.
struct CampaignSetup: Sendable {
    let tenantID = UUIDv7.make(at: Date())
    let listID = UUIDv7.make(at: Date())
    let campaignID = UUIDv7.make(at: Date())
    private let templateID = UUIDv7.make(at: Date())
    private let artifactID = UUIDv7.make(at: Date())
    private let snapshotID = UUIDv7.make(at: Date())
    private let motorBlockID = UUID()

    /// Entries of the tenant's suppression list, none of which is about a recipient here.
    private static let suppressed = 20_000

    /// A tenant with an empty list and a suppression list.
    func makeTenant(on client: PostgresClient) async throws {
        try await client.execute(
            "INSERT INTO tenants (tenant_id, motorical_account_id, created_at, updated_at) VALUES (\(tenantID), \(UUID()), now(), now())"
        )
        try await client.execute("INSERT INTO lists (tenant_id, id, name, created_at) VALUES (\(tenantID), \(listID), 'Everybody', now())")
        try await client.execute(
            """
            INSERT INTO suppressions (tenant_id, id, motorical_account_id, email, email_norm, reason, source, created_at)
            SELECT t.tenant_id, gen_random_uuid(), t.motorical_account_id, 'gone' || n || '@example.com', 'gone' || n || '@example.com',
                   'bounce', 'benchmark', now()
            FROM tenants t, generate_series(1, \(Self.suppressed)::int) AS n WHERE t.tenant_id = \(tenantID)
            """
        )
        try await client.execute("ANALYZE suppressions")
    }

    /// Contacts in the list, and a draft of the campaign.
    ///
    /// The tables are analysed, as autovacuum does within a minute.
    func makeCampaign(contacts: Int, newsletter: Newsletter, on client: PostgresClient) async throws {
        try await makeTenant(on: client)
        try await client.execute(
            """
            WITH made AS (
                INSERT INTO contacts (tenant_id, id, email, email_norm, name, created_at, updated_at)
                SELECT \(tenantID), comm_message_id(1767225600000, n), 'person' || n || '@example.com', 'person' || n || '@example.com',
                       'Person ' || n, now(), now()
                FROM generate_series(1, \(contacts)::int) AS n RETURNING tenant_id, id)
            INSERT INTO list_contacts (tenant_id, list_id, contact_id, created_at) SELECT tenant_id, \(listID), id, now() FROM made
            """
        )
        try await insertCampaign(try newsletter.compiled(campaignID: campaignID), on: client)
        try await client.execute("ANALYZE contacts, list_contacts, campaigns, campaign_lists")
    }

    /// Makes the campaign due now.
    func schedule(on client: PostgresClient) async throws {
        try await client.execute("UPDATE campaigns SET status = 'scheduled', scheduled_at = now() WHERE id = \(campaignID)")
    }

    private func insertCampaign(_ compiled: CompiledTemplate, on client: PostgresClient) async throws {
        let statements: [SQL] = [
            """
            INSERT INTO templates (tenant_id, id, name, subject, type, body_html, created_at, updated_at)
            VALUES (\(tenantID), \(templateID), 'News', \(compiled.subject), 'html', \(compiled.html), now(), now())
            """,
            """
            INSERT INTO campaigns (tenant_id, id, name, template_id, motor_block_id, status, artifact_id, snapshot_id, created_at, updated_at)
            VALUES (\(tenantID), \(campaignID), 'Spring', \(templateID), \(motorBlockID), 'draft', \(artifactID), \(snapshotID), now(), now())
            """,
            "INSERT INTO campaign_lists (tenant_id, campaign_id, list_id) VALUES (\(tenantID), \(campaignID), \(listID))",
            """
            INSERT INTO comm_campaign_artifacts (tenant_id, id, campaign_id, version, hash, subject, html_compiled, text_compiled,
                                                 program, meta, created_at)
            VALUES (\(tenantID), \(artifactID), \(campaignID), 1, \(compiled.hash), \(compiled.subject), \(compiled.html),
                    \(compiled.text), \(PostgresJSON(try compiled.program.encoded())), '{}', now())
            """,
            """
            INSERT INTO comm_audience_snapshots (tenant_id, id, campaign_id, version, total_recipients, excluded, included_lists, created_at)
            VALUES (\(tenantID), \(snapshotID), \(campaignID), 1, 0, 0, \([listID])::uuid[], now())
            """,
        ]
        try await client.withTransaction { connection in
            for statement in statements { try await connection.execute(statement) }
        }
    }
}
