import CommTesting
import Foundation
import Testing

@testable import CommCore

@Suite("Firebase Cloud Messaging", .timeLimit(.minutes(1)))
struct FCMProviderTests {
    private let fixture = GatewayFixture()

    private func with(_ body: (HTTPGateway, FCMStub) async throws -> Void) async throws {
        let stub = try await FCMStub.start(time: fixture.time)
        let gateway = try fixture.gateway("fcm", base: stub.server.base)
        do {
            try await body(gateway, stub)
            await gateway.close()
            try await stub.server.close()
        } catch {
            await gateway.close()
            try? await stub.server.close()
            throw error
        }
    }

    private func batch(_ count: Int = 1, _ change: (inout MessageEnvelope) -> Void = { _ in }) throws -> HandoverBatch {
        try fixture.batch(GatewayFixture.recipients(count, of: "fcm"), origin: .request(UUID())) { envelope in
            envelope.channel = .push
            envelope.isMarketing = false
            change(&envelope)
        }
    }

    private func document(_ stub: FCMStub) throws -> [String: Any] {
        let body = try #require(stub.server.messages.last?.body)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any])
        return try #require(object["message"] as? [String: Any])
    }

    @Test func `a push has title, text, data, a life and our id, as Firebase wants them`() async throws {
        try await with { gateway, stub async throws in
            let batch = try batch {
                $0.options.pushData = ["order": "42"]
                $0.expiresAt = fixture.time.now.addingTimeInterval(3_600)
            }
            #expect(gateway.channel == .push)
            #expect(try await gateway.handOver(batch) == [.sent])
            let message = try document(stub)
            let id = batch.messages[0].id.uuidString.lowercased()
            #expect(message["token"] as? String == batch.messages[0].recipient)
            #expect(message["notification"] as? [String: String] == ["title": "Hallo Zoë", "body": "Hi Zoë"])
            let data = try #require(message["data"] as? [String: String])
            #expect(data["mid"] == id && data["order"] == "42" && data.count == 3)
            #expect(data["ref"].flatMap(MessageReference.init) == batch.reference(of: batch.messages[0]))
            let android = try #require(message["android"] as? [String: Any])
            #expect(
                android["collapse_key"] as? String == id && android["ttl"] as? String == "3600s" && android["priority"] as? String == "HIGH"
            )
            let apns = (message["apns"] as? [String: Any])?["headers"] as? [String: String]
            let end = Int(fixture.time.now.timeIntervalSince1970) + 3_600
            #expect(apns?["apns-collapse-id"] == id && apns?["apns-expiration"] == String(end))
        }
    }

    @Test func `marketing does not wake a device, and lives as long as Firebase keeps it`() async throws {
        try await with { gateway, stub async throws in
            #expect(try await gateway.handOver(try batch { $0.isMarketing = true }) == [.sent])
            let android = try #require(try document(stub)["android"] as? [String: Any])
            #expect(android["priority"] as? String == "NORMAL" && android["ttl"] == nil)
        }
    }

    @Test func `one token is asked for whoever waits, kept, and asked for again before its end`() async throws {
        try await with { gateway, stub async throws in
            #expect(try await gateway.handOver(try batch(30)) == Array(repeating: .sent, count: 30))
            #expect(stub.granted == 1)
            fixture.time.advance(by: 3_599 - FCMAccessToken.reserve - 1)
            #expect(try await gateway.handOver(try batch(3)) == Array(repeating: .sent, count: 3))
            #expect(stub.granted == 1)
            fixture.time.advance(by: 2)
            #expect(try await gateway.handOver(try batch(3)) == Array(repeating: .sent, count: 3))
            #expect(stub.granted == 2)
        }
    }

    @Test func `a token that is refused is replaced once, and the message goes out`() async throws {
        try await with { gateway, stub async throws in
            #expect(try await gateway.handOver(try batch(3)) == Array(repeating: .sent, count: 3))
            stub.revoke()
            fixture.time.advance(by: 60)
            #expect(try await gateway.handOver(try batch(9)) == Array(repeating: .sent, count: 9))
            #expect(stub.granted == 2)
        }
    }

    @Test func `when no token is accepted or given the gateway pauses, and nobody is used up`() async throws {
        try await with { gateway, stub async throws in
            stub.answer(FCMStub.error(401, "UNAUTHENTICATED"), FCMStub.error(401, "UNAUTHENTICATED"))
            let refused = await #expect(throws: GatewayOutage.self) { try await gateway.handOver(try batch()) }
            #expect(refused?.kind == .configuration)
            #expect(stub.server.messages.count == 2)
        }
        try await with { gateway, stub async throws in
            stub.deny()
            let denied = await #expect(throws: GatewayOutage.self) { try await gateway.handOver(try batch(4)) }
            #expect(denied == GatewayOutage(kind: .configuration, reason: "no access token: invalid_grant"))
            #expect(stub.server.messages.isEmpty)
        }
    }

    // MARK: Answers

    private static let wrong = "The registration token is not a valid FCM registration token"

    @Test(arguments: [
        (FCMStub.error(404, "NOT_FOUND", code: "UNREGISTERED", message: "Requested entity was not found."), "recipient"),
        (FCMStub.error(400, "INVALID_ARGUMENT", code: "INVALID_ARGUMENT", message: wrong), "recipient"),
        (FCMStub.error(400, "INVALID_ARGUMENT", code: "INVALID_ARGUMENT", message: wrong, bad: true), "request"),
        (FCMStub.error(400, "INVALID_ARGUMENT", bad: true), "request"),
        (FCMStub.error(403, "PERMISSION_DENIED", code: "SENDER_ID_MISMATCH"), "recipient"),
    ])
    func `a registration that is gone is the recipient's fault, a faulty request is not`(answer: StubServer.Reaction, kind: String)
        async throws
    {
        try await with { gateway, stub async throws in
            stub.answer(answer)
            guard case .failed(let reason) = try await gateway.handOver(try batch())[0] else { return #expect(Bool(false), "not failed") }
            #expect(reason.hasPrefix("\(kind): "))
            #expect(try await gateway.hasRoom())
        }
    }

    @Test(arguments: [
        (FCMStub.error(401, "UNAUTHENTICATED", code: "THIRD_PARTY_AUTH_ERROR"), GatewayOutage.Kind.configuration, 0.0),
        (FCMStub.error(403, "PERMISSION_DENIED"), .configuration, 0), (FCMStub.error(404, "NOT_FOUND"), .configuration, 0),
        (FCMStub.error(429, "RESOURCE_EXHAUSTED", code: "QUOTA_EXCEEDED"), .throttled, 60),
        (FCMStub.error(503, "UNAVAILABLE", code: "UNAVAILABLE"), .away, 10), (FCMStub.error(500, "INTERNAL", code: "INTERNAL"), .away, 10),
    ])
    func `trouble of Firebase's or ours uses up nobody`(answer: StubServer.Reaction, kind: GatewayOutage.Kind, pause: Double) async throws {
        try await with { gateway, stub async throws in
            stub.answer(answer)
            let outage = await #expect(throws: GatewayOutage.self) { try await gateway.handOver(try batch()) }
            #expect(outage?.kind == kind)
            #expect(outage?.until == (pause > 0 ? fixture.time.now.addingTimeInterval(pause) : nil))
            #expect(try await gateway.hasRoom() == false)
        }
    }

    @Test func `Retry-After is waited for, and what has no name is tried later for itself`() async throws {
        try await with { gateway, stub async throws in
            let body = #"{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","message":"x"}}"#
            stub.answer(.answer(429, [("Retry-After", "120")], body))
            let outage = await #expect(throws: GatewayOutage.self) { try await gateway.handOver(try batch()) }
            #expect(outage?.until == fixture.time.now.addingTimeInterval(120))
        }
        try await with { gateway, stub async throws in
            stub.answer(FCMStub.error(400, "INVALID_ARGUMENT", code: "UNSPECIFIED_ERROR"))
            guard case .deferred = try await gateway.handOver(try batch())[0] else { return #expect(Bool(false), "not deferred") }
            #expect(try await gateway.hasRoom())
        }
    }

    @Test func `many registrations of another project in a row say that the account is wrong`() async throws {
        try await with { gateway, stub async throws in
            let foreign = FCMStub.error(403, "PERMISSION_DENIED", code: "SENDER_ID_MISMATCH")
            for _ in 1..<FCMProvider.foreignTokens {
                stub.answer(foreign)
                guard case .failed = try await gateway.handOver(try batch())[0] else { return #expect(Bool(false), "not failed") }
            }
            stub.answer(foreign)
            let outage = await #expect(throws: GatewayOutage.self) { try await gateway.handOver(try batch()) }
            #expect(outage?.kind == .configuration)
        }
    }

    // MARK: Messages that are none

    private func refusal(
        token: String = "t:APA91b",
        title: String = "Hi",
        data: [String: String] = [:]
    ) -> RefusalClass? {
        do {
            _ = try PushMessage(
                reference: MessageReference(tenantID: UUID(), campaignID: nil, messageID: UUID()),
                token: token,
                title: title,
                body: "",
                data: data,
                isUrgent: true,
                expiresAt: nil
            )
            return nil
        } catch {
            return error.kind
        }
    }

    @Test func `what Firebase would not take is not put to it`() {
        #expect(refusal() == nil)
        #expect(refusal(token: "") == .recipient && refusal(token: "a b") == .recipient)
        #expect(refusal(token: String(repeating: "t", count: ChannelAddress.longestToken + 1)) == .recipient)
        #expect(refusal(title: String(repeating: "x", count: PushMessage.largest)) == .size)
        #expect(refusal(title: "") == .request && refusal(title: "", data: ["a": "b"]) == nil)
        for key in ["from", "message_type", "google.x", "gcm.notification.x", "mid", "ref", ""] {
            #expect(refusal(data: [key: "v"]) == .request)
        }
    }
}
