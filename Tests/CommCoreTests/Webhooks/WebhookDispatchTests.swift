import CommTesting
import Foundation
import Postgres
import Synchronization
import Testing

@testable import CommCore

@Suite("Webhooks to a server that misbehaves", .database)
struct WebhookDispatchTests {
    private static let reactions: [StubServer.Reaction] = [
        .hang, .hangUp, .garbage, .answer(302, [("Location", "http://127.0.0.1:1/")], ""), .answer(503, [("Retry-After", "7200")], ""),
        .answer(404, ""),
    ]

    private func types(_ server: StubServer) -> [String] {
        server.requests.map { String($0.told.type.dropFirst("message.".count)) }
    }

    @Test("each event is told once, in order, signed, with what was asked to be added")
    func happy() async throws {
        let bench = try await WebhookBench()
        let server = try await StubServer.start { _ in .answer(204, "") }
        let made = try await bench.endpoint(server.base + "/hook?x=1") { $0.headers = ["X-Api-Key": "k1"] }
        let events = try await bench.record([.sent, .delivered, .clicked])
        try await bench.drain(bench.dispatcher())
        #expect(types(server) == ["sent", "delivered", "clicked"])
        #expect(server.requests.map(\.told.id) == events.map { EventFact.id(of: $0.id) })
        let secret = try #require(WebhookSecret(made.secret))
        for request in server.requests {
            #expect(request.method == "POST" && request.path == "/hook?x=1" && request.headers["x-api-key"] == "k1")
            #expect(request.headers["content-type"] == "application/json" && request.headers["user-agent"] == WebhookSender.userAgent)
            #expect(
                WebhookSignature.verify(
                    header: request.headers["webhook-signature"] ?? "",
                    id: request.told.id,
                    timestamp: request.headers["webhook-timestamp"] ?? "",
                    body: request.body,
                    secret: secret,
                    now: Int(bench.time.now.timeIntervalSince1970)
                )
            )
        }
        let attempts = try await bench.attempts(made.endpoint.id)
        #expect(
            attempts.map(\.outcome) == ["delivered", "delivered", "delivered"]
                && attempts.allSatisfy { $0.status == 204 && $0.attempt == 1 }
        )
        let stats = try await bench.log.stats(tenantID: bench.tenantID, endpointID: made.endpoint.id, since: bench.time.now)
        #expect(stats.total.delivered == 3 && stats.total.failed == 0 && stats.behind == 0 && stats.pending == 0)
        try await bench.drain(bench.dispatcher("other"))
        #expect(server.requests.count == 3)
        try await server.close()
    }

    @Test("only what is wanted is told, and only what happens after the endpoint was made")
    func filtered() async throws {
        let bench = try await WebhookBench()
        let server = try await StubServer.start { _ in .answer(200, "ok") }
        _ = try await EventFeedRepository(client: bench.api, time: bench.time).open(tenantID: bench.tenantID)
        try await bench.record([.bounced])
        let made = try await bench.endpoint(server.base, types: ["bounced", "message.complained"])
        try await bench.record([.sent, .bounced, .delivered, .complained])
        try await bench.drain(bench.dispatcher())
        #expect(types(server) == ["bounced", "complained"])
        #expect(try await bench.get(made.endpoint.id).state.behind == 0)
        try await server.close()
    }

    @Test("an endpoint that fails keeps its order: what comes after waits, and the same id is sent again")
    func failing() async throws {
        let bench = try await WebhookBench()
        let failures = Mutex(2)
        let server = try await StubServer.start { request in
            guard request.told.type == "message.delivered" else { return .answer(200, "") }
            let isFailing = failures.withLock { left in
                left -= 1
                return left >= 0
            }
            return isFailing ? .answer(500, "try \u{1B}[31m again") : .answer(200, "")
        }
        let made = try await bench.endpoint(server.base)
        try await bench.record([.sent, .delivered, .clicked])
        let dispatcher = bench.dispatcher()
        try await bench.drain(dispatcher)
        #expect(types(server) == ["sent", "delivered"])
        var endpoint = try await bench.get(made.endpoint.id)
        #expect(endpoint.state.failures == 1 && endpoint.state.lastError == "answered 500" && endpoint.state.failingSince == bench.time.now)
        bench.time.advance(by: 3)
        try await bench.drain(dispatcher)
        #expect(server.requests.count == 2)
        for pause in [4.0, 40] {
            bench.time.advance(by: pause)
            try await bench.drain(dispatcher)
        }
        #expect(types(server) == ["sent", "delivered", "delivered", "delivered", "clicked"])
        #expect(Set(server.requests[1...3].map(\.told.id)).count == 1)
        let attempts = try await bench.attempts(made.endpoint.id)
        #expect(attempts.prefix(3).map(\.outcome) == ["delivered", "failed", "failed"])
        #expect(attempts.map(\.attempt).sorted() == [1, 1, 1, 2, 3] && attempts.count { $0.outcome == "delivered" } == 3)
        #expect(attempts[1].response == "try [31m again" && attempts[1].retryAt != nil)
        endpoint = try await bench.get(made.endpoint.id)
        #expect(endpoint.state.failures == 0 && endpoint.state.failingSince == nil && endpoint.state.behind == 0)
        try await server.close()
    }

    @Test(
        "whatever goes wrong is a failure with its reason, and is tried again",
        arguments: zip(reactions, ["no answer in time", "closed", "no connection", "redirects", "503", "404"])
    )
    func misbehaving(reaction: StubServer.Reaction, reason: String) async throws {
        let bench = try await WebhookBench()
        let server = try await StubServer.start { _ in reaction }
        let made = try await bench.endpoint(server.base)
        try await bench.record([.delivered, .clicked])
        try await bench.drain(bench.dispatcher(timeout: reason.contains("time") ? .seconds(1) : .seconds(20)))
        let attempts = try await bench.attempts(made.endpoint.id)
        #expect(attempts.count == 1 && attempts[0].outcome == "failed" && attempts[0].retryAt != nil)
        #expect(attempts[0].error?.contains(reason) == true, "\(attempts[0].error ?? "")")
        #expect(types(server) == ["delivered"])
        if reason == "503" { #expect(attempts[0].retryAt.map { $0 >= bench.time.now.addingTimeInterval(7_200) } == true) }
        try await server.close()
    }

    @Test("a host that is not known, refuses the connection or leads to a private address is a failure, and nothing is connected to")
    func unreachable() async throws {
        let bench = try await WebhookBench()
        let server = try await StubServer.start { _ in .answer(200, "") }
        let names = WebhookBench.Names(known: ["hooks.example.com": ["127.0.0.1"]])
        let unknown = try await bench.endpoint("https://gone.example.com/").endpoint.id
        let rebound = try await bench.endpoint("https://hooks.example.com:\(server.port)/").endpoint.id
        let closed = try await bench.endpoint("http://127.0.0.1:1/").endpoint.id
        try await bench.record([.delivered])
        try await bench.drain(bench.dispatcher(names: names, policy: TargetPolicy(targets: .public, ports: [443, server.port])))
        #expect(try await bench.attempts(unknown).first?.error == "the host is not known")
        #expect(try await bench.attempts(rebound).first?.error == "the host leads to an address that is not public")
        #expect(try await bench.attempts(closed).first?.error?.contains("https") == true)
        #expect(server.requests.isEmpty)
        bench.time.advance(by: 60)
        try await bench.drain(bench.dispatcher(names: names))
        #expect(try await bench.attempts(closed).last?.error?.contains("no connection") == true)
        try await server.close()
    }

    @Test("the connection goes to the address that was looked up, under the name that was asked for")
    func pinned() async throws {
        let bench = try await WebhookBench()
        let server = try await StubServer.start { _ in .answer(200, "") }
        _ = try await bench.endpoint("http://hooks.example.com:\(server.port)/in")
        try await bench.record([.delivered])
        try await bench.drain(bench.dispatcher(names: WebhookBench.Names(known: ["hooks.example.com": ["127.0.0.1"]])))
        #expect(server.requests.map { $0.headers["host"] } == ["hooks.example.com:\(server.port)"])
        try await server.close()
    }

    @Test("a huge answer is read in part only and does not matter")
    func huge() async throws {
        let bench = try await WebhookBench()
        let server = try await StubServer.start { _ in .answer(200, String(repeating: "x", count: 20_000_000)) }
        let made = try await bench.endpoint(server.base)
        try await bench.record([.delivered, .clicked])
        try await bench.drain(bench.dispatcher())
        let attempts = try await bench.attempts(made.endpoint.id)
        #expect(attempts.map(\.outcome) == ["delivered", "delivered"])
        #expect(attempts.allSatisfy { $0.response?.count == WebhookResult.longestResponse })
        try await server.close()
    }

    @Test("410 ends it, the owner sees why, other endpoints are told, and a test still goes out")
    func gone() async throws {
        let bench = try await WebhookBench()
        let server = try await StubServer.start { _ in .answer(410, "") }
        let other = try await StubServer.start { _ in .answer(200, "") }
        let made = try await bench.endpoint(server.base)
        _ = try await bench.endpoint(other.base, types: ["webhook.*"])
        try await bench.record([.delivered, .clicked])
        try await bench.drain(bench.dispatcher())
        let endpoint = try await bench.get(made.endpoint.id)
        #expect(!endpoint.isEnabled && endpoint.disabledReason == .gone && endpoint.disabledAt == bench.time.now)
        #expect(server.requests.count == 1)
        let notice = try #require(other.requests.first)
        #expect(other.requests.count == 1 && notice.told.type == "webhook.disabled")
        #expect(String(decoding: notice.body, as: UTF8.self).contains(#""reason":"gone""#))
        let audit = try await AuditRepository(client: bench.api).page(tenantID: bench.tenantID).entries
        #expect(audit.contains { $0.eventType == "webhook_disabled" && $0.actor == "system" && $0.resourceID == endpoint.id })
        _ = try await bench.requests.test(tenantID: bench.tenantID, endpointID: endpoint.id, type: "message.bounced")
        try await bench.drain(bench.dispatcher())
        #expect(types(server) == ["delivered", "bounced"])
        try await server.close()
        try await other.close()
    }

    @Test("an endpoint that takes nothing for five days is disabled; enabled again it goes on where it stopped, or with what is new")
    func disabledByFailing() async throws {
        let bench = try await WebhookBench()
        let isUp = Mutex(false)
        let server = try await StubServer.start { _ in isUp.withLock { $0 } ? .answer(200, "") : .answer(500, "") }
        let made = try await bench.endpoint(server.base)
        try await bench.record([.sent])
        let dispatcher = bench.dispatcher()
        var hours = 0
        while try await bench.get(made.endpoint.id).isEnabled, hours < 200 {
            try await bench.drain(dispatcher)
            bench.time.advance(by: 3_600)
            hours += 1
            if hours % 24 == 1 { try await bench.record([.delivered]) }
        }
        #expect((119...123).contains(hours), "\(hours)")
        #expect(try await bench.get(made.endpoint.id).disabledReason == .failing)
        let log = try await bench.attempts(made.endpoint.id)
        #expect(log.contains { $0.outcome == "given_up" })
        isUp.withLock { $0 = true }
        let told = server.requests.count
        try await bench.drain(dispatcher)
        #expect(server.requests.count == told)
        var draft = WebhookDraft()
        draft.isEnabled = true
        _ = try await bench.endpoints.update(tenantID: bench.tenantID, id: made.endpoint.id, draft)
        try await bench.drain(dispatcher)
        let endpoint = try await bench.get(made.endpoint.id)
        #expect(endpoint.isEnabled && endpoint.state.behind == 0 && endpoint.disabledReason == nil)
        #expect(server.requests.count > told)
        draft.isEnabled = false
        _ = try await bench.endpoints.update(tenantID: bench.tenantID, id: made.endpoint.id, draft)
        try await bench.record([.clicked])
        draft.isEnabled = true
        draft.skipsMissed = true
        let before = server.requests.count
        _ = try await bench.endpoints.update(tenantID: bench.tenantID, id: made.endpoint.id, draft)
        try await bench.drain(dispatcher)
        #expect(server.requests.count == before)
        try await server.close()
    }

    @Test("two workers tell nothing twice, and an endpoint belongs to one of them at a time")
    func twoWorkers() async throws {
        let bench = try await WebhookBench()
        let server = try await StubServer.start { _ in .answer(200, "") }
        for path in ["/a", "/b", "/c"] { _ = try await bench.endpoint(server.base + path) }
        for _ in 0..<10 { try await bench.record([.deferred, .deferred, .deferred], campaign: .some(nil)) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for name in ["one", "two", "three"] {
                let dispatcher = bench.dispatcher(name)
                group.addTask { try await bench.drain(dispatcher) }
            }
            try await group.waitForAll()
        }
        for path in ["/a", "/b", "/c"] {
            let ids = server.requests.filter { $0.path == path }.map(\.told.id)
            #expect(ids.count == 30 && Set(ids).count == 30, "\(path): \(ids.count)")
        }
        try await server.close()
    }

    @Test("what a worker sent and did not record is sent again under the same id, by whoever comes after its lease")
    func crash() async throws {
        let bench = try await WebhookBench()
        let server = try await StubServer.start { _ in .answer(200, "") }
        let made = try await bench.endpoint(server.base)
        try await bench.record([.sent, .delivered])
        let dying = bench.dispatcher("dying", faults: try FaultPoints(parsing: "webhook.after:1:error"))
        #expect(try await dying.runOnce() == 1)
        #expect(types(server) == ["sent", "delivered"])
        #expect(try await bench.attempts(made.endpoint.id).isEmpty)
        try await bench.drain(bench.dispatcher("other"))
        #expect(server.requests.count == 2)
        bench.time.advance(by: 61)
        try await bench.drain(bench.dispatcher("other"))
        #expect(types(server) == ["sent", "delivered", "sent", "delivered"])
        #expect(Set(server.requests.map(\.told.id)).count == 2)
        #expect(try await bench.attempts(made.endpoint.id).count == 2)
        try await server.close()
    }

    @Test("whoever lost the lease records nothing")
    func fenced() async throws {
        let bench = try await WebhookBench()
        let made = try await bench.endpoint("http://127.0.0.1:1/")
        try await bench.record([.delivered])
        let work = WebhookWorkRepository(client: bench.worker, owner: "a", lease: 60)
        let first = try #require(try await work.claim(limit: 10, slow: false, now: bench.time.now).first)
        #expect(try await work.claim(limit: 10, slow: false, now: bench.time.now).isEmpty)
        bench.time.advance(by: 61)
        let second = try #require(try await work.claim(limit: 10, slow: false, now: bench.time.now).first)
        let window = try await work.window(first, now: bench.time.now)
        var random = SystemRandomNumberGenerator()
        let result = WebhookResult(status: 200, latency: .zero, body: [], retryAfter: nil)
        let outcome = WindowOutcome(
            window,
            results: window.deliveries.map { ($0.id, result) },
            lease: first,
            schedule: .standard,
            startedAt: bench.time.now,
            now: bench.time.now,
            using: &random
        )
        #expect(try await work.record(outcome, of: first, now: bench.time.now) == nil)
        #expect(try await bench.attempts(made.endpoint.id).isEmpty)
        #expect(try await work.record(outcome, of: second, now: bench.time.now)?.position == 1)
    }

    @Test("a slow endpoint holds up nobody else")
    func slow() async throws {
        let bench = try await WebhookBench()
        let hanging = try await StubServer.start { _ in .hang }
        let quick = try await StubServer.start { _ in .answer(200, "") }
        _ = try await bench.endpoint(hanging.base)
        let made = try await bench.endpoint(quick.base)
        let dispatcher = bench.dispatcher(timeout: .seconds(60))
        try await bench.record([.sent])
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await dispatcher.run() }
            try await waitUntil("the first event") { quick.requests.count == 1 && hanging.requests.count == 1 }
            try await bench.record([.delivered])
            // While the other one still hangs.
            try await waitUntil(timeout: .seconds(30), "the second event") {
                let recorded = try await bench.attempts(made.endpoint.id).count
                return quick.requests.count == 2 && recorded == 2
            }
            #expect(hanging.requests.count == 1)
            group.cancelAll()
        }
        try await hanging.close()
        try await quick.close()
    }

    @Test("ordered by message, messages do not wait for each other, and each keeps its own order")
    func byMessage() async throws {
        let bench = try await WebhookBench()
        let poison = UUIDv7.make(at: bench.time.now)
        let isMended = Mutex(false)
        let server = try await StubServer.start { request in
            let isPoison = String(decoding: request.body, as: UTF8.self).contains(poison.uuidString.lowercased())
            return isPoison && !isMended.withLock { $0 } ? .answer(422, "no") : .answer(200, "")
        }
        let made = try await bench.endpoint(server.base) { $0.ordering = "message" }
        try await bench.record([.sent, .delivered], message: poison, campaign: .some(nil))
        let good = (0..<5).map { _ in UUIDv7.make(at: bench.time.now) }
        for id in good { try await bench.record([.sent, .delivered], message: id, campaign: .some(nil)) }
        let dispatcher = bench.dispatcher()
        try await bench.drain(dispatcher)
        func told(_ id: UUID) -> [String] {
            server.requests.filter { String(decoding: $0.body, as: UTF8.self).contains(id.uuidString.lowercased()) }.map(\.told.type)
        }
        for id in good { #expect(told(id) == ["message.sent", "message.delivered"]) }
        #expect(told(poison) == ["message.sent"])
        // What comes later of other messages does not wait, of this one it does.
        let later = UUIDv7.make(at: bench.time.now)
        try await bench.record([.sent], message: later, campaign: .some(nil))
        try await bench.record([.opened], message: poison, campaign: .some(nil))
        try await bench.drain(dispatcher)
        #expect(told(later) == ["message.sent"] && told(poison) == ["message.sent"])
        isMended.withLock { $0 = true }
        bench.time.advance(by: 10)
        try await bench.drain(dispatcher)
        #expect(told(poison) == ["message.sent", "message.sent", "message.delivered", "message.opened"])
        let endpoint = try await bench.get(made.endpoint.id)
        #expect(endpoint.state.failures == 0 && endpoint.state.behind == 0)
        #expect(try await bench.owner.query("SELECT FROM webhook_pending").isEmpty)
        try await server.close()
    }

    @Test("no more requests in a second than were allowed")
    func rate() async throws {
        let bench = try await WebhookBench()
        let server = try await StubServer.start { _ in .answer(200, "") }
        _ = try await bench.endpoint(server.base) { $0.maxPerSecond = .some(2) }
        try await bench.record([.sent, .delivered, .clicked, .bounced, .complained], campaign: .some(nil))
        let dispatcher = bench.dispatcher()
        for expected in [2, 4, 5] {
            try await bench.drain(dispatcher)
            #expect(server.requests.count == expected)
            bench.time.advance(by: 1)
        }
        try await server.close()
    }

    @Test("after a rotation both secrets sign for a day, then the new one alone; a secret that cannot be read stops the sending")
    func rotation() async throws {
        let bench = try await WebhookBench()
        let server = try await StubServer.start { _ in .answer(200, "") }
        let made = try await bench.endpoint(server.base)
        let rotated = try await bench.endpoints.rotate(tenantID: bench.tenantID, id: made.endpoint.id, to: nil)
        #expect(rotated.secret != made.secret)
        func signers() async throws -> [String] {
            try await bench.record([.deferred], campaign: .some(nil))
            try await bench.drain(bench.dispatcher())
            let request = try #require(server.requests.last)
            return try [rotated.secret, made.secret].filter { text in
                WebhookSignature.verify(
                    header: request.headers["webhook-signature"] ?? "",
                    id: request.told.id,
                    timestamp: request.headers["webhook-timestamp"] ?? "",
                    body: request.body,
                    secret: try #require(WebhookSecret(text)),
                    now: Int(bench.time.now.timeIntervalSince1970)
                )
            }
        }
        #expect(try await signers() == [rotated.secret, made.secret])
        bench.time.advance(by: 86_401)
        #expect(try await signers() == [rotated.secret])
        let upkeep = WebhookUpkeep(client: bench.worker, time: bench.time, seal: WebhookBench.seal, days: 30)
        _ = try await upkeep.run()
        let kept = try await bench.owner.query("SELECT sealed FROM webhook_credentials")
        #expect(kept.count == 1)
        let stored = try #require(WebhookSecret(rotated.secret)).key
        #expect(try !Data(kept[0].get("sealed") as [UInt8]).contains(Data(stored)))

        let changed = CredentialSeal(
            secret: Secret("another secret, as long as the first one"),
            previous: Secret("a test secret that is long enough for HS256")
        )
        _ = try await WebhookUpkeep(client: bench.worker, time: bench.time, seal: changed, days: 30).run()
        try await bench.record([.deferred], campaign: .some(nil))
        let told = server.requests.count
        try await bench.drain(bench.dispatcher())
        #expect(server.requests.count == told)
        #expect(try await bench.attempts(made.endpoint.id).contains { $0.error?.contains("SERVICE_JWT_SECRET") == true })
        try await server.close()
    }

    @Test("a stretch of time is told again, of those that failed only when asked, beside what is new")
    func replay() async throws {
        let bench = try await WebhookBench()
        let server = try await StubServer.start { _ in .answer(200, "") }
        let id = try await bench.endpoint(server.base, types: ["delivered", "clicked"]).endpoint.id
        try await bench.record([.sent, .delivered])
        bench.time.advance(by: 100)
        let begin = bench.time.now
        let second = try await bench.record([.clicked, .delivered, .sent])
        bench.time.advance(by: 100)
        try await bench.record([.delivered], campaign: .some(nil))
        let dispatcher = bench.dispatcher()
        try await bench.drain(dispatcher)
        #expect(types(server) == ["delivered", "clicked", "delivered", "delivered"])
        func replay(_ change: (from: Date, to: Date?), types: [String]? = nil, failedOnly: Bool = false) async throws -> WebhookReplay {
            try await bench.requests.replay(
                tenantID: bench.tenantID,
                endpointID: id,
                from: change.from,
                to: change.to,
                eventTypes: types,
                failedOnly: failedOnly,
                requestedBy: "key:k"
            )
        }
        _ = try await replay((begin, begin.addingTimeInterval(50)))
        await #expect(throws: WebhookError.self) { try await replay((begin, nil)) }
        try await bench.drain(dispatcher)
        #expect(server.requests.suffix(2).map(\.told.id) == second.prefix(2).map { EventFact.id(of: $0.id) })
        #expect(server.requests.count == 6)
        var replays = try await bench.requests.replays(tenantID: bench.tenantID, endpointID: id)
        #expect(replays.count == 1 && replays[0].queued == 2 && replays[0].finishedAt != nil)
        _ = try await replay((begin.addingTimeInterval(-1_000), nil), types: ["clicked"])
        try await bench.drain(dispatcher)
        #expect(server.requests.count == 7)
        _ = try await replay((begin.addingTimeInterval(-1_000), nil), failedOnly: true)
        try await bench.drain(dispatcher)
        #expect(server.requests.count == 7)
        replays = try await bench.requests.replays(tenantID: bench.tenantID, endpointID: id)
        #expect(replays.map(\.queued).sorted() == [0, 1, 2] && replays.allSatisfy { $0.finishedAt != nil })
        #expect(try await bench.attempts(id).count { $0.kind == "replay" } == 3)
        await #expect(throws: WebhookError.self) { try await replay((bench.time.now.addingTimeInterval(10), nil)) }
        try await server.close()
    }

    @Test("a replay of many goes little by little and in order")
    func longReplay() async throws {
        let bench = try await WebhookBench()
        let server = try await StubServer.start { _ in .answer(200, "") }
        let id = try await bench.endpoint(server.base).endpoint.id
        for _ in 0..<5 { try await bench.record([EventType](repeating: .deferred, count: 50), campaign: .some(nil)) }
        let dispatcher = bench.dispatcher()
        try await bench.drain(dispatcher)
        let first = server.requests.map(\.told.id)
        bench.time.advance(by: 1)
        _ = try await bench.requests.replay(
            tenantID: bench.tenantID,
            endpointID: id,
            from: bench.time.now.addingTimeInterval(-100),
            to: nil,
            requestedBy: "key:k"
        )
        try await bench.drain(dispatcher)
        #expect(first.count == 250 && server.requests.dropFirst(250).map(\.told.id) == first)
        #expect(try await bench.requests.replays(tenantID: bench.tenantID, endpointID: id).first?.finishedAt != nil)
        try await server.close()
    }

    @Test("one event is sent again on request, also while the endpoint pauses")
    func resend() async throws {
        let bench = try await WebhookBench()
        let isUp = Mutex(true)
        let server = try await StubServer.start { _ in isUp.withLock { $0 } ? .answer(200, "") : .answer(503, "") }
        let id = try await bench.endpoint(server.base, types: ["clicked"]).endpoint.id
        let events = try await bench.record([.delivered, .clicked])
        let dispatcher = bench.dispatcher()
        try await bench.drain(dispatcher)
        isUp.withLock { $0 = false }
        try await bench.record([.clicked])
        try await bench.drain(dispatcher)
        isUp.withLock { $0 = true }
        try await bench.requests.resend(tenantID: bench.tenantID, endpointID: id, eventID: events[0].id)
        try await bench.drain(dispatcher)
        #expect(types(server) == ["clicked", "clicked", "delivered"])
        await #expect(throws: WebhookError(.notFound, "Event not found")) {
            try await bench.requests.resend(tenantID: bench.tenantID, endpointID: id, eventID: UUID())
        }
        try await server.close()
    }

    @Test("old lines of the log are deleted, and deleting an endpoint takes what is pending with it")
    func upkeep() async throws {
        let bench = try await WebhookBench()
        let made = try await bench.endpoint("http://127.0.0.1:1/")
        try await bench.record([.delivered])
        try await bench.drain(bench.dispatcher())
        #expect(try await bench.attempts(made.endpoint.id).count == 1)
        bench.time.advance(by: 32 * 86_400)
        let upkeep = WebhookUpkeep(client: bench.worker, time: bench.time, seal: WebhookBench.seal, days: 30)
        while try await upkeep.run() {}
        #expect(try await bench.attempts(made.endpoint.id).isEmpty)
        #expect(try await bench.owner.query("SELECT FROM webhook_hours").isEmpty)
        #expect(try await bench.owner.query("SELECT FROM webhook_pending").count == 1)
        try await bench.endpoints.delete(tenantID: bench.tenantID, id: made.endpoint.id)
        for table in ["webhook_pending", "webhook_states", "webhook_credentials", "webhook_replays"] {
            #expect(try await bench.owner.query("SELECT FROM \(identifier: table)").isEmpty, "\(table)")
        }
        await #expect(throws: WebhookError.notFound) { try await bench.endpoints.delete(tenantID: bench.tenantID, id: made.endpoint.id) }
    }

    @Test("what an endpoint answered about a person goes with the person")
    func erasure() async throws {
        let bench = try await WebhookBench()
        let server = try await StubServer.start { _ in .answer(400, "person1@example.com is unknown here") }
        let made = try await bench.endpoint(server.base)
        try await bench.record([.delivered])
        try await bench.drain(bench.dispatcher())
        #expect(try await bench.attempts(made.endpoint.id).first?.response?.contains("person1") == true)
        try await bench.erase("person1@example.com")
        let attempt = try #require(try await bench.attempts(made.endpoint.id).first)
        #expect(attempt.response == nil && attempt.outcome == "failed")
        try await server.close()
    }
}
