import CommTesting
import Foundation
import MIME
import Testing

@testable import CommCore

@Suite("Amazon SES and its signature")
struct SESProviderTests {
    private let fixture = GatewayFixture()

    private func signer(token: String? = nil) -> SigV4 {
        SigV4(
            accessKeyID: ProviderVectors.sesAccessKey,
            secretAccessKey: Secret(ProviderVectors.sesSecretKey),
            sessionToken: token.map(Secret.init),
            region: "us-east-1",
            service: "ses"
        )
    }

    private func steps(token: String? = nil) -> SigV4.Steps {
        signer(token: token).sign(
            method: "POST",
            path: "/v2/email/outbound-emails",
            host: "email.us-east-1.amazonaws.com",
            contentType: "application/json",
            body: Array(ProviderVectors.sesBody.utf8),
            at: Date(timeIntervalSince1970: 1_767_323_045)
        )
    }

    @Test("the signature is the one that AWS's own library makes, step by step")
    func signature() {
        let steps = steps()
        #expect(steps.date == "20260102T030405Z")
        #expect(steps.canonicalRequest == ProviderVectors.sesCanonicalRequest)
        #expect(steps.stringToSign == ProviderVectors.sesStringToSign)
        #expect(steps.authorization == ProviderVectors.sesAuthorization)
        #expect(self.steps(token: "SESSIONTOKENEXAMPLE").authorization == ProviderVectors.sesAuthorizationWithToken)
    }

    @Test("a mail is put raw and signed over what is sent")
    func request() async throws {
        let server = try await StubServer.start { _ in .answer(200, GatewayFixture.acceptance("ses")) }
        let gateway = try fixture.gateway("ses", base: server.base)
        let batch = try fixture.batch(["ada@x.test"])
        #expect(try await gateway.handOver(batch) == [.sent])
        await gateway.close()
        try await server.close()

        let request = try #require(server.requests.first)
        #expect(request.method == "POST" && request.path == "/v2/email/outbound-emails")
        #expect(request.headers["host"] == "127.0.0.1:\(server.port)")
        let signer = SigV4(
            accessKeyID: "AKIDEXAMPLE",
            secretAccessKey: Secret("ses-secret"),
            sessionToken: nil,
            region: "eu-west-1",
            service: "ses"
        )
        let signed = signer.sign(
            method: "POST",
            path: request.path,
            host: request.headers["host"] ?? "",
            contentType: request.headers["content-type"] ?? "",
            body: request.body,
            at: fixture.time.now
        )
        #expect(request.headers["authorization"] == signed.authorization && request.headers["x-amz-date"] == signed.date)
        let body = try #require(try JSONSerialization.jsonObject(with: Data(request.body)) as? [String: Any])
        #expect(body["FromEmailAddress"] as? String == "me@shop.test" && body["ConfigurationSetName"] as? String == "events")
        #expect((body["Destination"] as? [String: [String]])?["ToAddresses"] == ["ada@x.test"])
        let tag = try #require((body["EmailTags"] as? [[String: String]])?.first)
        #expect(tag["Name"] == "comm_ref" && tag["Value"].flatMap(MessageReference.init)?.messageID == batch.messages[0].id)
        let raw = try #require((body["Content"] as? [String: [String: String]])?["Raw"]?["Data"])
        let mail = try MIMEParser().parse(Array(try #require(Data(base64Encoded: raw))))
        #expect(mail.headers["Subject"] == "Hallo Zoë" && mail.headers["List-Unsubscribe-Post"] != nil)
    }

    @Test("a clock that is wrong is set by AWS's answer, and the message goes out at once")
    func clock() async throws {
        let server = try await StubServer.start { request in
            // 02:03:04 is what the server thinks of now.
            guard request.headers["x-amz-date"] == "20261121T020304Z" else {
                return .answer(
                    403,
                    [("x-amzn-errortype", "InvalidSignatureException"), ("Date", "Sat, 21 Nov 2026 02:03:04 GMT")],
                    #"{"message":"Signature expired: 20261121T010304Z is now earlier than"}"#
                )
            }
            return .answer(200, GatewayFixture.acceptance("ses"))
        }
        let gateway = try fixture.gateway("ses", base: server.base)
        #expect(try await gateway.handOver(try fixture.batch(["ada@x.test"])) == [.sent])
        #expect(server.requests.count == 2)
        #expect(try await gateway.handOver(try fixture.batch(["bob@x.test"])) == [.sent])
        #expect(server.requests.count == 3)
        await gateway.close()
        try await server.close()
    }

    private func verdict(_ status: Int, _ code: String?, _ body: String) -> ProviderVerdict {
        let settings = SESSettings(region: "eu-west-1", accessKeyID: "a", secretAccessKey: Secret("s"))
        let reference = MessageReference(tenantID: UUID(), campaignID: UUID(), messageID: UUID())
        let mail = ProviderMail(reference: reference, sender: "me@shop.test", recipient: "ada@x.test", octets: [])
        let headers = code.map { ["x-amzn-errortype": $0] } ?? [:]
        return SESProvider(settings).verdict(
            on: ProviderAnswer(status: status, headers: headers, body: Array(body.utf8)),
            to: mail,
            at: GatewayFixture.now
        )
    }

    @Test(
        "errors that concern everything pause the gateway",
        arguments: [
            (429, "TooManyRequestsException:http://internal", "Maximum sending rate exceeded", GatewayOutage.Kind.throttled),
            (429, "TooManyRequestsException", "Daily message quota exceeded", .quota), (400, "LimitExceededException", "x", .quota),
            (400, "ThrottlingException", "Rate exceeded", .throttled), (400, "AccountSuspendedException", "x", .configuration),
            (400, "SendingPausedException", "x", .configuration), (404, "NotFoundException", "no such set", .configuration),
            (403, "SignatureDoesNotMatch", "x", .configuration), (403, "InvalidClientTokenId", "x", .configuration),
            (403, "AccessDeniedException", "x", .configuration),
        ]
    )
    func outages(status: Int, code: String, message: String, kind: GatewayOutage.Kind) {
        guard case .away(let outage) = verdict(status, code, #"{"message":"\#(message)"}"#) else { return #expect(Bool(false), "\(code)") }
        #expect(outage.kind == kind)
    }

    @Test("errors that concern one message or one sender")
    func refusals() {
        let illegal = verdict(400, "BadRequestException", #"{"message":"Illegal address"}"#)
        #expect(illegal == .refused(.request, reason: "BadRequestException: Illegal address"))
        let virus = verdict(400, nil, ##"{"__type":"com.amazonaws#MessageRejected","Message":"Message contains a virus"}"##)
        #expect(virus == .refused(.content, reason: "MessageRejected: Message contains a virus"))
        let text = "Email address is not verified. The following identities failed the check in region EU-WEST-1: "
        guard case .senderRefused = verdict(400, "MessageRejected", #"{"message":"\#(text)me@shop.test"}"#) else {
            return #expect(Bool(false))
        }
        guard case .refused(.request, let reason) = verdict(400, "MessageRejected", #"{"message":"\#(text)ada@x.test"}"#) else {
            return #expect(Bool(false))
        }
        #expect(!reason.contains("ada@"))
        guard case .senderRefused = verdict(400, "MailFromDomainNotVerifiedException", "{}") else { return #expect(Bool(false)) }
    }

    @Test("errors told in XML are understood; trouble of theirs and nonsense are unknown")
    func others() {
        let xml = "<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>no</Message></Error></ErrorResponse>"
        #expect(verdict(403, nil, xml) == .away(GatewayOutage(kind: .configuration, reason: "SignatureDoesNotMatch: no")))
        #expect(verdict(503, "ServiceUnavailable", "{}") == .unknown(reason: "answered 503"))
        #expect(verdict(500, "InternalFailure", "{}") == .unknown(reason: "answered 500"))
        for body in ["", "{}", "[]", #"{"MessageId":""}"#] {
            #expect(verdict(200, nil, body) == .unknown(reason: "an answer that is not SES's"), "\(body)")
        }
        #expect(verdict(403, "RequestExpired", "{}") == .away(GatewayOutage(kind: .configuration, reason: "RequestExpired")))
    }
}
