import CommCore
import Foundation
import Postgres

/// A tenant with a list of contacts and a compiled, scheduled campaign: where most tests of the pipelines begin.
package struct CampaignFixture: Sendable {
    package let tenantID: UUID
    package let accountID: UUID
    package let listID: UUID
    package let templateID: UUID
    package let campaignID: UUID
    package let motorBlockID: UUID
    package let artifactID: UUID

    /// A small newsletter with a merge tag, two links and an unsubscribe link.
    package static let html = """
        <html><body><p>Hello {{name|there}},</p>
        <p><a href="https://shop.example/one">One</a> <a href="https://shop.example/two?x=1&amp;y=2">Two</a></p>
        <p><a href="{{unsubscribe_url}}">Unsubscribe</a></p></body></html>
        """

    /// Makes everything in the database.
    ///
    /// - Parameters:
    ///   - contacts: how many; their addresses are `person1@example.com`, `person2@example.com`, …
    ///   - status: the campaign's; `scheduled` is due at `now`.
    ///   - chunkSize: nil for as large as the sender likes.
    package static func make(
        on client: PostgresClient,
        contacts: Int,
        now: Date,
        status: String = "scheduled",
        chunkSize: Int? = nil,
        delaySeconds: Int? = nil,
        html: String = CampaignFixture.html
    ) async throws -> CampaignFixture {
        let fixture = CampaignFixture(
            tenantID: UUIDv7.make(at: now),
            accountID: UUID(),
            listID: UUIDv7.make(at: now),
            templateID: UUIDv7.make(at: now),
            campaignID: UUIDv7.make(at: now),
            motorBlockID: UUID(),
            artifactID: UUIDv7.make(at: now)
        )
        let compiled = try CompilePipeline().compile(
            TemplateSource(subject: "News for {{name|you}}", html: html, text: nil),
            options: CompileOptions(campaignID: fixture.campaignID, trackingBase: "https://track.example.com")
        )
        try await client.withTransaction { connection in
            try await fixture.insertAudience(contacts, now: now, on: connection)
            try await fixture.insertCampaign(compiled, status: status, now: now, on: connection)
            if chunkSize != nil || delaySeconds != nil {
                try await connection.execute(
                    """
                    INSERT INTO campaign_send_settings (tenant_id, campaign_id, chunk_size, delay_seconds_between_chunks)
                    VALUES (\(fixture.tenantID), \(fixture.campaignID), \(chunkSize), \(delaySeconds))
                    """
                )
            }
        }
        return fixture
    }

    private func insertAudience(_ contacts: Int, now: Date, on connection: PostgresConnection) async throws {
        try await connection.execute(
            "INSERT INTO tenants (tenant_id, motorical_account_id, created_at, updated_at) VALUES (\(tenantID), \(accountID), \(now), \(now))"
        )
        try await connection.execute(
            "INSERT INTO lists (tenant_id, id, name, created_at) VALUES (\(tenantID), \(listID), 'Everybody', \(now))"
        )
        try await connection.execute(
            """
            WITH made AS (
                INSERT INTO contacts (tenant_id, id, email, email_norm, name, created_at, updated_at)
                SELECT \(tenantID), comm_message_id(1767225600000, n), 'person' || n || '@example.com', 'person' || n || '@example.com',
                       'Person ' || n, \(now), \(now)
                FROM generate_series(1, \(contacts)::int) AS n RETURNING tenant_id, id)
            INSERT INTO list_contacts (tenant_id, list_id, contact_id, created_at) SELECT tenant_id, \(listID), id, \(now) FROM made
            """
        )
    }

    private func insertCampaign(_ compiled: CompiledTemplate, status: String, now: Date, on connection: PostgresConnection) async throws {
        let snapshotID = UUIDv7.make(at: now)
        try await connection.execute(
            """
            INSERT INTO templates (tenant_id, id, name, subject, type, body_html, created_at, updated_at)
            VALUES (\(tenantID), \(templateID), 'News', \(compiled.subject), 'html', \(compiled.html), \(now), \(now))
            """
        )
        try await connection.execute(
            """
            INSERT INTO campaigns (tenant_id, id, name, template_id, motor_block_id, status, scheduled_at, artifact_id, snapshot_id,
                                   created_at, updated_at)
            VALUES (\(tenantID), \(campaignID), 'Spring', \(templateID), \(motorBlockID), \(status), \(now), \(artifactID),
                    \(snapshotID), \(now), \(now))
            """
        )
        try await connection.execute(
            "INSERT INTO campaign_lists (tenant_id, campaign_id, list_id) VALUES (\(tenantID), \(campaignID), \(listID))"
        )
        try await connection.execute(
            """
            INSERT INTO comm_campaign_artifacts (tenant_id, id, campaign_id, version, hash, subject, html_compiled, text_compiled,
                                                 program, meta, created_at)
            VALUES (\(tenantID), \(artifactID), \(campaignID), 1, \(compiled.hash), \(compiled.subject), \(compiled.html),
                    \(compiled.text), \(PostgresJSON(try compiled.program.encoded())), '{}', \(now))
            """
        )
        try await connection.execute(
            """
            INSERT INTO comm_audience_snapshots (tenant_id, id, campaign_id, version, total_recipients, excluded, included_lists, created_at)
            VALUES (\(tenantID), \(snapshotID), \(campaignID), 1, 0, 0, \([listID])::uuid[], \(now))
            """
        )
    }
}
