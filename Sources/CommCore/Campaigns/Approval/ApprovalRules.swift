import Crypto
import FoundationEssentials

/// Whether a campaign may go, and who may let it.
package enum ApprovalRules {
    /// How much the audience may have grown since it was approved, in per cent.
    static let growth: Int64 = 10

    /// Why the campaign may not be scheduled; nil when it may.
    ///
    /// - Parameters:
    ///   - threshold: from how many recipients on approval is needed; nil: never.
    ///   - hash: of what would be sent now.
    package static func obstacle(threshold: Int64?, recipients: Int64, approval: CampaignApproval?, hash: String) -> String? {
        guard let threshold, recipients >= threshold else { return nil }
        guard let approval else {
            return "The campaign has \(recipients) recipients; from \(threshold) on it needs approval: submit it"
        }
        switch approval.state {
        case .submitted: return "The campaign waits for approval"
        case .rejected: return "The campaign was rejected: change it and submit it again"
        case .approved:
            if approval.hash != hash {
                return "Content, audience or settings have changed since the campaign was approved: submit it again"
            }
            if recipients > approval.recipients + approval.recipients * growth / 100 {
                return "It was approved for \(approval.recipients) recipients and has \(recipients) by now: submit it again"
            }
            return nil
        }
    }

    /// Whether somebody had a hand in the campaign and so may not approve it.
    static func isAuthor(_ who: String, of campaign: Campaign) -> Bool {
        [campaign.provenance.createdBy, campaign.provenance.changedBy, campaign.approval?.submittedBy].contains(who)
    }

    /// One text for everything that was looked at: other content, audience or settings give another one.
    static func hash(of campaign: Campaign, content: String) throws -> String {
        struct Subject: Encodable {
            let content: String
            let name: String
            let motorBlock: UUID
            let from: [String?]
            let lists: [[UUID]]
            let time: Date?
            let zone: String?
            let atLocalTime: Bool
            let windows: [SendingWindow]?
            let pace: [Int?]
        }
        let subject = Subject(
            content: content,
            name: campaign.name,
            motorBlock: campaign.motorBlockID,
            from: [campaign.fromAddress, campaign.fromName, campaign.replyTo],
            lists: [campaign.listIDs, campaign.excludeListIDs],
            time: campaign.scheduledAt,
            zone: campaign.timezone,
            atLocalTime: campaign.sendAtLocalTime,
            windows: campaign.sendingWindows,
            pace: [campaign.chunkSize, campaign.delaySecondsBetweenChunks]
        )
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return SHA256.hash(data: Array(try encoder.encode(subject))).map { byte in
            let text = String(byte, radix: 16)
            return byte < 16 ? "0" + text : text
        }.joined()
    }
}
