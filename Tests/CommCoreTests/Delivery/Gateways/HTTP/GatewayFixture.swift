import CommTesting
import Foundation
import Logging

@testable import CommCore

/// A gateway to a stub server, and batches for it.
struct GatewayFixture {
    static let now = Date(timeIntervalSince1970: 1_795_224_198)

    let time = ManualTime(now)
    let tenant = UUID()
    let campaign = UUID()

    static func provider(_ name: String, base: String) throws -> HTTPGatewaySettings.Provider {
        switch name {
        case "postal": .postal(PostalSettings(base: base, apiKey: Secret("postal-key")))
        case "ses":
            .ses(
                SESSettings(
                    region: "eu-west-1",
                    endpoint: base,
                    accessKeyID: "AKIDEXAMPLE",
                    secretAccessKey: Secret("ses-secret"),
                    configurationSet: "events"
                )
            )
        case "twilio":
            .twilio(
                TwilioSettings(
                    base: base,
                    accountSID: "AC00000000000000000000000000000001",
                    secret: Secret("twilio-token"),
                    sender: .number("+15005550006"),
                    callback: "https://comm.test/api/webhooks/communication/twilio"
                )
            )
        case "fcm": .fcm(try fcm(base: base))
        default: .mailgun(MailgunSettings(base: base, domain: "mg.shop.test", apiKey: Secret("mailgun-key")))
        }
    }

    static func fcm(base: String) throws -> FCMSettings {
        let account = try ServiceAccount(json: ProviderVectors.serviceAccount(), tokenURI: base + "/token")
        return FCMSettings(base: base, projectID: "demo-project", account: account)
    }

    /// Addresses of the channel that a provider serves.
    static func recipients(_ count: Int, of name: String) -> [String] {
        (0..<count).map { number in
            switch name {
            case "twilio": "+1415555\(1_000 + number)"
            case "fcm": "token-\(number):APA91b-\(String(repeating: "x", count: 20))"
            default: "p\(number)@x.test"
            }
        }
    }

    func gateway(
        _ name: String,
        base: String,
        connections: Int = 3,
        timeout: Duration = .seconds(20),
        memory: HandoverMemory? = nil,
        faults: FaultPoints = .none
    ) throws -> HTTPGateway {
        try HTTPGateway(
            HTTPGatewaySettings(provider: Self.provider(name, base: base), connections: connections, timeout: timeout),
            memory: memory,
            time: time,
            faults: faults,
            logger: .silent
        )
    }

    func batch(
        _ recipients: [String],
        isRepeat: Bool = false,
        origin: MessageOrigin? = nil,
        text: String? = nil,
        _ change: (inout MessageEnvelope) -> Void = { _ in }
    ) throws -> HandoverBatch {
        let program = RenderProgram(
            fields: ["name"],
            subject: [.literal("Hallo "), .field(0, default: "you", .header)],
            html: [.literal("<p>Hi "), .field(0, default: "you", .html), .literal("</p>")],
            text: text.map { [.literal($0)] } ?? [.literal("Hi "), .field(0, default: "you", .text)],
            links: []
        )
        let key = try LinkTokenKey(id: "k1", secret: Array(repeating: 7, count: 32))
        let bases = try LinkBases(tracking: "https://track.test", publicBase: "https://comm.test")
        var envelope = MessageEnvelope(
            tenantID: tenant,
            origin: origin ?? .campaign(campaign),
            title: "Spring",
            motorBlockID: UUID(),
            artifactID: UUID(),
            fromAddress: "me@shop.test",
            fromName: "Jörg \"Shop\"",
            unsubscribeMailto: "unsub@shop.test"
        )
        change(&envelope)
        return HandoverBatch(
            envelope: envelope,
            renderer: try MessageRenderer(program: program, bases: bases, signer: LinkTokenSigner(key: key)),
            scope: HandoverScope(campaignID: campaign, chunk: 1),
            messages: recipients.map { message($0) },
            isRepeat: isRepeat
        )
    }

    func message(_ recipient: String, _ value: String = "Zoë") -> OutgoingMessage {
        OutgoingMessage(id: UUIDv7.make(at: time.now), contactID: UUID(), recipient: recipient, mergeValues: [value])
    }

    /// What each provider says when it took a message.
    static func acceptance(_ name: String) -> String {
        switch name {
        case "postal":
            #"{"status":"success","time":0.1,"flags":{},"data":{"message_id":"x@rp","messages":{"a@b.test":{"id":7,"token":"t"}}}}"#
        case "ses": #"{"MessageId":"0100018f-aa-000000"}"#
        case "twilio": #"{"sid":"SM00000000000000000000000000000001","status":"queued","num_segments":"1"}"#
        case "fcm": #"{"name":"projects/demo-project/messages/0:1500415314455276%31bd1c9631bd1c96"}"#
        default: #"{"id":"<20260101.1@mg.shop.test>","message":"Queued. Thank you."}"#
        }
    }
}
