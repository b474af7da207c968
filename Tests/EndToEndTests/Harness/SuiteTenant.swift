import CommCore
import Foundation
import NIOHTTP1
import Testing

/// A tenant of the running suite, at work through the REST API with a key of its own.
struct SuiteTenant: Sendable {
    static let target = "https://shop.example.net/autumn?colour=red"

    let id: UUID
    let api: SuiteClient
    private let world: SuiteWorld

    /// - Parameter base: where the API is asked; the daemon itself, or the proxy before it.
    init(in world: SuiteWorld, base: String? = nil) async throws {
        let client = SuiteClient(http: world.http, base: base ?? world.settings.apiBase)
        let platform = client.adding("X-Internal-Token", SuiteSettings.internalToken)
        let tenant: SuiteWire.Provisioned = try await platform.send(
            .POST,
            "/api/provision/tenant",
            #"{"motorical_account_id":"\#(UUID())"}"#
        )
        let key: SuiteWire.Key = try await platform.adding("X-Tenant-Id", tenant.tenantId.uuidString)
            .send(.POST, "/api/keys", #"{"name":"suite","scopes":["all"]}"#)
        id = tenant.tenantId
        api = client.adding("Authorization", "Bearer \(key.key)")
        self.world = world
    }

    func list() async throws -> UUID {
        try await api.send(.POST, "/api/lists", #"{"name":"Customers"}"#, as: SuiteWire.Identified.self).id
    }

    func importCSV(_ csv: String, into list: UUID) async throws -> SuiteWire.Imported {
        try await api.upload("/api/lists/\(list)/contacts/import", csv: csv)
    }

    func suppress(_ address: String) async throws {
        try await api.perform(.POST, "/api/suppressions", #"{"email":"\#(address)","reason":"manual"}"#)
    }

    func unsubscribe(_ address: String) async throws {
        let contact: SuiteWire.Identified = try await api.send(.POST, "/api/contacts/upsert", #"{"email":"\#(address)"}"#)
        try await api.perform(.POST, "/api/contacts/\(contact.id)/unsubscribe")
    }

    /// A compiled campaign to the list, which goes out at once.
    func sendCampaign(to list: UUID) async throws -> (id: UUID, compiled: SuiteWire.Compiled) {
        let html = """
            <html><head><style>p { color: #123d5a }</style></head><body><p>Hello {{name|reader}}, \
            <a href='\(Self.target)'>look</a>.</p><p><a href='{{unsubscribe_url}}'>leave</a></p></body></html>
            """
        let template: SuiteWire.Identified = try await api.send(
            .POST,
            "/api/templates",
            #"{"name":"Autumn","subject":"Hello {{name|reader}}","type":"html","body_html":"\#(html)"}"#
        )
        let campaign: SuiteWire.Identified = try await api.send(
            .POST,
            "/api/campaigns",
            #"{"name":"Autumn","template_id":"\#(template.id)","motor_block_id":"\#(UUID())","list_ids":["\#(list)"]}"#
        )
        let compiled: SuiteWire.Compiled = try await api.send(.POST, "/api/campaigns/\(campaign.id)/compile")
        try await api.perform(.POST, "/api/campaigns/\(campaign.id)/schedule")
        return (campaign.id, compiled)
    }

    func stats(_ campaign: UUID) async throws -> SuiteWire.Stats {
        try await api.send(.GET, "/api/campaigns/\(campaign)/stats")
    }

    /// Waits until the campaign is completed and as many of its messages were reported delivered or bounced as were sent.
    func waitForEvents(_ campaign: UUID, within limit: Duration = .seconds(60)) async throws -> SuiteWire.Stats {
        var last: SuiteWire.Stats?
        do {
            try await eventually("all events of the campaign came back", within: limit, every: .milliseconds(150)) {
                let stats = try await stats(campaign)
                last = stats
                return stats.status == "completed" && stats.delivered + stats.bounced >= stats.balance.sent
            }
        } catch {
            throw HarnessError("\(error); the last statistics: \(String(describing: last))")
        }
        return try await stats(campaign)
    }
}
