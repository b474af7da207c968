import Foundation

/// What a webhook says about a message.
struct WebhookEvent: Codable, Sendable {
    /// The kinds of events that can be asked for.
    enum Kind: String, Codable, Sendable, CaseIterable {
        case sent, delivered, bounced, complained, failed
    }

    let type: Kind
    let campaignID: String?
    let contactID: String?
    let messageID: String
    let motorBlockID: String
    let tenantID: String?
    let occurredAt: String
    var bounceType: String?
    var smtpCode: Int?
    var reason: String?

    enum CodingKeys: String, CodingKey {
        case type, reason
        case campaignID = "campaign_id"
        case contactID = "contact_id"
        case messageID = "message_id"
        case motorBlockID = "motor_block_id"
        case tenantID = "tenant_id"
        case occurredAt = "occurred_at"
        case bounceType = "bounce_type"
        case smtpCode = "smtp_code"
    }

    init(_ type: Kind, _ result: DeliveryResult, occurredAt: String) {
        let job = result.job
        self.type = type
        campaignID = job.campaignID
        contactID = job.contactID
        messageID = job.id.uuidString.lowercased()
        motorBlockID = job.motorBlockID.uuidString.lowercased()
        tenantID = job.tenantID
        self.occurredAt = occurredAt
        if type == .bounced { bounceType = "hard" }
        if type == .bounced || type == .failed {
            smtpCode = result.code
            reason = result.reason
        }
    }

    /// The events of a result, in the order in which they happened.
    static func events(of result: DeliveryResult, occurredAt: String) -> [WebhookEvent] {
        let kinds: [Kind] =
            switch result.status {
            case .delivered: result.job.complains ? [.sent, .delivered, .complained] : [.sent, .delivered]
            case .bounced: [.sent, .bounced]
            case .failed: [.failed]
            }
        return kinds.map { WebhookEvent($0, result, occurredAt: occurredAt) }
    }
}
