import FoundationEssentials

/// The platform's reports: webhook bodies and rows of its logs API (the same shape, by two ways).
package enum MotoricalSource {
    /// Inbox name of the webhook.
    package static let webhook = "motorical"
    /// Inbox name of the log poller.
    package static let log = "motorical_log"

    /// The body of `POST /api/webhooks/motorical`.
    struct Report: Codable {
        var type: String
        var campaignID: String?
        var contactID: String?
        var messageID: String?
        var tenantID: String?
        var occurredAt: String?
        var bounceType: String?
        var smtpCode: SMTPCode?

        enum CodingKeys: String, CodingKey {
            case type
            case campaignID = "campaign_id"
            case contactID = "contact_id"
            case messageID = "message_id"
            case tenantID = "tenant_id"
            case occurredAt = "occurred_at"
            case bounceType = "bounce_type"
            case smtpCode = "smtp_code"
        }
    }

    /// The platform writes the code as a number or as text.
    struct SMTPCode: Codable {
        let value: Int?

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let number = try? container.decode(Int.self) {
                value = number
            } else {
                value = Int(try container.decode(String.self).prefix(3))
            }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            try container.encode(value)
        }
    }

    /// What the recipient's server said; the platform's names for it vary.
    private struct Words: Decodable {
        let answer: String?

        private enum Key: String, CodingKey, CaseIterable {
            case smtpCode = "smtp_code"
            case bounceReason = "bounce_reason"
            case reason, error, diagnostic
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            let words = Key.allCases.compactMap { key -> String? in
                (try? container.decode(String.self, forKey: key)) ?? (try? container.decode(Int.self, forKey: key)).map(String.init)
            }
            answer = words.isEmpty ? nil : words.joined(separator: " ")
        }
    }

    /// - Parameter payload: one report, a JSON object.
    static func facts(in payload: String, source: String, receivedAt: Date) throws -> [ReportedFact] {
        let report: Report
        do {
            report = try JSONDecoder().decode(Report.self, from: Data(payload.utf8))
        } catch {
            throw UnreadableReport(reason: "not a platform report: \(error)")
        }
        let type = Self.type(report.type)
        let occurredAt = report.occurredAt.flatMap(ISO8601.date(from:)) ?? receivedAt
        var fact = ReportedFact(
            type: type,
            tenantID: report.tenantID.flatMap(UUID.init(uuidString:)),
            campaignID: report.campaignID.flatMap(UUID.init(uuidString:)),
            contactID: report.contactID.flatMap(UUID.init(uuidString:)),
            messageID: report.messageID.flatMap(UUID.init(uuidString:)),
            source: source,
            occurredAt: min(occurredAt, receivedAt),
            bounceKind: type == .bounced ? bounceKind(report) : nil,
            payload: payload,
            tracked: TrackingHit.Kind(rawValue: type.rawValue).map { _ in TrackedDetails(linkIndex: nil, signals: TrackingSignals()) }
        )
        fact.answer = (try? JSONDecoder().decode(Words.self, from: Data(payload.utf8)))?.answer
        return [fact]
    }

    /// The platform's words vary by version: the contract matches them by what they contain.
    package static func type(_ word: String) -> EventType {
        let word = word.lowercased()
        for (part, type) in words where word.contains(part) { return type }
        return .sent
    }

    private static let words: [(String, EventType)] = [
        ("deliver", .delivered), ("bounce", .bounced), ("complain", .complained), ("defer", .deferred), ("fail", .failed),
        ("block", .blocked), ("open", .opened),
    ]

    /// A bounce counts as hard unless it says otherwise: mailing a dead address again costs more than missing a live one.
    private static func bounceKind(_ report: Report) -> BounceKind {
        if let told = report.bounceType?.lowercased() { return told.contains("soft") ? .soft : .hard }
        if report.type.lowercased().contains("soft") { return .soft }
        if let code = report.smtpCode?.value, (400..<500).contains(code) { return .soft }
        return .hard
    }
}
