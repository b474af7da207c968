import CommTesting
import Foundation
import Testing

@testable import CommCore

@Suite("What follows from a window of requests")
struct WindowOutcomeTests {
    private let now = Date(timeIntervalSince1970: 1_795_000_000)

    private func lease(_ ordering: WebhookEndpoint.Ordering = .endpoint, failures: Int = 0, failingSince: Date? = nil) -> WebhookLease {
        WebhookLease(
            tenantID: UUID(),
            endpointID: UUID(),
            token: UUID(),
            url: "https://hooks.example.com/",
            filter: FeedFilter(),
            ordering: ordering,
            maxConcurrency: 4,
            maxPerSecond: nil,
            isSlow: false,
            state: WebhookLease.State(
                isEnabled: true,
                position: 10,
                isHeld: false,
                dueAt: now,
                failures: failures,
                failingSince: failingSince,
                hasReplay: false
            )
        )
    }

    private func delivery(
        _ position: Int64?,
        kind: WebhookDelivery.Kind = .live,
        isPending: Bool = false,
        attempts: Int = 0,
        first: Date? = nil,
        lane: UUID = UUID()
    ) -> WebhookDelivery {
        WebhookDelivery(
            id: UUID(),
            kind: kind,
            isPending: isPending,
            position: position,
            eventID: UUID(),
            eventType: "delivered",
            bucketAt: now,
            attempts: attempts,
            firstAttemptAt: first,
            holds: kind == .live,
            lane: lane,
            message: WebhookSender.Message(id: "evt_1", body: [])
        )
    }

    private func result(_ status: Int?, retryAfter: Date? = nil) -> WebhookResult {
        status.map { WebhookResult(status: $0, latency: .milliseconds(20), body: [], retryAfter: retryAfter) }
            ?? WebhookResult(unanswered: "no answer in time", latency: .seconds(15))
    }

    private func outcome(
        _ deliveries: [WebhookDelivery],
        _ results: [(WebhookDelivery, WebhookResult)],
        _ lease: WebhookLease,
        position: Int64
    ) -> WindowOutcome {
        var random = SeededGenerator(seed: 1)
        return WindowOutcome(
            WebhookWindow(deliveries: deliveries, position: position),
            results: results.map { ($0.0.id, $0.1) },
            lease: lease,
            schedule: .standard,
            startedAt: now,
            now: now,
            using: &random
        )
    }

    @Test("what was delivered moves the place as far as was looked")
    func delivered() {
        let all = [delivery(11), delivery(14)]
        let outcome = outcome(all, all.map { ($0, result(204)) }, lease(failures: 3, failingSince: now), position: 20)
        #expect(outcome.position == 20 && outcome.waiting.isEmpty && outcome.failures == 0 && outcome.failingSince == nil)
        #expect(outcome.attempts.map(\.outcome) == [.delivered, .delivered] && outcome.dueAt == now)
    }

    @Test("what fails in order waits, holds up the rest, and the place stays at it")
    func ordered() throws {
        let all = [delivery(11), delivery(12), delivery(13)]
        let outcome = outcome(all, [(all[0], result(200)), (all[1], result(500))], lease(), position: 20)
        #expect(outcome.position == 12)
        let waiting = try #require(outcome.waiting.first)
        #expect(outcome.waiting.count == 1 && waiting.attempts == 1 && waiting.delivery.position == 12)
        #expect((4...6).contains(waiting.dueAt.timeIntervalSince(now)))
        #expect(outcome.failures == 1 && outcome.failingSince == now && outcome.lastError == "answered 500")
    }

    @Test("where order is by message, others go on, and what lies behind a failure waits with it")
    func byMessage() {
        let lane = UUID()
        let all = [delivery(11, lane: lane), delivery(12, lane: lane), delivery(13)]
        let outcome = outcome(all, [(all[0], result(500)), (all[2], result(200))], lease(.message), position: 20)
        #expect(outcome.position == 13)
        #expect(outcome.waiting.map(\.delivery.position) == [11, 12] && outcome.blocked == [lane: outcome.waiting[0].dueAt])
        #expect(outcome.waiting[0].dueAt == outcome.waiting[1].dueAt && outcome.waiting[1].attempts == 0)
    }

    @Test("what is held up by something that waits goes to wait behind it, and the place moves on")
    func heldUp() {
        let (lane, until) = (UUID(), now.addingTimeInterval(300))
        let all = [delivery(11), delivery(12, lane: lane)]
        var random = SeededGenerator(seed: 1)
        let outcome = WindowOutcome(
            WebhookWindow(deliveries: all, held: [lane: until], position: 12),
            results: [(all[0].id, result(200))],
            lease: lease(.message),
            schedule: .standard,
            startedAt: now,
            now: now,
            using: &random
        )
        #expect(outcome.position == 12 && outcome.waiting.map(\.delivery.position) == [12] && outcome.waiting.map(\.dueAt) == [until])
    }

    @Test("an outage pauses the endpoint, for longer when it says so")
    func outage() {
        let one = delivery(11)
        let plain = outcome([one], [(one, result(nil))], lease(failures: 4), position: 11)
        #expect((480...720).contains(plain.dueAt.timeIntervalSince(now)))
        let asked = outcome([one], [(one, result(429, retryAfter: now.addingTimeInterval(5_000)))], lease(), position: 11)
        #expect(asked.dueAt == now.addingTimeInterval(5_000) && asked.waiting[0].dueAt == asked.dueAt)
    }

    @Test("after a day it is given up, and what comes after it is free")
    func givenUp() {
        let old = delivery(11, isPending: true, attempts: 30, first: now.addingTimeInterval(-86_400))
        let outcome = outcome([old], [(old, result(500))], lease(), position: 10)
        #expect(outcome.attempts.map(\.outcome) == [.givenUp] && outcome.finished == [old.id] && outcome.waiting.isEmpty)
    }

    @Test("410 disables at once, five days of failures do, and a test that fails does neither")
    func disabled() {
        let one = delivery(11)
        #expect(outcome([one], [(one, result(410))], lease(), position: 11).disabled == .gone)
        let since = now.addingTimeInterval(-5 * 86_400)
        #expect(outcome([one], [(one, result(500))], lease(failures: 99, failingSince: since), position: 11).disabled == .failing)
        let test = delivery(nil, kind: .test, isPending: true)
        let tested = outcome([test], [(test, result(410))], lease(), position: 10)
        #expect(tested.disabled == nil && tested.failures == 0 && tested.attempts.map(\.outcome) == [.givenUp])
    }

    @Test("the schedule lasts a day, with jitter, and its last try is at the end of it")
    func schedule() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            var (moment, attempts) = (now, 1)
            while let next = RetrySchedule.standard.retry(
                afterFailure: attempts,
                firstAttemptAt: now,
                notBefore: nil,
                now: moment,
                using: &random
            ) {
                #expect(next > moment, "seed \(seed)")
                (moment, attempts) = (next, attempts + 1)
            }
            #expect((86_340...86_400).contains(moment.timeIntervalSince(now)), "seed \(seed): \(moment.timeIntervalSince(now))")
            #expect((25...40).contains(attempts), "seed \(seed): \(attempts)")
        }
    }

    @Test("names and wildcards stand for types, and every event of the log has one")
    func types() {
        #expect(FeedEventType.matching("message.delivered") == [.delivered] && FeedEventType.matching("delivered") == [.delivered])
        // Of the log as well as of the queue, but not what has to be named.
        let ofMessages = FeedEventType.matching("message.*").map(\.rawValue)
        #expect(Set(ofMessages) == Set(EventType.allCases.map(\.rawValue) + ["cancelled"]))
        #expect(FeedEventType.matching("webhook.*") == [.webhookDisabled] && FeedEventType.matching("queued") == [.queued])
        #expect(Set(FeedEventType.matching("*")) == Set(FeedEventType.allCases).subtracting([.queued]))
        for text in ["", "message", "message.", "mess*", "Delivered", "message.opened.x"] {
            #expect(FeedEventType.matching(text).isEmpty, "\(text)")
        }
        for type in EventType.allCases { #expect(FeedEventType(rawValue: type.rawValue)?.wireName == "message.\(type.rawValue)") }
    }
}
