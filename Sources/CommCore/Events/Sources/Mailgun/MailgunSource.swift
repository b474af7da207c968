import FoundationEssentials

/// Mailgun's webhooks; the event is their `event-data`.
package enum MailgunSource {
    /// Inbox name.
    package static let name = "mailgun"

    static func read(_ payload: String, receivedAt: Date) throws -> ProviderReading {
        let event: MailgunEvent
        do {
            event = try JSONDecoder().decode(MailgunReport.self, from: Data(payload.utf8)).event
        } catch {
            throw UnreadableReport(reason: "not an event of Mailgun's: \(error)")
        }
        guard let type = type(event) else { return .kept(event.event) }
        let occurredAt = min(event.timestamp.map(Date.init(timeIntervalSince1970:)) ?? receivedAt, receivedAt)
        var details = ReportDetails(
            providerEventID: event.id,
            diagnostic: event.status?.text,
            reason: event.reason,
            url: event.url,
            userAgent: event.client?.userAgent,
            ip: event.ip,
            bot: event.client?.bot?.isEmpty == false ? event.client?.bot : nil
        )
        if event.event == "failed" {
            details.smtpCode = event.status?.code
            details.enhancedCode = event.status?.enhancedCode ?? event.status?.bounceCode
        }
        if type == .bounced { details.bounceClass = bounceClass(event) }
        details.isSuppressedThere = type == .blocked
        return try .fact(
            type,
            of: event.variables?[MailgunProvider.variable]?.text.flatMap(MessageReference.init),
            source: name,
            occurredAt: occurredAt,
            // Ids are unique within a day.
            discriminator: event.id.map { "\(name):\(Int((event.timestamp ?? 0) / 86_400)):\($0)" },
            details: details
        )
    }

    /// - Returns: nil for a type that is not known.
    private static func type(_ event: MailgunEvent) -> EventType? {
        switch event.event {
        case "accepted": return .sent
        case "delivered": return .delivered
        case "opened": return .opened
        case "clicked": return .clicked
        case "unsubscribed": return .unsubscribed
        case "complained": return .complained
        case "failed":
            if event.severity == "temporary" { return .deferred }
            // What Mailgun's own lists stop is no new bounce.
            switch (event.reason, event.status?.code) {
            case ("suppress-unsubscribe", _), (_, 606): return .unsubscribed
            case ("suppress-bounce", _), ("suppress-complaint", _), (_, 605), (_, 607): return .blocked
            default: return .bounced
            }
        default: return nil
        }
    }

    private static func bounceClass(_ event: MailgunEvent) -> BounceClass {
        if event.reason == "espblock" { return .block }
        let status = event.status?.enhancedCode ?? event.status?.bounceCode
        let reply = event.status?.code.flatMap { (400..<600).contains($0) ? $0 : nil }
        let isGivenUp = event.reason == "old" || event.status?.code == 602
        let classify = isGivenUp ? BounceClassifier.classifyGivenUp : BounceClassifier.classify
        return classify(reply, status, event.status?.text ?? "")
    }
}

/// What Mailgun posts.
private struct MailgunReport: Decodable {
    let event: MailgunEvent

    enum CodingKeys: String, CodingKey {
        case event = "event-data"
    }
}

/// An event as far as it is read.
private struct MailgunEvent: Decodable {
    struct Status: Decodable {
        let code: Int?
        let message: String?
        let description: String?
        let enhancedCode: String?
        let bounceCode: String?

        var text: String { [message, description].compactMap(\.self).filter { !$0.isEmpty }.joined(separator: " ") }

        enum CodingKeys: String, CodingKey {
            case code, message, description
            case enhancedCode = "enhanced-code"
            case bounceCode = "bounce-code"
        }
    }

    struct Client: Decodable {
        let userAgent: String?
        let bot: String?

        enum CodingKeys: String, CodingKey {
            case bot
            case userAgent = "user-agent"
        }
    }

    /// Variables come back as text, whatever else a sender may have put there.
    struct Variable: Decodable {
        let text: String?

        init(from decoder: any Decoder) throws {
            text = try? decoder.singleValueContainer().decode(String.self)
        }
    }

    let event: String
    let id: String?
    let timestamp: Double?
    let severity: String?
    let reason: String?
    let status: Status?
    let client: Client?
    let ip: String?
    let url: String?
    let variables: [String: Variable]?

    enum CodingKeys: String, CodingKey {
        case event, id, timestamp, severity, reason, ip, url
        case status = "delivery-status"
        case client = "client-info"
        case variables = "user-variables"
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        event = try container.decode(String.self, forKey: .event)
        id = try container.decodeIfPresent(String.self, forKey: .id)
        timestamp = try container.decodeIfPresent(Double.self, forKey: .timestamp)
        severity = try container.decodeIfPresent(String.self, forKey: .severity)
        reason = try container.decodeIfPresent(String.self, forKey: .reason)
        ip = try container.decodeIfPresent(String.self, forKey: .ip)
        url = try container.decodeIfPresent(String.self, forKey: .url)
        // Their shape varies by event; what cannot be read is not needed.
        status = try? container.decodeIfPresent(Status.self, forKey: .status)
        client = try? container.decodeIfPresent(Client.self, forKey: .client)
        variables = try? container.decodeIfPresent([String: Variable].self, forKey: .variables)
    }
}
