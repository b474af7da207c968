import CommTesting
import Foundation
import Testing

@testable import CommCore

@Suite("Why a campaign does not move")
struct CampaignBlockerTests {
    private let now = Date(timeIntervalSince1970: 1_795_000_000)

    private func sending(_ change: (inout CampaignFacts) -> Void = { _ in }) -> CampaignFacts {
        var facts = CampaignFacts(status: .sending)
        facts.startedAt = now.addingTimeInterval(-60)
        facts.isExpanded = true
        facts.senders.alive = 1
        facts.backlog.dueChunks = 3
        change(&facts)
        return facts
    }

    private func codes(_ facts: CampaignFacts) -> [CampaignBlocker.Code] { facts.blockers(now: now).map(\.code) }

    @Test("one that moves has no reason, and neither has one that has ended", arguments: [CampaignStatus.completed, .cancelled, .failed])
    func none(status: CampaignStatus) {
        #expect(codes(sending()).isEmpty)
        #expect(codes(CampaignFacts(status: status)).isEmpty)
    }

    @Test("a draft is not scheduled, or waits for approval where the tenant asks for it")
    func drafts() {
        var facts = CampaignFacts(status: .draft)
        #expect(codes(facts) == [.notScheduled])
        facts.approvalThreshold = 100
        facts.recipients = 99
        #expect(codes(facts) == [.notScheduled])
        facts.recipients = 100
        #expect(codes(facts) == [.approvalRequired])
        facts.approval = .submitted
        #expect(codes(facts) == [.approvalRequired])
        facts.approval = .approved
        #expect(codes(facts) == [.notScheduled])
    }

    @Test("a pause says who and why, a time until when")
    func pausedAndScheduled() {
        var facts = CampaignFacts(status: .paused)
        facts.statusBy = "key:1"
        facts.statusReason = "typo"
        #expect(facts.blockers(now: now) == [CampaignBlocker(code: .paused, detail: "It was paused: typo", who: "key:1")])
        facts = CampaignFacts(status: .scheduled)
        facts.scheduledAt = now.addingTimeInterval(100)
        facts.startsAt = now.addingTimeInterval(50)
        #expect(facts.blockers(now: now).map(\.until) == [now.addingTimeInterval(50)])
    }

    @Test("no sender alive, a gateway that is away or full")
    func senders() {
        #expect(codes(sending { $0.senders.alive = 0 }) == [.noSender])
        #expect(codes(sending { $0.senders.gatewayState = "paused" }) == [.gatewayPaused])
        #expect(codes(sending { $0.senders.gatewayState = "full" }) == [.gatewayFull])
    }

    @Test("pace, hours, clocks, and messages that were put off, each until when")
    func times() {
        let later = now.addingTimeInterval(600)
        #expect(sending { $0.nextChunkAt = later }.blockers(now: now).map(\.until) == [later])
        let closed = SendingWindows.Opening(opens: later, closes: later.addingTimeInterval(60))
        #expect(sending { $0.window = closed }.blockers(now: now).map(\.code) == [.outsideWindow])
        let open = SendingWindows.Opening(opens: now, closes: later)
        #expect(codes(sending { $0.window = open }).isEmpty)
        let clocks = sending {
            $0.sendsAtLocalTime = true
            $0.backlog.dueChunks = 0
            $0.backlog.laterChunks = 2
            $0.backlog.nextChunkDue = later
        }
        #expect(clocks.blockers(now: now).map(\.code) == [.localTime] && clocks.blockers(now: now).map(\.until) == [later])
        let givenBack = sending {
            $0.backlog.dueChunks = 0
            $0.backlog.laterChunks = 2
            $0.backlog.nextChunkDue = later
        }
        #expect(codes(givenBack) == [.deferred] && givenBack.blockers(now: now).map(\.until) == [later])
        let deferred = sending {
            $0.backlog.dueChunks = 0
            $0.backlog.deferred = 2
            $0.backlog.nextDeferredDue = later
        }
        #expect(codes(deferred) == [.deferred])
    }

    private static let causes: [(ThrottleCause, CampaignBlocker.Code)] = [
        (.limit(.gateway("smtp")), .gatewayLimit), (.limit(.group("google", gateway: "smtp")), .domainGroupLimit),
        (.limit(.tenant(channel: "sms")), .tenantLimit), (.limit(.campaign), .campaignLimit),
        (.slowed(.gateway("ses")), .gatewaySlowed), (.slowed(.group("example.com", gateway: "ses")), .domainGroupSlowed),
        (.paused(.gateway("ses")), .gatewayStopped), (.paused(.group("yahoo", gateway: "ses")), .domainGroupStopped),
    ]

    @Test("what was put off for a limit says which, in words that are read again", arguments: causes)
    func limits(cause: ThrottleCause, code: CampaignBlocker.Code) {
        #expect(ThrottleCause(cause.text) == cause)
        let later = now.addingTimeInterval(600)
        let deferred = sending {
            $0.backlog.dueChunks = 0
            $0.backlog.deferred = 2
            $0.backlog.nextDeferredDue = later
            $0.backlog.nextDeferredReason = cause.text
        }
        #expect(deferred.blockers(now: now).map(\.code) == [code] && deferred.blockers(now: now).map(\.until) == [later])
        var recipient = RecipientFacts(email: "a@example.com")
        (recipient.messageID, recipient.isMember, recipient.contactStatus, recipient.attempts) = (UUID(), true, "active", 1)
        (recipient.dueAt, recipient.lastError) = (later, cause.text)
        let reason = RecipientGates.reason(of: recipient, gates: RecipientGates.gates(of: recipient, in: sending(), now: now))
        #expect(reason?.code == .limit && reason?.value == code.rawValue && reason?.until == later)
    }

    @Test("held back gateways, used up budgets, and what a gateway said in words of its own")
    func deferrals() {
        let paused = GatewaysPaused(names: ["smtp", "ses"], until: now)
        #expect(CampaignBlocker.deferral(paused.description, until: now).code == .queuePaused)
        #expect(CampaignBlocker.deferral(paused.description, until: now).detail.contains("smtp, ses"))
        #expect(CampaignBlocker.deferral(RoutePlan.Closed.budgetReason, until: now).code == .dailyBudget)
        for text in [
            "451 4.7.1 later", "rate limit of nobody", "gateway a b is slowed down by its answers", "rate limit of gateway a at b",
        ] {
            #expect(CampaignBlocker.deferral(text, until: now).code == .deferred)
        }
        #expect(CampaignBlocker.deferral(nil, until: nil) == CampaignBlocker(code: .deferred, detail: "It was put off"))
    }

    @Test("a queue that is held back is a gate of its recipients, with who and until when")
    func held() throws {
        let pause = QueuePause(
            id: UUID(),
            scope: .channel,
            target: "email",
            isEverywhere: true,
            reason: "typo",
            pausedBy: "platform",
            pausedAt: now,
            until: now.addingTimeInterval(60),
            endedBy: nil,
            endedAt: nil
        )
        var recipient = RecipientFacts(email: "a@example.com")
        (recipient.messageID, recipient.isMember, recipient.contactStatus, recipient.isInChunk) = (UUID(), true, "active", true)
        let gates = RecipientGates.gates(of: recipient, in: sending { $0.pauses = [pause] }, now: now)
        let reason = try #require(RecipientGates.reason(of: recipient, gates: gates))
        #expect(reason.code == .queue && reason.value == "channel" && reason.until == pause.until)
        #expect(reason.detail.contains("typo") && reason.detail.contains("operator"))
        #expect(RecipientGates.reason(of: recipient, gates: RecipientGates.gates(of: recipient, in: sending(), now: now)) == nil)
    }

    @Test("several reasons are all told")
    func several() {
        let facts = sending {
            $0.isTenantActive = false
            $0.senders.alive = 0
            $0.nextChunkAt = now.addingTimeInterval(1)
        }
        #expect(codes(facts) == [.tenantInactive, .noSender, .pacing])
    }

    @Test("an approval holds for what was approved, and a little growth")
    func approval() {
        func obstacle(_ state: CampaignApproval.State?, recipients: Int64, hash: String = "a", threshold: Int64? = 100) -> String? {
            let approval = state.map { CampaignApproval(state: $0, hash: "a", recipients: 1_000, submittedBy: nil) }
            return ApprovalRules.obstacle(threshold: threshold, recipients: recipients, approval: approval, hash: hash)
        }
        #expect(obstacle(nil, recipients: 5_000, threshold: nil) == nil)
        #expect(obstacle(nil, recipients: 99) == nil)
        #expect(obstacle(nil, recipients: 100) != nil)
        #expect(obstacle(.submitted, recipients: 100) != nil)
        #expect(obstacle(.rejected, recipients: 100) != nil)
        #expect(obstacle(.approved, recipients: 1_100) == nil)
        #expect(obstacle(.approved, recipients: 1_101) != nil)
        #expect(obstacle(.approved, recipients: 100, hash: "b") != nil)
    }
}
