import Foundation
import MIME
import Testing

@testable import CommCore

@Suite("Mailgun's API")
struct MailgunProviderTests {
    private let fixture = GatewayFixture()

    @Test("a mail is put as a form whose variable names our message")
    func request() async throws {
        let server = try await StubServer.start { _ in .answer(200, GatewayFixture.acceptance("mailgun")) }
        let gateway = try fixture.gateway("mailgun", base: server.base)
        let batch = try fixture.batch(["ada@x.test"])
        #expect(try await gateway.handOver(batch) == [.sent])
        await gateway.close()
        try await server.close()

        let request = try #require(server.requests.first)
        #expect(request.method == "POST" && request.path == "/v3/mg.shop.test/messages.mime")
        #expect(request.headers["authorization"] == "Basic " + Data("api:mailgun-key".utf8).base64EncodedString())
        let type = try #require(request.headers["content-type"])
        #expect(type.hasPrefix("multipart/form-data; boundary="))
        let parts = try self.parts(of: request.body, boundary: String(type.dropFirst("multipart/form-data; boundary=".count)))
        #expect(parts["to"].map { String(decoding: $0, as: UTF8.self) } == "ada@x.test")
        #expect(parts["o:tracking"].map { String(decoding: $0, as: UTF8.self) } == "no")
        let reference = parts["v:comm_ref"].flatMap { MessageReference(String(decoding: $0, as: UTF8.self)) }
        #expect(reference?.messageID == batch.messages[0].id)
        let mail = try MIMEParser().parse(try #require(parts["message"]))
        #expect(mail.headers["Subject"] == "Hallo Zoë" && mail.first("text", "html")?.text.hasPrefix("<p>Hi Zoë</p>") == true)
    }

    /// The contents of a form by the names of its parts.
    private func parts(of form: [UInt8], boundary: String) throws -> [String: [UInt8]] {
        var parts: [String: [UInt8]] = [:]
        let text = String(decoding: form, as: UTF8.self)
        #expect(text.hasSuffix("\r\n--\(boundary)--\r\n"))
        for part in text.components(separatedBy: "--\(boundary)\r\n").dropFirst() {
            let halves = part.components(separatedBy: "\r\n\r\n")
            let name = try #require(halves[0].components(separatedBy: "name=\"").dropFirst().first?.split(separator: "\"").first)
            let content = halves.dropFirst().joined(separator: "\r\n\r\n").components(separatedBy: "\r\n--\(boundary)")[0]
            parts[String(name)] = Array((name == "message" ? content : content.trimmingCharacters(in: .newlines)).utf8)
        }
        return parts
    }

    private func verdict(_ status: Int, _ body: String) -> ProviderVerdict {
        let provider = MailgunProvider(MailgunSettings(base: "https://api.mailgun.net", domain: "x.test", apiKey: Secret("k")))
        let reference = MessageReference(tenantID: UUID(), campaignID: UUID(), messageID: UUID())
        let mail = ProviderMail(reference: reference, sender: "me@x.test", recipient: "ada@x.test", octets: [])
        return provider.verdict(on: ProviderAnswer(status: status, body: Array(body.utf8)), to: mail, at: GatewayFixture.now)
    }

    @Test("a limit is waited for until the date in its text")
    func limits() {
        let text = "recipient limit exceeded, try again after Fri, 02 Jan 2026 03:04:05 GMT"
        let until = Date(timeIntervalSince1970: 1_767_323_045)
        #expect(verdict(429, #"{"message":"\#(text)"}"#) == .away(GatewayOutage(kind: .throttled, reason: text, until: until)))
        #expect(verdict(429, "slow down") == .away(GatewayOutage(kind: .throttled, reason: "slow down")))
    }

    @Test("statuses mean what the contract says")
    func verdicts() {
        #expect(verdict(200, GatewayFixture.acceptance("mailgun")) == .accepted)
        let reason = "to parameter is not a valid address"
        #expect(verdict(400, #"{"message":"\#(reason)"}"#) == .refused(.request, reason: reason))
        guard case .away(let outage) = verdict(400, #"{"message":"Domain x.test is not allowed to send: unverified"}"#) else {
            return #expect(Bool(false))
        }
        #expect(outage.kind == .configuration)
        for status in [401, 402, 403, 404] {
            guard case .away(let outage) = verdict(status, "Forbidden") else { return #expect(Bool(false), "\(status)") }
            #expect(outage.kind == .configuration)
        }
        #expect(verdict(413, "") == .refused(.size, reason: "larger than Mailgun takes"))
        for status in [500, 502, 503, 504] { #expect(verdict(status, "") == .unknown(reason: "answered \(status)")) }
        for body in ["", "{}", "<html>", #"{"message":"Queued"}"#] {
            #expect(verdict(200, body) == .unknown(reason: "an answer that is not Mailgun's"), "\(body)")
        }
    }
}
