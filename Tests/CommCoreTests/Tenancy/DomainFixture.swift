import CommCore
import CommTesting
import Foundation
import Postgres

/// The domain's services on the test's own database, as comm-api has them: one tenant at a time behind row-level security.
struct DomainFixture {
    /// Connected as the daemons' API role.
    let client: PostgresClient
    /// Connected as the owner of the schema: sees everything, for setting up and looking behind the scenes.
    let owner: PostgresClient
    /// Moments that both binary fractions and microseconds hold exactly, so that they come back from the database unchanged.
    let time = ManualTime(Date(timeIntervalSince1970: 1_767_225_600.125))

    init() {
        client = TestDatabase.current.client(role: "comm_api")
        owner = TestDatabase.current.client
    }

    var tenants: TenantRepository { TenantRepository(client: client, time: time) }
    var keys: APIKeyRepository { APIKeyRepository(client: client, time: time) }
    var idempotency: IdempotencyRepository { IdempotencyRepository(client: client, time: time) }
    var templates: TemplateRepository { TemplateRepository(client: client, time: time) }
    var campaigns: CampaignRepository { CampaignRepository(client: client, time: time) }
    var artifacts: ArtifactRepository { ArtifactRepository(client: client) }
    var stats: CampaignStatsRepository { CampaignStatsRepository(client: client) }
    var suppressions: SuppressionRepository { SuppressionRepository(client: client, time: time) }
    var suppressionList: SuppressionListRepository { SuppressionListRepository(client: client, time: time) }
    var scheduler: CampaignScheduler { get throws { CampaignScheduler(compiler: try compiler) } }
    var compiler: CampaignCompiler {
        get throws {
            let key = try LinkTokenKey(secret: "a test secret that is long enough for HS256")
            return CampaignCompiler(
                client: client,
                time: time,
                pipeline: CompilePipeline(),
                trackingBase: "https://track.example.com",
                preflight: Preflight(
                    client: client,
                    bases: try LinkBases(tracking: "https://track.example.com", publicBase: "https://comm.example.com"),
                    signer: LinkTokenSigner(key: key),
                    verifier: LinkTokenVerifier(keys: [key]),
                    fromAddress: "news@example.com"
                )
            )
        }
    }

    /// An active tenant.
    func tenant() async throws -> UUID {
        try await tenants.provision(accountID: UUID()).tenantID
    }

    /// A template that can be sent.
    func template(of tenant: UUID, html: String = Self.html, subject: String = "Hello {{name|you}}") async throws -> Template {
        time.advance(by: 0.125)
        return try await templates.create(
            tenantID: tenant,
            draft: TemplateDraft(name: "News", subject: subject, type: "html", bodyHTML: html)
        )
    }

    static let html = """
        <html><body><p>Hello {{name|there}}, <a href="https://shop.example/?a=1&amp;b=2">look</a></p>
        <p><a href="{{unsubscribe_url}}">Unsubscribe</a></p></body></html>
        """

    /// A list with an active contact for each address.
    func list(of tenant: UUID, emails: [String] = [], attributes: String = "{}") async throws -> UUID {
        let list = UUID()
        let now = time.now
        try await owner.execute("INSERT INTO lists (tenant_id, id, name, created_at) VALUES (\(tenant), \(list), 'Everybody', \(now))")
        try await owner.execute(
            """
            INSERT INTO contacts (tenant_id, id, email, email_norm, name, attributes, created_at, updated_at)
            SELECT \(tenant), gen_random_uuid(), email, lower(email), 'Ann', \(attributes), \(now), \(now)
              FROM unnest(\(emails)) AS email ON CONFLICT DO NOTHING
            """
        )
        try await owner.execute(
            """
            INSERT INTO list_contacts (tenant_id, list_id, contact_id, created_at)
            SELECT \(tenant), \(list), id, \(now) FROM contacts
             WHERE tenant_id = \(tenant) AND email_norm = ANY(ARRAY(SELECT lower(e) FROM unnest(\(emails)) AS e))
            """
        )
        return list
    }

    /// A draft of a campaign.
    func campaign(
        of tenant: UUID,
        template: UUID? = nil,
        lists: [UUID]? = nil,
        analytics: GoogleAnalytics? = nil
    ) async throws -> Campaign {
        let templateID = if let template { template } else { try await self.template(of: tenant).id }
        let listIDs = if let lists { lists } else { [try await list(of: tenant, emails: ["ann@example.com"])] }
        time.advance(by: 0.125)
        return try await campaigns.create(
            tenantID: tenant,
            draft: CampaignDraft(
                name: "Spring",
                templateID: templateID,
                motorBlockID: UUID(),
                listIDs: listIDs,
                googleAnalytics: analytics
            )
        )
    }

    /// Sets the sender's part of a campaign.
    func set(_ status: CampaignStatus, startedAt: Date?, of campaign: UUID) async throws {
        try await owner.execute("UPDATE campaigns SET status = \(status), started_at = \(startedAt) WHERE id = \(campaign)")
    }
}

/// The code of the error that an operation throws.
func campaignError<R>(_ operation: () async throws -> R) async -> CampaignError? {
    do {
        _ = try await operation()
        return nil
    } catch {
        return error as? CampaignError
    }
}
