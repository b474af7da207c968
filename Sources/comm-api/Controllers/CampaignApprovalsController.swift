import CommCore
import FoundationEssentials
import Hummingbird

/// The approval step: submitted by the author, approved or rejected by somebody else.
struct CampaignApprovalsController: Sendable {
    private struct CommentRequest: RequestFields {
        private static let longest = 2_000

        let comment: String?

        init(_ fields: inout JSONFields) {
            comment = fields.string("comment")
            if let comment, comment.count > Self.longest { fields.add("comment", "too_long", "is longer than \(Self.longest) characters") }
            if let comment, comment.utf8.contains(0) { fields.add("comment", "invalid", "must not contain NUL") }
        }
    }

    private struct NoRequest: RequestFields {
        init(_ fields: inout JSONFields) {}
    }

    private struct EntryWire: Encodable {
        let action: String
        @OrNull var who: String?
        @OrNull var comment: String?
        @OrNull var recipients: Int64?
        let at: Date

        init(_ entry: ApprovalEntry) {
            (action, at) = (entry.action.rawValue, entry.at)
            _who = OrNull(wrappedValue: entry.who)
            _comment = OrNull(wrappedValue: entry.comment)
            _recipients = OrNull(wrappedValue: entry.recipients)
        }
    }

    let approver: CampaignApprover
    let approvals: ApprovalRepository
    let campaigns: CampaignRepository
    let bodyLimit: Int

    /// What was said about a campaign, newest first.
    func list(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let campaign = try await campaigns.get(tenantID: context.tenantID, id: try context.id())
        return Answer(try await approvals.history(tenantID: context.tenantID, campaignID: campaign.id).map(EntryWire.init))
    }

    func submit(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let id = try context.id()
        _ = try await request.fields(NoRequest.self, limit: bodyLimit)
        let campaign = try await approver.submit(tenantID: context.tenantID, campaignID: id, by: context.caller.credential)
        return Answer(CampaignsController.CampaignWire(campaign), message: "Campaign submitted for approval")
    }

    func approve(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let id = try context.id()
        let body: CommentRequest = try await request.fields(limit: bodyLimit)
        let campaign = try await approver.approve(
            tenantID: context.tenantID,
            campaignID: id,
            by: context.caller.credential,
            comment: body.comment
        )
        return Answer(CampaignsController.CampaignWire(campaign), message: "Campaign approved")
    }

    func reject(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let id = try context.id()
        let body: CommentRequest = try await request.fields(limit: bodyLimit)
        let campaign = try await approver.reject(
            tenantID: context.tenantID,
            campaignID: id,
            by: context.caller.credential,
            comment: body.comment
        )
        return Answer(CampaignsController.CampaignWire(campaign), message: "Campaign rejected")
    }
}
