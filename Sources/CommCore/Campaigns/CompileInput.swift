import FoundationEssentials
import Postgres

/// What compiling a campaign needs of the database.
struct CompileInput: Sendable {
    let campaign: Campaign
    let source: TemplateSource
    /// The campaign's own choice; nil: the tenant's.
    let tracksOpens: Bool?
    let tracksClicks: Bool?

    static func load(tenantID: UUID, campaignID: UUID, client: PostgresClient) async throws -> CompileInput {
        try await client.withTenant(tenantID) { connection in
            let campaign = try await CampaignRepository.find(tenantID: tenantID, id: campaignID, on: connection)
            let rows = try await connection.query(
                """
                SELECT t.subject, t.type, t.body_html, t.body_text, g.track_opens, g.track_clicks
                  FROM templates t JOIN campaigns g ON g.tenant_id = t.tenant_id AND g.id = \(campaignID)
                 WHERE t.tenant_id = \(tenantID) AND t.id = \(campaign.templateID)
                """
            )
            return try rows.one { row in
                let type: TemplateType = try row.get("type")
                let source = TemplateSource(
                    subject: try row.get("subject"),
                    html: type == .html ? try row.get("body_html") : nil,
                    text: try row.get("body_text")
                )
                return CompileInput(
                    campaign: campaign,
                    source: source,
                    tracksOpens: try row.get("track_opens"),
                    tracksClicks: try row.get("track_clicks")
                )
            }
        }
    }

    /// The attribute that a field of a program is taken from; nil for the contact's own columns.
    static func attribute(of field: String) -> String? {
        field.hasPrefix(attributePrefix) ? String(field.dropFirst(attributePrefix.count)) : nil
    }

    /// Those of the attributes that at least one contact of the tenant has: the others are taken for slips of the pen.
    static func known(_ attributes: [String], tenantID: UUID, client: PostgresClient) async throws -> Set<String> {
        let rows = try await client.query(
            """
            SELECT key FROM unnest(\(attributes)) AS key
             WHERE EXISTS (SELECT FROM contacts
                            WHERE tenant_id = \(tenantID) AND deleted_at IS NULL AND \(sql: AttributeSQL.exists(named: "key", of: "attributes")))
            """,
            tenant: tenantID
        )
        return Set(try rows.map { try $0.get("key") as String })
    }

    private static let attributePrefix = "attributes."
}
