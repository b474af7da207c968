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
