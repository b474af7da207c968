import FoundationEssentials

/// Postal's webhook events.
package enum PostalSource {
    /// Inbox name.
    package static let name = "postal"

    static func read(_ payload: String, receivedAt: Date) throws -> ProviderReading {
        let report: PostalReport
        do {
            report = try JSONDecoder().decode(PostalReport.self, from: Data(payload.utf8))
        } catch {
            throw UnreadableReport(reason: "not a report of Postal's: \(error)")
        }
        guard let type = type(report) else { return .kept(report.event) }
        let body = report.payload
        let message = body?.message ?? body?.originalMessage
        let told = body?.timestamp ?? report.timestamp
        var details = ReportDetails(
            providerEventID: report.uuid,
            diagnostic: body?.output?.isEmpty == false ? body?.output : body?.details,
            url: body?.url,
            userAgent: body?.userAgent,
            ip: body?.ipAddress
        )
        if type == .bounced || type == .deferred { classify(report, &details) }
        return try .fact(
            type,
            of: message?.tag.flatMap(MessageReference.init),
            source: name,
            occurredAt: min(told.map(Date.init(timeIntervalSince1970:)) ?? receivedAt, receivedAt),
            discriminator: report.uuid.map { "\(name):\($0)" },
            details: details
        )
    }

    /// - Returns: nil for what is about no message.
    private static func type(_ report: PostalReport) -> EventType? {
        switch report.event {
        case "MessageSent": .delivered
        case "MessageDelayed": .deferred
        case "MessageDeliveryFailed", "MessageBounced": .bounced
        // The text alone tells a refusal from a pause.
        case "MessageHeld": report.payload?.details?.lowercased().contains("suppression list") == true ? .blocked : .deferred
        case "MessageLinkClicked": .clicked
        case "MessageLoaded": .opened
        default: nil
        }
    }

    private static func classify(_ report: PostalReport, _ details: inout ReportDetails) {
        let output = report.payload?.output ?? ""
        let code = output.split(separator: " ").first.flatMap { Int($0.prefix(3)) }
        details.smtpCode = code
        guard report.event == "MessageDeliveryFailed" || report.event == "MessageBounced" else { return }
        let text = output.isEmpty ? report.payload?.details ?? "" : output
        let isGivenUp = report.payload?.details?.lowercased().contains("too many soft fails") == true
        let wasTemporary = isGivenUp || code.map { (400..<500).contains($0) } == true
        let classify = wasTemporary ? BounceClassifier.classifyGivenUp : BounceClassifier.classify
        details.bounceClass = classify(code, nil, text)
    }
}

/// The envelope that Postal posts, as far as it is read.
private struct PostalReport: Decodable {
    struct Message: Decodable {
        let tag: String?
    }

    struct Body: Decodable {
        let message: Message?
        let originalMessage: Message?
        let details: String?
        let output: String?
        let timestamp: Double?
        let url: String?
        let userAgent: String?
        let ipAddress: String?

        enum CodingKeys: String, CodingKey {
            case message, details, output, timestamp, url
            case originalMessage = "original_message"
            case userAgent = "user_agent"
            case ipAddress = "ip_address"
        }
    }

    let event: String
    let timestamp: Double?
    let uuid: String?
    let payload: Body?
}
