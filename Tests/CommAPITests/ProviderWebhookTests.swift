import CommTesting
import Crypto
import Foundation
import HTTPTypes
import Postgres
import Redis
import Synchronization
import Testing

@testable import CommCore
@testable import comm_api

@Suite("Webhooks of Postal, SES and Mailgun", .database)
struct ProviderWebhookTests {
    /// When the vectors were made: 2026-01-01 00:00:00.
    private static let moment = Date(timeIntervalSince1970: 1_767_225_600)
    private static let topic = "arn:aws:sns:eu-west-1:123456789012:ses-events"
    private static let settings = [
        "COMM_POSTAL_URL": "https://postal.test", "COMM_SES_TOPIC_ARNS": topic, "COMM_MAILGUN_WEBHOOK_KEY": ProviderVectors.mailgunKey,
    ]

    /// The servers of public documents: what they were asked for.
    private final class Documents: Sendable {
        let asked = Mutex<[String]>([])
        let isAway = Mutex(false)

        @Sendable func fetch(_ address: String) async throws -> [UInt8] {
            asked.withLock { $0.append(address) }
            if isAway.withLock({ $0 }) { throw PublicDocumentError(status: 503) }
            if address == "https://postal.test/.well-known/jwks.json" {
                let key = #"{"kty":"RSA","n":"\#(ProviderVectors.rsaModulus)","e":"AQAB","kid":"\#(ProviderVectors.postalKeyID)"}"#
                return Array(#"{"keys":[\#(key)]}"#.utf8)
            }
            return Array(Data(base64Encoded: ProviderVectors.snsCertificate) ?? Data())
        }
    }

    private func withProviders(
        _ documents: Documents = Documents(),
        more: [String: String] = settings,
        _ body: @Sendable @escaping (APIClient) async throws -> Void
    ) async throws {
        try await withAPI(settings: more, fetch: documents.fetch) { client async throws in
            client.time.set(Self.moment)
            try await body(client.with([:]))
        }
    }

    private func inbox(_ client: APIClient) async throws -> [String] {
        try await client.database.query("SELECT source FROM event_inbox ORDER BY id").map { try $0.get("source") }
    }

    @Test("a provider that is not set up is not listened to")
    func notConfigured() async throws {
        try await withProviders(more: [:]) { client async throws in
            for path in [
                "communication/postal", "communication/ses", "communication/mailgun", "communication/twilio", "communication/firebase",
            ] {
                try await client.send(.post, "/api/webhooks/\(path)", "{}").expectProblem(404, code: "not_configured")
            }
            try await client.send(.post, "/api/email-reliability/webhook/mailgun", "{}").expectProblem(404, code: "not_configured")
        }
    }

    @Test("while the database is away no provider is told that its report was taken", .redis)
    func databaseAway() async throws {
        let twilio = "0123456789abcdef0123456789abcdef"
        let more = Self.settings.merging(Self.push) { $1 }.merging(["COMM_TWILIO_AUTH_TOKEN": twilio]) { $1 }
        let away = "postgres://nobody@127.0.0.1:1/none"
        try await withAPI(databaseURL: away, settings: more, fetch: Documents().fetch) { client async throws in
            client.time.set(Self.moment)
            let stranger = client.with([:])
            for reply in [
                try await sendPostal(stranger), try await sendPush(stranger),
                try await sendSNS(stranger, sns(ProviderVectors.snsNotification, ProviderVectors.snsNotificationV2)),
                try await sendSNS(stranger, sns(ProviderVectors.snsConfirmation, ProviderVectors.snsConfirmationV2)),
                try await sendMailgun(stranger), try await sendMailgun(stranger),
                try await sendMailgun(stranger, path: "/api/email-reliability/webhook/mailgun"),
            ] { #expect(reply.status == 503, "\(reply.text)") }
        }
        try await forgetToken()
    }

    // MARK: Postal

    private func sendPostal(
        _ client: APIClient,
        body: String = ProviderVectors.postalBody,
        sha256: String? = ProviderVectors.postalSHA256,
        sha1: String? = ProviderVectors.postalSHA1,
        keyID: String? = ProviderVectors.postalKeyID
    ) async throws -> Reply {
        var headers: HTTPFields = [:]
        headers[.postalSignature256] = sha256
        headers[.postalSignature] = sha1
        headers[.postalKeyID] = keyID
        return try await client.send(.post, "/api/webhooks/communication/postal", body, headers: headers)
    }

    @Test("Postal's report is durable when it is answered, and its keys are fetched once")
    func postal() async throws {
        let documents = Documents()
        try await withProviders(documents) { client async throws in
            for _ in 1...3 {
                let reply = try await sendPostal(client)
                #expect(reply.status == 200 && reply.text == #"{"success":true}"#)
            }
            #expect(try await inbox(client) == ["postal", "postal", "postal"])
            #expect(documents.asked.withLock { $0 } == ["https://postal.test/.well-known/jwks.json"])
        }
    }

    @Test("a report of Postal's that is changed, unsigned, signed by a stranger or old is refused")
    func postalRefused() async throws {
        let documents = Documents()
        try await withProviders(documents) { client async throws in
            let changed = ProviderVectors.postalBody.replacing("c42", with: "c43")
            try await sendPostal(client, body: changed).expectProblem(401, code: "invalid_signature")
            let reserialised = ProviderVectors.postalBody.replacing("\\u003c", with: "<")
            try await sendPostal(client, body: reserialised).expectProblem(401, code: "invalid_signature")
            try await sendPostal(client, sha256: nil).expectProblem(401, code: "invalid_signature")
            try await sendPostal(client, sha256: nil, sha1: nil, keyID: nil).expectProblem(401, code: "invalid_signature")
            try await sendPostal(client, keyID: "unknown").expectProblem(401, code: "invalid_signature")
            try await sendPostal(client, keyID: "unknown2").expectProblem(401, code: "invalid_signature")
            client.time.advance(by: PostalWebhookController.oldest + 1)
            try await sendPostal(client).expectProblem(401, code: "stale_timestamp")
            #expect(try await inbox(client).isEmpty)
            // Unknown keys cannot make us fetch again and again.
            #expect(documents.asked.withLock { $0.count } <= 2)
        }
    }

    @Test("SHA-1 alone is enough only where it is allowed; without keys nobody is believed")
    func postalModes() async throws {
        try await withProviders(more: Self.settings.merging(["COMM_POSTAL_WEBHOOK_SHA1": "true"]) { $1 }) { client async throws in
            #expect(try await sendPostal(client, sha256: nil, keyID: nil).status == 200)
        }
        let documents = Documents()
        documents.isAway.withLock { $0 = true }
        try await withProviders(documents) { client async throws in
            try await sendPostal(client).expectProblem(503, code: "keys_unavailable")
        }
    }

    // MARK: SES

    private static let certificate = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem"

    private func sns(
        _ members: [String: String],
        _ signature: String,
        version: String = "2",
        certificate: String = certificate
    ) throws -> String {
        let all = members.merging(["Signature": signature, "SignatureVersion": version, "SigningCertURL": certificate]) { $1 }
        return String(decoding: try JSONSerialization.data(withJSONObject: all), as: UTF8.self)
    }

    private func sendSNS(_ client: APIClient, _ body: String, raw: Bool = false) async throws -> Reply {
        var headers: HTTPFields = [.contentType: "text/plain; charset=UTF-8"]
        if raw { headers[.snsRawDelivery] = "true" }
        return try await client.send(.post, "/api/webhooks/communication/ses", body, headers: headers)
    }

    @Test("a notification of SNS is durable when it is answered, whichever version signed it; the certificate is fetched once")
    func notification() async throws {
        let documents = Documents()
        try await withProviders(documents) { client async throws in
            let members = ProviderVectors.snsNotification
            #expect(try await sendSNS(client, sns(members, ProviderVectors.snsNotificationV2)).status == 200)
            #expect(try await sendSNS(client, sns(members, ProviderVectors.snsNotificationV1, version: "1")).status == 200)
            #expect(try await inbox(client) == ["ses", "ses"])
            #expect(documents.asked.withLock { $0 } == [Self.certificate])
        }
    }

    @Test("a subscription is noted, and nothing but the certificate is visited")
    func confirmation() async throws {
        let documents = Documents()
        try await withProviders(documents) { client async throws in
            #expect(try await sendSNS(client, sns(ProviderVectors.snsConfirmation, ProviderVectors.snsConfirmationV2)).status == 200)
            #expect(try await inbox(client) == ["sns_confirmation"])
            #expect(documents.asked.withLock { $0 } == [Self.certificate])
        }
    }

    @Test("other topics, other hosts, old, raw and changed messages are refused before anything is fetched")
    func snsRefused() async throws {
        let documents = Documents()
        try await withProviders(documents) { client async throws in
            let (members, v2) = (ProviderVectors.snsNotification, ProviderVectors.snsNotificationV2)
            let stranger = members.merging(["TopicArn": "arn:aws:sns:eu-west-1:999999999999:x"]) { $1 }
            try await sendSNS(client, sns(stranger, v2)).expectProblem(401, code: "unknown_topic")
            for url in [
                "https://sns.eu-west-1.amazonaws.com.evil.test/x.pem", "http://127.0.0.1/x.pem",
                "https://sns.us-east-1.amazonaws.com/x.pem",
            ] {
                try await sendSNS(client, sns(members, v2, certificate: url)).expectProblem(401, code: "invalid_signature")
            }
            try await sendSNS(client, sns(members, v2), raw: true).expectProblem(400, code: "raw_delivery")
            try await sendSNS(client, "[]").expectProblem(400)
            try await sendSNS(client, "{}").expectProblem(400)
            let elsewhere = ProviderVectors.snsConfirmation.merging(["SubscribeURL": "https://evil.test/"]) { $1 }
            try await sendSNS(client, sns(elsewhere, ProviderVectors.snsConfirmationV2)).expectProblem(400)
            let old = members.merging(["Timestamp": "2025-12-31T22:59:59.000Z"]) { $1 }
            try await sendSNS(client, sns(old, v2)).expectProblem(401, code: "stale_timestamp")
            #expect(documents.asked.withLock { $0.isEmpty })
            let changed = members.merging(["Message": "{}"]) { $1 }
            try await sendSNS(client, sns(changed, v2)).expectProblem(401, code: "invalid_signature")
            #expect(try await inbox(client).isEmpty)
        }
    }

    @Test("SHA-1 can be refused")
    func requiresVersion2() async throws {
        try await withProviders(more: Self.settings.merging(["COMM_SES_REQUIRE_SHA256": "true"]) { $1 }) { client async throws in
            let members = ProviderVectors.snsNotification
            try await sendSNS(client, sns(members, ProviderVectors.snsNotificationV1, version: "1"))
                .expectProblem(401, code: "invalid_signature")
            #expect(try await sendSNS(client, sns(members, ProviderVectors.snsNotificationV2)).status == 200)
        }
    }

    // MARK: Twilio

    @Test("Twilio's reports are believed by the signature over the public address and all fields, and hold no number but that of a STOP")
    func twilio() async throws {
        let token = "0123456789abcdef0123456789abcdef"
        try await withProviders(more: ["COMM_TWILIO_AUTH_TOKEN": token, "COMM_PUBLIC_BASE": "https://comm.example.org"]) {
            client async throws in
            let path = "/api/webhooks/communication/twilio?ref=abc"
            func send(_ form: String, signedAs signed: String? = nil, to path: String = path) async throws -> Reply {
                let pairs = (signed ?? form).split(separator: "&").sorted().map { $0.replacing("=", with: "", maxReplacements: 1) }
                let text = "https://comm.example.org" + path + pairs.joined()
                let code = HMAC<Insecure.SHA1>.authenticationCode(for: Array(text.utf8), using: SymmetricKey(data: Array(token.utf8)))
                var headers: HTTPFields = [.contentType: "application/x-www-form-urlencoded"]
                headers[.twilioSignature] = Data(code).base64EncodedString()
                return try await client.send(.post, path, form, headers: headers)
            }
            #expect(try await send("MessageSid=SM1&MessageStatus=delivered&From=555").status == 204)
            #expect(try await send("MessageSid=SM2&Body=STOP&From=555").status == 204)
            try await send("MessageSid=SM1&MessageStatus=failed", signedAs: "MessageSid=SM1&MessageStatus=delivered")
                .expectProblem(401, code: "invalid_signature")
            try await send("From=1").expectProblem(400, field: "MessageSid")
            try await client.send(.post, path, "MessageSid=SM1").expectProblem(401, code: "invalid_signature")
            let rows = try await client.database.query("SELECT payload::text AS payload FROM event_inbox ORDER BY id")
            let payloads: [String] = try rows.map { try $0.get("payload") }
            #expect(payloads.count == 2)
            #expect(payloads.allSatisfy { $0.contains("abc") })
            #expect(payloads.count { $0.contains("stop") } == 1)
            // Whose STOP it is has to be known until it has been acted on.
            #expect(payloads.count { $0.contains("555") } == 1)
        }
    }

    // MARK: Apps

    private func sendPush(
        _ client: APIClient,
        _ body: String = #"{"type":"push.opened","message_id":"019b76da-a800-7000-8000-000000000001"}"#,
        id: String = "msg_1",
        timestamp: Int = Int(moment.timeIntervalSince1970),
        secret: String = ProviderVectors.webhookSecret,
        signedAs signed: String? = nil
    ) async throws -> Reply {
        let key = try #require(WebhookSecret(secret))
        var headers: HTTPFields = [.contentType: "application/json"]
        headers[.webhookID] = id
        headers[.webhookTimestamp] = String(timestamp)
        headers[.webhookSignature] = WebhookSignature.header(
            id: id,
            timestamp: timestamp,
            body: Array((signed ?? body).utf8),
            secrets: [key]
        )
        return try await client.send(.post, "/api/webhooks/communication/firebase", body, headers: headers)
    }

    private static let push = ["COMM_FIREBASE_WEBHOOK_SECRET": ProviderVectors.webhookSecret]

    @Test("what an app's server reports is durable when it is answered, and holds a registration only where it is about one")
    func push() async throws {
        try await withProviders(more: Self.push) { client async throws in
            #expect(try await sendPush(client).status == 200)
            #expect(try await sendPush(client, #"{"type":"token.removed","token":"t:APA91b"}"#, id: "msg_2").status == 200)
            #expect(try await sendPush(client, #"{"type":"push.opened","token":"t:APA91b","name":"Ann"}"#, id: "msg_3").status == 200)
            let rows = try await client.database.query("SELECT source, payload::text AS payload FROM event_inbox ORDER BY payload ->> 'id'")
            #expect(try rows.map { try $0.get("source") as String } == ["firebase", "firebase", "firebase"])
            let payloads: [String] = try rows.map { try $0.get("payload") }
            #expect(payloads.map { $0.contains("APA91b") } == [false, true, false])
            #expect(payloads[0].contains("msg_1") && !payloads[2].contains("Ann"))
        }
    }

    @Test("a report on a push that is changed, unsigned, signed with another secret or old is refused")
    func pushRefused() async throws {
        try await withProviders(more: Self.push) { client async throws in
            try await sendPush(client, signedAs: "{}").expectProblem(401, code: "invalid_signature")
            try await sendPush(client, secret: WebhookSecret.prefix + Data(repeating: 1, count: 32).base64EncodedString())
                .expectProblem(401, code: "invalid_signature")
            try await client.send(.post, "/api/webhooks/communication/firebase", "{}").expectProblem(401, code: "invalid_signature")
            let now = Int(Self.moment.timeIntervalSince1970)
            for timestamp in [now - 301, now + 301] {
                try await sendPush(client, timestamp: timestamp).expectProblem(401, code: "stale_timestamp")
            }
            for timestamp in [now - 300, now + 300] { #expect(try await sendPush(client, timestamp: timestamp).status == 200) }
            try await sendPush(client, "{").expectProblem(400)
            try await sendPush(client, "[]").expectProblem(400)
            try await sendPush(client, "{}").expectProblem(400, field: "type")
            #expect(try await inbox(client) == ["firebase", "firebase"])
        }
    }

    // MARK: Mailgun

    private func sendMailgun(
        _ client: APIClient,
        event: String = "e1",
        signature: String = ProviderVectors.mailgunSignature,
        path: String = "/api/webhooks/communication/mailgun"
    ) async throws -> Reply {
        let body = """
            {"signature":{"timestamp":"\(ProviderVectors.mailgunTimestamp)","token":"\(ProviderVectors.mailgunToken)",
             "signature":"\(signature)"},"event-data":{"event":"delivered","id":"\(event)","timestamp":1767225600.1}}
            """
        return try await client.send(.post, path, body)
    }

    /// Redis is shared by the tests of a run.
    private func forgetToken() async throws {
        _ = try await TestRedis.current.client.send(["DEL", "comm:webhook_token:mailgun:\(ProviderVectors.mailgunToken)"])
    }

    @Test("Mailgun's report is taken at both addresses; its token is good for one event", .redis)
    func mailgun() async throws {
        try await forgetToken()
        try await withProviders { client async throws in
            #expect(try await sendMailgun(client).status == 200)
            #expect(try await sendMailgun(client, path: "/api/email-reliability/webhook/mailgun").status == 200)
            try await sendMailgun(client, event: "e2").expectProblem(406, code: "token_reused")
            #expect(try await inbox(client) == ["mailgun", "mailgun"])
            try await forgetToken()
        }
    }

    @Test("a wrong or old signature of Mailgun's is refused")
    func mailgunRefused() async throws {
        try await withProviders { client async throws in
            for signature in [ProviderVectors.mailgunSignature.uppercased(), String(repeating: "0", count: 64), ""] {
                try await sendMailgun(client, signature: signature).expectProblem(401, code: "invalid_signature")
            }
            try await client.send(.post, "/api/webhooks/communication/mailgun", "{").expectProblem(400)
            try await client.send(.post, "/api/webhooks/communication/mailgun", "{}").expectProblem(401, code: "invalid_signature")
            client.time.advance(by: 901)
            try await sendMailgun(client).expectProblem(401, code: "stale_timestamp")
            #expect(try await inbox(client).isEmpty)
        }
    }
}
