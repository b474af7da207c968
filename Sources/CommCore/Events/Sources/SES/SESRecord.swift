import FoundationEssentials

/// One event record of SES, as far as it is read.
struct SESRecord: Decodable {
    struct Mail: Decodable {
        struct Field: Decodable {
            let name: String
            let value: String
        }

        let timestamp: String?
        let messageID: String?
        let tags: [String: [String]]?
        let headers: [Field]?

        enum CodingKeys: String, CodingKey {
            case timestamp, tags, headers
            case messageID = "messageId"
        }

        /// Our own name of the message: from the tag, else (older notifications have no tags) from header fields that we wrote.
        var reference: MessageReference? {
            if let text = tags?[SESProvider.tag]?.first { return MessageReference(text) }
            guard let campaign = field("feedback-id")?.split(separator: ":"), campaign.count >= 2,
                let tenantID = UUID(uuidString: String(campaign[0])),
                let local = field("message-id")?.drop(while: { $0 == "<" }).split(separator: "@").first,
                let messageID = UUID(uuidString: String(local))
            else { return nil }
            // In a mail of no campaign its type stands in that place.
            return MessageReference(tenantID: tenantID, campaignID: UUID(uuidString: String(campaign[1])), messageID: messageID)
        }

        private func field(_ name: String) -> String? {
            headers?.first { $0.name.lowercased() == name }?.value
        }
    }

    struct Recipient: Decodable {
        let status: String?
        let diagnosticCode: String?
    }

    struct Delivery: Decodable {
        let timestamp: String?
        let smtpResponse: String?
    }

    struct Bounce: Decodable {
        let bounceType: String?
        let bounceSubType: String?
        let bouncedRecipients: [Recipient]?
        let timestamp: String?
    }

    struct Complaint: Decodable {
        let timestamp: String?
        let complaintSubType: String?
        let complaintFeedbackType: String?
    }

    struct DeliveryDelay: Decodable {
        let delayType: String?
        let delayedRecipients: [Recipient]?
        let timestamp: String?
    }

    struct Reject: Decodable {
        let reason: String?
    }

    struct Failure: Decodable {
        let errorMessage: String?
    }

    struct Visit: Decodable {
        let ipAddress: String?
        let timestamp: String?
        let userAgent: String?
        let link: String?
    }

    struct Subscription: Decodable {
        struct Preferences: Decodable {
            let unsubscribeAll: Bool?
        }

        let timestamp: String?
        let newTopicPreferences: Preferences?
    }

    let eventType: String?
    let notificationType: String?
    let mail: Mail
    let delivery: Delivery?
    let bounce: Bounce?
    let complaint: Complaint?
    let deliveryDelay: DeliveryDelay?
    let reject: Reject?
    let failure: Failure?
    let open: Visit?
    let click: Visit?
    let subscription: Subscription?
}
