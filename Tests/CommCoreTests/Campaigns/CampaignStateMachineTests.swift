import CommCore
import Testing

@Suite("Campaign state machine")
struct CampaignStateMachineTests {
    private func after(_ command: CampaignCommand, _ status: CampaignStatus, started: Bool = false) -> CampaignStatus? {
        try? CampaignStateMachine.status(after: command, from: status, hasStarted: started)
    }

    @Test("a campaign goes from draft to completed, with a pause on the way")
    func wholeLife() {
        #expect(after(.schedule, .draft) == .scheduled)
        #expect(after(.start, .scheduled) == .sending)
        #expect(after(.pause, .sending, started: true) == .paused)
        #expect(after(.resume, .paused, started: true) == .sending)
        #expect(after(.complete, .sending, started: true) == .completed)
    }

    @Test("a campaign that was paused before it began resumes as scheduled")
    func resumeBeforeStart() {
        #expect(after(.pause, .scheduled) == .paused)
        #expect(after(.resume, .paused) == .scheduled)
    }

    @Test("only what has not begun goes back to a draft")
    func unschedule() {
        #expect(after(.unschedule, .scheduled) == .draft)
        #expect(after(.unschedule, .paused) == .draft)
        #expect(after(.unschedule, .paused, started: true) == nil)
        #expect(after(.unschedule, .sending, started: true) == nil)
    }

    @Test("every command can be repeated", arguments: CampaignCommand.allCases, [true, false])
    func repeated(command: CampaignCommand, started: Bool) {
        for status in CampaignStatus.allCases {
            guard let next = after(command, status, started: started) else { continue }
            #expect(after(command, next, started: started) == next)
        }
    }

    @Test("nothing but its own command touches a campaign that has ended", arguments: CampaignStatus.allCases.filter(\.isFinal))
    func final(status: CampaignStatus) {
        for command in CampaignCommand.allCases {
            let next = after(command, status, started: true)
            #expect(next == nil || next == status)
        }
    }

    @Test("a refusal names both ends and the command")
    func refusal() {
        let error = #expect(throws: CampaignTransitionError.self) {
            try CampaignStateMachine.status(after: .schedule, from: .completed, hasStarted: true)
        }
        #expect(error == CampaignTransitionError(from: .completed, to: .scheduled, command: .schedule))
    }
}
