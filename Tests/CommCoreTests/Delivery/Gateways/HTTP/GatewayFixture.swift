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

    static func provider(_ name: String, base: String) -> HTTPGatewaySettings.Provider {
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
        default: .mailgun(MailgunSettings(base: base, domain: "mg.shop.test", apiKey: Secret("mailgun-key")))
        }
    }

    func gateway(
        _ name: String,
        base: String,
        connections: Int = 3,
        timeout: Duration = .seconds(20),
        memory: HandoverMemory? = nil,
        faults: FaultPoints = .none
    ) -> HTTPGateway {
        HTTPGateway(
            HTTPGatewaySettings(provider: Self.provider(name, base: base), connections: connections, timeout: timeout),
            memory: memory,
            time: time,
            faults: faults,
            logger: .silent
        )
    }

    func batch(_ recipients: [String], isRepeat: Bool = false) throws -> HandoverBatch {
        let program = RenderProgram(
            fields: ["name"],
            subject: [.literal("Hallo "), .field(0, default: "you", .header)],
            html: [.literal("<p>Hi "), .field(0, default: "you", .html), .literal("</p>")],
            text: [.literal("Hi "), .field(0, default: "you", .text)],
            links: []
        )
        let key = try LinkTokenKey(id: "k1", secret: Array(repeating: 7, count: 32))
        let bases = try LinkBases(tracking: "https://track.test", publicBase: "https://comm.test")
        return HandoverBatch(
            envelope: MessageEnvelope(
                tenantID: tenant,
                origin: .campaign(campaign),
                title: "Spring",
                motorBlockID: UUID(),
                artifactID: UUID(),
                fromAddress: "me@shop.test",
                fromName: "Jörg \"Shop\"",
                unsubscribeMailto: "unsub@shop.test"
            ),
            renderer: try MessageRenderer(program: program, bases: bases, signer: LinkTokenSigner(key: key)),
            scope: HandoverScope(campaignID: campaign, chunk: 1),
            messages: recipients.map {
                OutgoingMessage(id: UUIDv7.make(at: time.now), contactID: UUID(), recipient: $0, mergeValues: ["Zoë"])
            },
            isRepeat: isRepeat
        )
    }

    /// What each provider says when it took a mail.
    static func acceptance(_ name: String) -> String {
        switch name {
        case "postal":
            #"{"status":"success","time":0.1,"flags":{},"data":{"message_id":"x@rp","messages":{"a@b.test":{"id":7,"token":"t"}}}}"#
        case "ses": #"{"MessageId":"0100018f-aa-000000"}"#
        default: #"{"id":"<20260101.1@mg.shop.test>","message":"Queued. Thank you."}"#
        }
    }
}
