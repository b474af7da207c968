import FoundationEssentials

extension CampaignBlocker {
    /// What keeps back messages that were put off, by the last word about them.
    static func deferral(_ lastError: String?, until: Date?) -> CampaignBlocker {
        if let cause = lastError.flatMap(ThrottleCause.init) {
            return CampaignBlocker(code: Code(cause), detail: "It waits its turn: \(cause.text)", until: until)
        }
        if let names = lastError.flatMap(GatewaysPaused.names(in:)) {
            return CampaignBlocker(code: .queuePaused, detail: "The gateways that it could go by are held back: \(names)", until: until)
        }
        if lastError == RoutePlan.Closed.budgetReason {
            return CampaignBlocker(code: .dailyBudget, detail: "The daily budgets of its routes are used up", until: until)
        }
        return CampaignBlocker(code: .deferred, detail: "It was put off\(lastError.map { ": \($0)" } ?? "")", until: until)
    }
}

extension CampaignBlocker.Code {
    init(_ cause: ThrottleCause) {
        switch (cause, cause.place) {
        case (.limit, .gateway): self = .gatewayLimit
        case (.limit, .group): self = .domainGroupLimit
        case (_, .tenant): self = .tenantLimit
        case (_, .campaign): self = .campaignLimit
        case (.slowed, .gateway): self = .gatewaySlowed
        case (.slowed, .group): self = .domainGroupSlowed
        case (.paused, .gateway): self = .gatewayStopped
        case (.paused, .group): self = .domainGroupStopped
        }
    }
}
