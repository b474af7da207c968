/// A command that a campaign's status does not allow.
package struct CampaignTransitionError: Error, Sendable, Equatable {
    package let from: CampaignStatus
    /// The status that the command leads to.
    package let to: CampaignStatus
    package let command: CampaignCommand

    package init(from: CampaignStatus, to: CampaignStatus, command: CampaignCommand) {
        self.from = from
        self.to = to
        self.command = command
    }
}

/// Which command leads where; decides only, and changes nothing.
///
///     draft ─schedule→ scheduled ─start→ sending ─complete→ completed
///                          ↕ pause, resume ↕
///                                paused            cancel → cancelled · fail → failed
///
/// A command that already had its effect is allowed and changes nothing, so every one can be repeated.
package enum CampaignStateMachine {
    /// The status after a command.
    ///
    /// - Parameter hasStarted: whether the sender had begun with the campaign: decides where a paused one resumes.
    package static func status(
        after command: CampaignCommand,
        from status: CampaignStatus,
        hasStarted: Bool
    ) throws(CampaignTransitionError) -> CampaignStatus {
        let target = target(of: command, hasStarted: hasStarted)
        if status == target { return status }
        guard allowed(command, hasStarted: hasStarted).contains(status) else {
            // Resuming what runs already, in whichever of its two forms, has had its effect.
            if command == .resume, status == .scheduled || status == .sending { return status }
            throw CampaignTransitionError(from: status, to: target, command: command)
        }
        return target
    }

    private static func target(of command: CampaignCommand, hasStarted: Bool) -> CampaignStatus {
        switch command {
        case .schedule: .scheduled
        case .unschedule: .draft
        case .start: .sending
        case .pause: .paused
        case .resume: hasStarted ? .sending : .scheduled
        case .cancel: .cancelled
        case .complete: .completed
        case .fail: .failed
        }
    }

    private static func allowed(_ command: CampaignCommand, hasStarted: Bool) -> Set<CampaignStatus> {
        switch command {
        case .schedule: [.draft]
        case .unschedule: hasStarted ? [] : [.scheduled, .paused]
        case .start: [.scheduled]
        case .pause: [.scheduled, .sending]
        case .resume: [.paused]
        case .cancel: [.draft, .scheduled, .sending, .paused]
        case .complete: [.sending, .paused]
        case .fail: [.scheduled, .sending, .paused]
        }
    }
}
