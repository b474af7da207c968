import AsyncHTTPClient
import Foundation
import NIOHTTP1

/// Everything before the campaign goes out.
extension DemoRun {
    /// A new tenant with a key of its own, so that one demo does not see another's contacts.
    func provision() async throws -> DemoAccount {
        let operatorAPI = RestClient(http: http, base: settings.api).adding([("X-Internal-Token", settings.internalToken)])
        let tenant: DemoWire.Provisioned = try await operatorAPI.send(
            .POST,
            "/api/provision/tenant",
            DemoWire.NewTenant(motoricalAccountId: UUID())
        )
        let key: DemoWire.CreatedKey =
            try await operatorAPI
            .adding([("X-Tenant-Id", tenant.tenantId.wire)])
            .send(.POST, "/api/keys", DemoWire.NewKey(name: "demo", scopes: ["all"]))
        terminal.line("  tenant \(tenant.tenantId.wire), with an API key of its own")
        return DemoAccount(
            tenant: tenant.tenantId,
            motorBlock: UUID(),
            apiKey: key.key,
            api: RestClient(http: http, base: settings.api).adding([("Authorization", "Bearer \(key.key)")])
        )
    }

    /// One address is suppressed and one contact has unsubscribed before the file names them again.
    func prepareOptOuts(_ account: DemoAccount) async throws {
        try await account.api.perform(
            .POST,
            "/api/suppressions",
            DemoWire.NewSuppression(email: DemoAudience.suppressed, reason: "manual", source: "admin")
        )
        let contact: DemoWire.Identified = try await account.api.send(
            .POST,
            "/api/contacts/upsert",
            DemoWire.Address(email: DemoAudience.unsubscribed)
        )
        try await account.api.perform(.POST, "/api/contacts/\(contact.id.wire)/unsubscribe")
        terminal.line("  one address suppressed, one contact unsubscribed")
    }

    /// Makes a list and imports the file into it.
    func importContacts(_ account: DemoAccount) async throws -> (list: UUID, result: DemoWire.Imported) {
        let list: DemoWire.Identified = try await account.api.send(
            .POST,
            "/api/lists",
            DemoWire.NewList(name: "Market visitors", description: "Everybody who left an address at the market")
        )
        let file = ContactFileUpload(audience: DemoAudience(rows: settings.recipients))
        let result: DemoWire.Imported = try await account.api.upload(
            "/api/lists/\(list.id.wire)/contacts/import",
            contentType: ContactFileUpload.contentType,
            body: .stream(file, length: .unknown)
        )
        terminal.line(
            "  imported \(ProgressBar.grouped(result.processed)) rows: \(ProgressBar.grouped(result.added)) added, "
                + "\(ProgressBar.grouped(result.upserts)) known already, \(ProgressBar.grouped(result.errors)) refused"
        )
        return (list.id, result)
    }

    /// Makes the template and the campaign.
    func createCampaign(_ account: DemoAccount, list: UUID) async throws -> UUID {
        let template: DemoWire.Identified = try await account.api.send(
            .POST,
            "/api/templates",
            DemoWire.NewTemplate(
                name: DemoNewsletter.name,
                subject: DemoNewsletter.subject,
                type: "html",
                bodyHtml: DemoNewsletter.html,
                bodyText: DemoNewsletter.text
            )
        )
        let campaign: DemoWire.Identified = try await account.api.send(
            .POST,
            "/api/campaigns",
            DemoWire.NewCampaign(
                name: "Harbour Notes, autumn",
                templateId: template.id,
                motorBlockId: account.motorBlock,
                listIds: [list],
                fromAddress: DemoNewsletter.fromAddress,
                fromName: DemoNewsletter.fromName,
                googleAnalytics: .init(enabled: true, utmSource: "harbour_notes")
            )
        )
        try await account.api.perform(.PATCH, "/api/campaigns/\(campaign.id.wire)/settings", DemoWire.Settings(timezone: "Europe/Riga"))
        terminal.line("  campaign \(campaign.id.wire)")
        return campaign.id
    }
}
