import FoundationEssentials

/// What a record of SES means to us.
struct SESMeaning {
    let type: EventType
    let timestamp: String?
    var details = ReportDetails()

    /// - Returns: nil for what is only kept: a type that is not known, "not spam", a change of topics.
    init?(_ word: String, _ record: SESRecord) {
        switch word {
        case "Send": self.init(.sent, record.mail.timestamp)
        case "Delivery": self.init(.delivered, record.delivery?.timestamp, ReportDetails(diagnostic: record.delivery?.smtpResponse))
        case "DeliveryDelay":
            let recipient = record.deliveryDelay?.delayedRecipients?.first
            let details = ReportDetails(
                enhancedCode: recipient?.status,
                diagnostic: recipient?.diagnosticCode,
                reason: record.deliveryDelay?.delayType
            )
            self.init(.deferred, record.deliveryDelay?.timestamp, details)
        case "Bounce":
            guard let bounce = record.bounce else { return nil }
            self.init(bounce)
        case "Complaint":
            guard let complaint = record.complaint else { return nil }
            self.init(complaint)
        case "Reject":
            self.init(.failed, record.mail.timestamp, ReportDetails(bounceClass: .content, reason: record.reject?.reason))
        case "Rendering Failure":
            self.init(.failed, record.mail.timestamp, ReportDetails(bounceClass: .config, reason: record.failure?.errorMessage))
        case "Open":
            self.init(
                .opened,
                record.open?.timestamp,
                ReportDetails(userAgent: record.open?.userAgent, ip: record.open?.ipAddress)
            )
        case "Click":
            self.init(
                .clicked,
                record.click?.timestamp,
                ReportDetails(url: record.click?.link, userAgent: record.click?.userAgent, ip: record.click?.ipAddress)
            )
        case "Subscription" where record.subscription?.newTopicPreferences?.unsubscribeAll == true:
            self.init(.unsubscribed, record.subscription?.timestamp)
        default: return nil
        }
    }

    private init(_ type: EventType, _ timestamp: String?, _ details: ReportDetails = ReportDetails()) {
        self.type = type
        self.timestamp = timestamp
        self.details = details
    }

    private init(_ bounce: SESRecord.Bounce) {
        let recipient = bounce.bouncedRecipients?.first
        var details = ReportDetails(
            enhancedCode: recipient?.status,
            diagnostic: recipient?.diagnosticCode,
            reason: [bounce.bounceType, bounce.bounceSubType].compactMap(\.self).joined(separator: "/")
        )
        let words = "\(recipient?.diagnosticCode ?? "")"
        switch (bounce.bounceType, bounce.bounceSubType) {
        case ("Permanent", "Suppressed"), ("Permanent", "OnAccountSuppressionList"):
            details.isSuppressedThere = true
            self.init(.blocked, bounce.timestamp, details)
        case ("Permanent", "UnsubscribedRecipient"): self.init(.unsubscribed, bounce.timestamp, details)
        case ("Permanent", _):
            // The mailbox provider's own words can put the mail or the sender at fault where SES blames the address.
            let told = BounceClassifier.classify(reply: nil, status: recipient?.status, text: words)
            details.bounceClass = told.countsAgainstAddress ? .hard : told
            self.init(.bounced, bounce.timestamp, details)
        case ("Transient", let subtype):
            details.bounceClass =
                switch subtype {
                case "MailboxFull": .full
                case "MessageTooLarge", "ContentRejected", "AttachmentRejected": .content
                case "CustomTimeoutExceeded": .expired
                default: .soft
                }
            self.init(.bounced, bounce.timestamp, details)
        default:
            let told = BounceClassifier.classify(reply: nil, status: recipient?.status, text: words)
            details.bounceClass = told == .hard ? .unknown : told
            self.init(.bounced, bounce.timestamp, details)
        }
    }

    private init?(_ complaint: SESRecord.Complaint) {
        var details = ReportDetails(reason: complaint.complaintFeedbackType)
        if complaint.complaintSubType == "OnAccountSuppressionList" {
            details.isSuppressedThere = true
            self.init(.blocked, complaint.timestamp, details)
            return
        }
        // "Not spam" is praise; a failed authentication and a virus are no wish of the person's.
        guard !["not-spam", "auth-failure", "virus"].contains(complaint.complaintFeedbackType) else { return nil }
        self.init(.complained, complaint.timestamp, details)
    }
}
