import FoundationEssentials
import Postgres

/// Where a campaign stands with the tenant's approval step.
package struct CampaignApproval: Sendable, Equatable {
    package enum State: String, Sendable, CaseIterable, PostgresEnum {
        case submitted, approved, rejected
    }

    package let state: State
    /// Of content, audience and settings when it was asked for; another one voids the approval.
    package let hash: String
    /// Recipients when it was asked for.
    package let recipients: Int64
    package let submittedBy: String?

    /// Nil where nobody asked for approval.
    init?(row: PostgresRow) throws {
        guard let state: State = try row.get("approval") else { return nil }
        self.state = state
        hash = try row.get("approval_hash") ?? ""
        recipients = try row.get("approval_size") ?? 0
        submittedBy = try row.get("submitted_by")
    }

    init(state: State, hash: String, recipients: Int64, submittedBy: String?) {
        (self.state, self.hash, self.recipients, self.submittedBy) = (state, hash, recipients, submittedBy)
    }
}

/// One entry of a campaign's approval history.
package struct ApprovalEntry: Sendable, Equatable {
    package enum Action: String, Sendable, CaseIterable, PostgresEnum {
        case submitted, approved, rejected
        /// A change took it back.
        case voided
    }

    package let action: Action
    package let who: String?
    package let comment: String?
    package let recipients: Int64?
    package let at: Date
}
