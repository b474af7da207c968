import CommTesting
import Foundation
import Logging
import Postgres
import Redis
import Testing

@testable import CommCore

@Suite("Text messages and pushes from the queue to their providers", .database, .redis, .timeLimit(.minutes(4)))
struct ChannelDispatchTests {
    private let time = ManualTime(GatewayFixture.now)
    private let client = TestDatabase.current.client

    private func dispatcher(_ gateway: any Gateway) throws -> Dispatcher {
        Dispatcher(
            stores: try SenderBench.stores(TestDatabase.current.client(role: "comm_worker")),
            router: HandoverRouter(gateway, time: time),
            settings: DispatchSettings(owner: "bench"),
            time: time,
            faults: .none
        )
    }

    private func gateway(_ name: String, base: String, faults: FaultPoints = .none) throws -> HTTPGateway {
        let redis = try TestRedis.current
        return HTTPGateway(
            HTTPGatewaySettings(provider: try GatewayFixture.provider(name, base: base), connections: 4),
            memory: HandoverMemory(redis: redis.client, gateway: name, prefix: redis.key("comm")),
            time: time,
            faults: faults,
            logger: .silent
        )
    }

    private func drain(_ dispatcher: Dispatcher) async throws {
        var after: UUID?
        while try await dispatcher.dispatchExpress(.transactional, after: &after) {}
    }

    private func processInbox() async throws {
        let processor = InboxProcessor(client: TestDatabase.current.client(role: "comm_worker"), time: time, logger: .silent)
        while try await processor.processBatch() > 0 {}
    }

    @Test func `what a number or its owner will not take is not put to it again`() async throws {
        let server = try await StubServer.start { request in
            let fields = FormText.decode(request.body) ?? []
            return switch fields.first(where: { $0.name == "To" })?.value {
            case "+14155550101": .answer(400, #"{"code":21610,"message":"+14155550101 has opted out","status":400}"#)
            case "+14155550102": .answer(400, #"{"code":21614,"message":"not a mobile number","status":400}"#)
            case "+14155550103": .answer(400, #"{"code":21617,"message":"too long","status":400}"#)
            default: .answer(201, GatewayFixture.acceptance("twilio"))
            }
        }
        let gateway = try gateway("twilio", base: server.base)
        let dispatcher = try dispatcher(gateway)
        let fixture = try await RequestFixture(time: time)
        let numbers = (100...103).map { "+14155550\($0)" }
        let first = try await fixture.enqueue(numbers, channel: .sms)
        try await drain(dispatcher)
        #expect(
            try await fixture.outcomes(first)
                == [
                    "sent", "failed:opted_out: 21610 <address> has opted out", "failed:recipient: 21614 not a mobile number",
                    "failed:request: 21617 too long",
                ]
        )
        try await processInbox()
        #expect(try await fixture.suppressions() == ["+14155550101 unsubscribe", "+14155550102 bounce"])
        time.advance(by: 1)
        let again = try await fixture.enqueue(numbers, channel: .sms)
        try await drain(dispatcher)
        #expect(
            try await fixture.outcomes(again) == ["sent", "suppressed:unsubscribe", "suppressed:bounce", "failed:request: 21617 too long"]
        )
        #expect(server.requests.count == 6)
        // Of mail to the same people nothing is known.
        let types = try await client.query("SELECT type || ' ' || source AS type FROM email_events ORDER BY type")
        #expect(try types.map { try $0.get("type") as String } == ["bounced twilio", "unsubscribed twilio"])
        await gateway.close()
        try await server.close()
    }

    @Test func `a registration that Firebase does not know is not put to it again`() async throws {
        let stub = try await FCMStub.start(time: time)
        let gateway = try gateway("fcm", base: stub.server.base)
        let dispatcher = try dispatcher(gateway)
        let fixture = try await RequestFixture(time: time)
        let tokens = ["first:APA91b-registration-of-a-device", "second:APA91b-registration-of-a-device"]
        stub.answer(FCMStub.error(404, "NOT_FOUND", code: "UNREGISTERED"))
        let first = try await fixture.enqueue([tokens[0]], channel: .push)
        try await drain(dispatcher)
        #expect(try await fixture.outcomes(first) == ["failed:recipient: UNREGISTERED x"])
        try await processInbox()
        time.advance(by: 1)
        let again = try await fixture.enqueue(tokens, channel: .push)
        try await drain(dispatcher)
        #expect(try await fixture.outcomes(again) == ["suppressed:bounce", "sent"])
        #expect(stub.server.messages.count == 2)
        await gateway.close()
        try await stub.server.close()
    }

    @Test(arguments: ["twilio", "fcm"])
    func `a sender that dies between answer and record leaves an unknown outcome, never a second message`(name: String) async throws {
        let stub = try await FCMStub.start(time: time)
        let server = try await StubServer.start { _ in .answer(201, GatewayFixture.acceptance("twilio")) }
        let base = name == "fcm" ? stub.server.base : server.base
        let fixture = try await RequestFixture(time: time)
        let ids = try await fixture.enqueue(GatewayFixture.recipients(1, of: name), channel: name == "fcm" ? .push : .sms)
        let dying = try gateway(name, base: base, faults: try FaultPoints(parsing: "gateway.after:1:error"))
        try await drain(try dispatcher(dying))
        await dying.close()
        time.advance(by: 3_600)
        let gateway = try gateway(name, base: base)
        try await drain(try dispatcher(gateway))
        #expect(try await fixture.outcomes(ids) == ["unknown:its sender stopped while it was handed over"])
        #expect(stub.server.messages.count + server.messages.count == 1)
        await gateway.close()
        try await server.close()
        try await stub.server.close()
    }

    @Test(arguments: Channel.allCases)
    func `the log takes messages of every channel and names nobody`(channel: Channel) async throws {
        let (recipient, word) =
            switch channel {
            case .email: ("ann@ex.test", "log")
            case .sms: ("+14155550123", "log_sms")
            case .push: ("token:APA91b-registration-of-a-device", "log_push")
            }
        let records = LogRecords()
        let gateway = LogGateway(channel: channel, showsContent: false, logger: records.logger)
        #expect(gateway.name == word && gateway.channel == channel)
        let fixture = try await RequestFixture(time: time)
        let ids = try await fixture.enqueue([recipient], channel: channel)
        try await drain(try dispatcher(gateway))
        #expect(try await fixture.outcomes(ids) == ["sent"])
        #expect(records.text.contains(ids[0].uuidString) && !records.text.contains(recipient) && !records.text.contains("code"))
    }
}
