import FoundationEssentials
import Postgres

/// Shows what a campaign sends: what is fixed once it is scheduled, else its template as it is now.
package struct CampaignPreview: Sendable {
    private let compiler: CampaignCompiler
    private let renderer: PreviewRenderer

    /// - Parameter publicBase: the public address of the API, `https://comm.example.com`.
    package init(compiler: CampaignCompiler, publicBase: String) throws {
        self.compiler = compiler
        renderer = try PreviewRenderer(publicBase: publicBase)
    }

    /// Renders for a contact, or for sample data.
    ///
    /// - Parameter sample: values by the names of merge tags (`name`, `email`, `city`); they go before the contact's own.
    /// - Throws: `CampaignError`: `notFound` for campaign and contact, `validationFailed`.
    package func render(
        tenantID: UUID,
        campaignID: UUID,
        contactID: UUID? = nil,
        sample: [String: String] = [:]
    ) async throws -> RenderedPreview {
        let program = try await program(tenantID: tenantID, campaignID: campaignID)
        var values = PreviewRenderer.demoValues
        if let contactID {
            values = try await Self.values(of: program.fields, tenantID: tenantID, contactID: contactID, client: compiler.client)
        }
        for (name, value) in sample { values[PreviewRenderer.field(named: name)] = value }
        do {
            return try renderer.render(program, values: values, at: compiler.time.now)
        } catch let error as RenderError {
            throw CampaignError(.validationFailed, "The mail cannot be written with these values: \(error.message)")
        }
    }

    /// What the campaign sends.
    func program(tenantID: UUID, campaignID: UUID) async throws -> RenderProgram {
        let rows = try await compiler.client.query(
            """
            SELECT a.program
              FROM campaigns c
              LEFT JOIN comm_campaign_artifacts a ON a.tenant_id = c.tenant_id AND a.id = c.artifact_id AND c.status <> 'draft'
             WHERE c.tenant_id = \(tenantID) AND c.id = \(campaignID) AND c.deleted_at IS NULL
            """,
            tenant: tenantID
        )
        guard let row = rows.first else { throw CampaignError.notFound }
        if let program: PostgresJSON = try row.get("program") { return try program.decode() }
        return try await compiler.prepare(tenantID: tenantID, campaignID: campaignID).program
    }

    /// The contact's values by the names of the program's fields.
    private static func values(
        of fields: [String],
        tenantID: UUID,
        contactID: UUID,
        client: PostgresClient
    ) async throws -> [String: String] {
        let keys = fields.map { CompileInput.attribute(of: $0) }
        let rows = try await client.query(
            """
            SELECT name, identity_name, email, language,
                   ARRAY(SELECT \(sql: AttributeSQL.text(named: "key", of: "attributes")) FROM unnest(\(keys)) WITH ORDINALITY AS k (key, position)
                          ORDER BY position) AS attributes
              FROM contacts
             WHERE tenant_id = \(tenantID) AND id = \(contactID) AND deleted_at IS NULL
            """,
            tenant: tenantID
        )
        guard let row = rows.first else { throw CampaignError(.notFound, "Contact not found") }
        var values: [String: String] = [:]
        for field in ["name", "identity_name", "email", "language"] { values[field] = try row.get(field) }
        for (field, value) in zip(fields, try row.get("attributes", as: [String?].self)) {
            if let value { values[field] = value }
        }
        return values
    }
}
