import CommCore
import CommTesting
import Crypto
import Foundation
import HTTPTypes
import Postgres

@testable import comm_api

extension APIClient {
    static let mailHTML =
        "<p>Hello {{name|there}}, <a href='https://shop.example/a?x=1'>look</a></p><p><a href='{{unsubscribe_url}}'>bye</a></p>"

    func makeList(_ name: String = "Customers") async throws -> UUID {
        try await send(.post, "/api/lists", #"{"name":"\#(name)"}"#).id()
    }

    func makeContact(_ email: String = "c4@ex.test") async throws -> UUID {
        try await send(.post, "/api/contacts/upsert", #"{"email":"\#(email)","name":"Cee"}"#).id()
    }

    func makeTemplate(html: String = mailHTML) async throws -> UUID {
        let body = JSONValue.object([
            "name": .string("Spring"), "subject": .string("Hello {{name}}"), "type": .string("html"), "body_html": .string(html),
        ])
        return try await send(.post, "/api/templates", String(decoding: WireEncoder.encode(body), as: UTF8.self)).id()
    }

    /// A draft for a list with one member.
    func makeCampaign(html: String = mailHTML) async throws -> UUID {
        let (list, template) = (try await makeList(), try await makeTemplate(html: html))
        _ = try await send(.post, "/api/lists/\(list)/contacts", #"{"emails":["person@ex.test"]}"#)
        let body = #"{"name":"Sale","template_id":"\#(template)","motor_block_id":"\#(UUID())","list_ids":["\#(list)"]}"#
        return try await send(.post, "/api/campaigns", body).id()
    }

    func importCSV(_ text: String, into list: UUID, query: String = "") async throws -> Reply {
        try await send(.post, "/api/lists/\(list)/contacts/import\(query)", body: Array(text.utf8), headers: [.contentType: "text/csv"])
    }

    func sendReport(_ body: String, secret: String = webhookSecret, headers: HTTPFields = [:]) async throws -> Reply {
        let code = HMAC<SHA256>.authenticationCode(for: Array(body.utf8), using: SymmetricKey(data: Array(secret.utf8)))
        var headers = headers
        headers[.motoricalSignature] = code.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        return try await with([:]).send(.post, "/api/webhooks/motorical", body, headers: headers)
    }

    /// A token as the sender puts it into the contact's mail.
    func subject(contact: UUID, campaign: UUID? = nil) -> LinkTokenSubject {
        LinkTokenSubject(
            tenantID: tenantID,
            campaignID: campaign ?? UUIDv7.make(at: time.now),
            contactID: contact,
            messageID: UUIDv7.make(at: time.now)
        )
    }

    static func signer(_ secret: String = signingSecret) throws -> LinkTokenSigner {
        LinkTokenSigner(key: try LinkTokenKey(secret: secret))
    }

    func count(_ table: String) async throws -> Int {
        try await database.query("SELECT count(*) AS n FROM \(raw: table)").first?.get("n") ?? -1
    }

    func contactStatus(_ id: UUID) async throws -> String? {
        try await database.query("SELECT status FROM contacts WHERE id = \(id)").first?.get("status")
    }
}
