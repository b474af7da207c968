import Foundation
import MIME
import Testing

@testable import CommCore

@Suite("Postal's API")
struct PostalProviderTests {
    private let provider = PostalProvider(PostalSettings(base: "https://postal.test", apiKey: Secret("key")))
    private let fixture = GatewayFixture()

    private struct Body: Decodable {
        let mailFrom: String
        let recipients: [String]
        let data: String

        enum CodingKeys: String, CodingKey {
            case data
            case mailFrom = "mail_from"
            case recipients = "rcpt_to"
        }
    }

    @Test("a mail is put as the contract says, and its tag names our message")
    func request() async throws {
        let server = try await StubServer.start { _ in .answer(200, GatewayFixture.acceptance("postal")) }
        let gateway = try fixture.gateway("postal", base: server.base)
        let batch = try fixture.batch(["ada@x.test"])
        #expect(try await gateway.handOver(batch) == [.sent])
        await gateway.close()
        try await server.close()

        let request = try #require(server.requests.first)
        #expect(request.method == "POST" && request.path == "/api/v1/send/raw")
        #expect(request.headers["x-server-api-key"] == "postal-key" && request.headers["content-type"] == "application/json")
        let body = try JSONDecoder().decode(Body.self, from: Data(request.body))
        #expect(body.mailFrom == "me@shop.test" && body.recipients == ["ada@x.test"])
        let mail = try MIMEParser().parse(Array(try #require(Data(base64Encoded: body.data))))
        let reference = try #require(mail.headers["X-Postal-Tag"].flatMap(MessageReference.init))
        #expect(reference.messageID == batch.messages[0].id && reference.tenantID == fixture.tenant)
        #expect(reference.campaignID == fixture.campaign)
        #expect(mail.headers["X-AMP"] == "skip" && mail.headers["Subject"] == "Hallo Zoë")
        #expect(mail.first("text", "plain")?.text == "Hi Zoë")
    }

    private func verdict(_ status: Int, _ body: String) -> ProviderVerdict {
        let reference = MessageReference(tenantID: UUID(), campaignID: UUID(), messageID: UUID())
        let mail = ProviderMail(reference: reference, sender: "me@shop.test", recipient: "ada@x.test", octets: [])
        return provider.verdict(on: ProviderAnswer(status: status, body: Array(body.utf8)), to: mail, at: GatewayFixture.now)
    }

    private func error(_ code: String, more: String = "") -> ProviderVerdict {
        verdict(200, #"{"status":"error","time":0.1,"flags":{},"data":{"code":"\#(code)"\#(more)}}"#)
    }

    @Test("what the API layer decides is in its status field")
    func verdicts() {
        #expect(verdict(200, GatewayFixture.acceptance("postal")) == .accepted)
        #expect(verdict(200, #"{"status":"parameter-error","data":{"message":"no rcpt_to"}}"#) == .refused(.request, reason: "no rcpt_to"))
        #expect(error("AttachmentMissingName") == .refused(.request, reason: "AttachmentMissingName"))
        #expect(error("NoContent") == .refused(.request, reason: "NoContent"))
        #expect(error("UnauthenticatedFromAddress") == .senderRefused(reason: "UnauthenticatedFromAddress"))
        for code in ["AccessDenied", "ServerSuspended"] {
            #expect(error(code) == .away(GatewayOutage(kind: .configuration, reason: code)))
        }
    }

    @Test("the key that an answer repeats is not kept")
    func echoedKey() {
        let verdict = error("InvalidServerAPIKey", more: #","token":"the-secret-key","message":"the-secret-key is not valid""#)
        #expect(verdict == .away(GatewayOutage(kind: .configuration, reason: "InvalidServerAPIKey")))
    }

    @Test("what did not come from the API layer", arguments: [500, 502, 503, 504])
    func proxies(status: Int) {
        #expect(verdict(status, "<html>") == .unknown(reason: "answered \(status)"))
    }

    @Test("nonsense is unknown, a refusal by status is not")
    func nonsense() {
        for body in ["", "[]", "{}", "ok", #"{"status":"perhaps"}"#] {
            #expect(verdict(200, body) == .unknown(reason: "an answer that is not Postal's"), "\(body)")
        }
        #expect(verdict(400, "") == .refused(.request, reason: "answered 400"))
        #expect(verdict(413, "") == .refused(.size, reason: "larger than Postal takes"))
        guard case .away = verdict(404, "") else { return #expect(Bool(false)) }
        guard case .away = verdict(302, "") else { return #expect(Bool(false)) }
    }
}
