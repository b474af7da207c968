import FoundationEssentials
import Postgres

/// The approval step: a campaign is submitted, and somebody else approves or rejects it.
package struct CampaignApprover: Sendable {
    private let compiler: CampaignCompiler

    package init(compiler: CampaignCompiler) {
        self.compiler = compiler
    }

    /// Asks for approval of a draft as it would be sent now.
    ///
    /// - Throws: `CampaignError`: as scheduling does.
    package func submit(tenantID: UUID, campaignID: UUID, by who: String) async throws -> Campaign {
        let compiled = try await compiler.prepareForSending(tenantID: tenantID, campaignID: campaignID)
        try CampaignScheduler.requireSendable(compiled.report, allowUnknownTags: false)
        let scope = CampaignScope(tenantID: tenantID, campaignID: campaignID, now: compiler.time.now)
        return try await compiler.client.withTenant(tenantID) { connection in
            let campaign = try await CampaignRepository.lock(tenantID: tenantID, id: campaignID, on: connection)
            guard campaign.status == .draft else { throw Self.notADraft(campaign) }
            let hash = try ApprovalRules.hash(of: campaign, content: compiled.hash)
            if let approval = campaign.approval, approval.state != .rejected, approval.hash == hash { return campaign }
            // What is to be judged must be there to be looked at.
            if try await compiler.artifacts.newest(scope, saying: compiled, on: connection) == nil {
                _ = try await compiler.artifacts.insert(compiled, scope, on: connection)
            }
            let count = try await compiler.snapshots.count(tenantID: tenantID, campaignID: campaignID, now: scope.now, on: connection)
            let approval = CampaignApproval(
                state: .submitted,
                hash: hash,
                recipients: count.totalRecipients,
                submittedBy: who
            )
            try await ApprovalRepository.set(approval, action: .submitted, by: who, scope, on: connection)
            return try await CampaignRepository.find(tenantID: tenantID, id: campaignID, on: connection)
        }
    }

    /// Lets the campaign go, as it was submitted.
    ///
    /// - Throws: `CampaignError`: `ownCampaign` for whoever had a hand in it, `approvalState` when there is nothing to approve or it has
    ///   changed since.
    package func approve(tenantID: UUID, campaignID: UUID, by who: String, comment: String?) async throws -> Campaign {
        let compiled = try await compiler.prepareForSending(tenantID: tenantID, campaignID: campaignID)
        return try await decide(.approved, tenantID: tenantID, campaignID: campaignID, by: who, comment: comment) { campaign, approval in
            guard try ApprovalRules.hash(of: campaign, content: compiled.hash) == approval.hash else {
                throw CampaignError(.approvalState, "The campaign has changed since it was submitted: it must be submitted again")
            }
        }
    }

    /// Sends the campaign back to its author.
    package func reject(tenantID: UUID, campaignID: UUID, by who: String, comment: String?) async throws -> Campaign {
        try await decide(.rejected, tenantID: tenantID, campaignID: campaignID, by: who, comment: comment) { _, _ in }
    }

    private func decide(
        _ state: CampaignApproval.State,
        tenantID: UUID,
        campaignID: UUID,
        by who: String,
        comment: String?,
        check: @Sendable (Campaign, CampaignApproval) throws -> Void
    ) async throws -> Campaign {
        let scope = CampaignScope(tenantID: tenantID, campaignID: campaignID, now: compiler.time.now)
        return try await compiler.client.withTenant(tenantID) { connection in
            let campaign = try await CampaignRepository.lock(tenantID: tenantID, id: campaignID, on: connection)
            guard campaign.status == .draft else { throw Self.notADraft(campaign) }
            guard let approval = campaign.approval else {
                throw CampaignError(.approvalState, "The campaign was not submitted for approval")
            }
            guard !ApprovalRules.isAuthor(who, of: campaign) else {
                throw CampaignError(.ownCampaign, "Somebody else than the author must decide about the campaign")
            }
            if approval.state == state { return campaign }
            guard approval.state == .submitted else {
                throw CampaignError(.approvalState, "The campaign is \(approval.state.rawValue) already")
            }
            try check(campaign, approval)
            let decided = CampaignApproval(
                state: state,
                hash: approval.hash,
                recipients: approval.recipients,
                submittedBy: approval.submittedBy
            )
            let action: ApprovalEntry.Action = state == .approved ? .approved : .rejected
            try await ApprovalRepository.set(decided, action: action, by: who, comment: comment, scope, on: connection)
            return try await CampaignRepository.find(tenantID: tenantID, id: campaignID, on: connection)
        }
    }

    private static func notADraft(_ campaign: Campaign) -> CampaignError {
        CampaignError(.illegalTransition, "Only a draft is submitted, approved or rejected; the campaign is \(campaign.status.rawValue)")
    }
}
