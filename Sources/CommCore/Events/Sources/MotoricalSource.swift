import FoundationEssentials

/// The platform's reports: webhook bodies and rows of its logs API (the same shape, by two ways).
package enum MotoricalSource {
    /// Inbox name of the webhook.
    package static let webhook = "motorical"
    /// Inbox name of the log poller.
    package static let log = "motorical_log"

    /// The body of `POST /api/webhooks/motorical`.
    private struct Report: Decodable {
        let type: String
        let campaign_id: String?
        let contact_id: String?
        let message_id: String?
        let tenant_id: String?
        let occurred_at: String?
        let bounce_type: String?
        let smtp_code: SMTPCode?
    }

    /// The platform writes the code as a number or as text.
    private struct SMTPCode: Decodable {
        let value: Int?
        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let number = try? container.decode(Int.self) {
                value = number
            } else {
                value = Int(try container.decode(String.self).prefix(3))
            }
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
        let occurredAt = report.occurred_at.flatMap(ISO8601.date(from:)) ?? receivedAt
        return [
            ReportedFact(
                type: type,
                tenantID: report.tenant_id.flatMap(UUID.init(uuidString:)),
                campaignID: report.campaign_id.flatMap(UUID.init(uuidString:)),
                contactID: report.contact_id.flatMap(UUID.init(uuidString:)),
                messageID: report.message_id.flatMap(UUID.init(uuidString:)),
                source: source,
                occurredAt: min(occurredAt, receivedAt),
                bounceKind: type == .bounced ? bounceKind(report) : nil,
                payload: payload
            )
        ]
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
        if let told = report.bounce_type?.lowercased() { return told.contains("soft") ? .soft : .hard }
        if report.type.lowercased().contains("soft") { return .soft }
        if let code = report.smtp_code?.value, (400..<500).contains(code) { return .soft }
        return .hard
    }
}
