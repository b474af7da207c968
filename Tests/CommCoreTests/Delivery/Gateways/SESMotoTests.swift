import CommTesting
import Foundation
import NIOHTTP1
import Testing

@testable import CommCore

@Suite("The SES gateway against moto, where that is installed", .enabled(if: MotoServer.program != nil), .timeLimit(.minutes(2)))
struct SESMotoTests {
    private static let form = "application/x-www-form-urlencoded; charset=utf-8"
    private let fixture = GatewayFixture()

    private func gateway(_ server: MotoServer, key: String, secret: String) -> HTTPGateway {
        let settings = SESSettings(region: "eu-west-1", endpoint: server.base, accessKeyID: key, secretAccessKey: Secret(secret))
        return HTTPGateway(
            HTTPGatewaySettings(provider: .ses(settings), connections: 2),
            memory: nil,
            time: SystemTime(),
            logger: .silent
        )
    }

    /// A user who may do everything, with a key.
    private func makeKey(_ server: MotoServer) async throws -> (key: String, secret: String) {
        try await server.send(.POST, "/", "Action=CreateUser&UserName=u&Version=2010-05-08", type: Self.form, service: "iam")
        let policy =
            "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22%2A%22%2C"
            + "%22Resource%22%3A%22%2A%22%7D%7D"
        let attach = "Action=PutUserPolicy&UserName=u&PolicyName=p&Version=2010-05-08&PolicyDocument=\(policy)"
        try await server.send(.POST, "/", attach, type: Self.form, service: "iam")
        let answer = try await server.send(
            .POST,
            "/",
            "Action=CreateAccessKey&UserName=u&Version=2010-05-08",
            type: Self.form,
            service: "iam"
        )
        func element(_ name: String) throws -> String {
            let parts = answer.components(separatedBy: "<\(name)>")
            return try #require(parts.dropFirst().first?.components(separatedBy: "</\(name)>").first)
        }
        return (try element("AccessKeyId"), try element("SecretAccessKey"))
    }

    @Test("a mail arrives; an unknown sender, a wrong secret and an unknown key are what they are")
    func whole() async throws {
        try await MotoServer.with { server in try await self.whole(server) }
    }

    private func whole(_ server: MotoServer) async throws {
        let anybody = gateway(server, key: "AKIDEXAMPLE", secret: "anything")
        // The sender is not known yet.
        let first = try await anybody.handOver(try fixture.batch(["ada@x.test"]))[0]
        let isPutOff = if case .declined(_, let reason) = first { reason.hasPrefix("sender: MessageRejected") } else { false }
        #expect(isPutOff, "\(first)")
        try await server.send(.POST, "/v2/email/identities", #"{"EmailIdentity":"shop.test"}"#, type: "application/json", service: "ses")
        #expect(try await anybody.handOver(try fixture.batch(["ada@x.test"])) == [.sent])
        await anybody.close()

        let (key, secret) = try await makeKey(server)
        // From here on every request has to be signed rightly.
        try await server.send(.POST, "/moto-api/reset-auth", "0", type: "text/plain", service: "ses")
        let right = gateway(server, key: key, secret: secret)
        #expect(try await right.handOver(try fixture.batch(["bob@x.test", "cyd@x.test"])) == [.sent, .sent])
        await right.close()
        for (key, secret, code) in [(key, "wrong", "SignatureDoesNotMatch"), ("AKIAUNKNOWN", secret, "InvalidClientTokenId")] {
            let wrong = gateway(server, key: key, secret: secret)
            let outage = await #expect(throws: GatewayOutage.self) { try await wrong.handOver(try fixture.batch(["dan@x.test"])) }
            #expect(outage?.kind == .configuration && outage?.reason.hasPrefix(code) == true)
            await wrong.close()
        }
        try await server.send(.POST, "/moto-api/reset-auth", "inf", type: "text/plain", service: "ses")
        let mails = try await server.mails()
        #expect(mails.count == 3)
        #expect(mails.first?.recipients.contains("ada@x.test") == true && mails.first?.text.contains("Hallo") == true)
    }

    @Test("what a topic delivers is signed by the certificate that it names, and means what was published")
    func topic() async throws {
        try await MotoServer.with { server in try await self.topic(server) }
    }

    private func topic(_ server: MotoServer) async throws {
        let receiver = try await StubServer.start { _ in .answer(200, "") }
        func call(_ fields: [String: String]) async throws {
            let form = fields.merging(["Version": "2010-03-31"]) { $1 }
                .map { "\($0)=\($1.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")" }.sorted().joined(separator: "&")
            try await server.send(.POST, "/", form, type: Self.form, service: "sns")
        }
        let arn = "arn:aws:sns:eu-west-1:123456789012:ses-events"
        let reference = MessageReference(tenantID: UUID(), campaignID: nil, messageID: UUIDv7.make(at: GatewayFixture.now))
        let event = """
            {"eventType":"Bounce","mail":{"messageId":"m","tags":{"comm_ref":["\(reference.text)"]}},
             "bounce":{"bounceType":"Permanent","bounceSubType":"General","timestamp":"2026-01-01T00:00:02.000Z",
              "bouncedRecipients":[{"status":"5.1.1","diagnosticCode":"smtp; 550 5.1.1 no such user"}]}}
            """
        try await call(["Action": "CreateTopic", "Name": "ses-events"])
        try await call(["Action": "Subscribe", "TopicArn": arn, "Protocol": "http", "Endpoint": receiver.base + "/ses"])
        try await call(["Action": "Publish", "TopicArn": arn, "Message": event])
        let delivered = try #require(receiver.requests.first)
        let message = try #require(SNSMessage(json: delivered.body))
        #expect(message.kind == .notification && message.topic == arn && message.region == "eu-west-1" && message.message == event)
        #expect(SNSAddress.isCertificate(message.certificateURL, region: "eu-west-1"))
        // moto gives it out at the same path.
        let path = try #require(URL(string: message.certificateURL)?.path())
        let certificate = try SNSCertificate(Array(try await server.send(.GET, path, "", type: "text/plain", service: "sns").utf8))
        #expect(certificate.signed(message, requiresVersion2: true, now: Date()))
        let text = String(decoding: delivered.body, as: UTF8.self).replacing("5.1.1", with: "5.1.2")
        let changed = try #require(SNSMessage(json: Array(text.utf8)))
        #expect(changed.message != event && !certificate.signed(changed, requiresVersion2: false, now: Date()))
        let kept = try SESSource.Delivery(id: message.id, message: message.message).json()
        let reading = try SESSource.read(kept, receivedAt: GatewayFixture.now)
        #expect(reading.facts.map(\.messageID) == [reference.messageID] && reading.facts.first?.bounceClass == .hard)
        try await receiver.close()
    }
}
