import FoundationEssentials

/// Twilio's reports on text messages.
package enum TwilioSource {
    /// Inbox name.
    package static let name = "twilio"

    /// The fields of a report as they wait in the inbox: without number and text.
    ///
    /// - Returns: nil for what is neither a status nor an answer.
    package static func payload(of fields: [(name: String, value: String)], reference: String?) -> String? {
        var kept: [String: String] = [:]
        for (name, value) in fields where ["MessageSid", "MessageStatus", "ErrorCode", "OptOutType"].contains(name) {
            kept[name] = String(value.prefix(100)).replacing("\0", with: "")
        }
        guard kept["MessageSid"] != nil else { return nil }
        let answer = fields.first { $0.name == "Body" }?.value
        if kept["MessageStatus"] == nil {
            guard let answer else { return nil }
            kept["Answer"] = SMSKeyword(answer: answer, told: kept["OptOutType"])?.rawValue ?? "text"
        }
        kept["Reference"] = reference
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return (try? encoder.encode(kept)).map { String(decoding: $0, as: UTF8.self) }
    }

    static func read(_ payload: String, receivedAt: Date) throws -> ProviderReading {
        let fields: [String: String]
        do {
            fields = try JSONDecoder().decode([String: String].self, from: Data(payload.utf8))
        } catch {
            throw UnreadableReport(reason: "not a report of Twilio's: \(error)")
        }
        if let answer = fields["Answer"] { return .kept("answer: \(answer)") }
        let status = fields["MessageStatus"] ?? ""
        guard let type = type(status) else {
            return ["accepted", "queued", "sending", "scheduled"].contains(status) ? .nothing : .kept(status)
        }
        let code = fields["ErrorCode"].flatMap { Int($0) }
        var details = ReportDetails(providerEventID: fields["MessageSid"], reason: code.map { "twilio \($0)" })
        // The class says why; the event is no bounce, since that is about a mail address.
        if type == .failed { details.bounceClass = TwilioErrorCode.bounceClass(code) }
        return try .fact(
            type,
            of: fields["Reference"].flatMap(MessageReference.init),
            source: name,
            occurredAt: receivedAt,
            discriminator: "\(name):\(fields["MessageSid"] ?? ""):\(status)",
            details: details
        )
    }

    /// - Returns: nil for what changes nothing.
    private static func type(_ status: String) -> EventType? {
        switch status {
        case "sent": .sent
        case "delivered", "read", "partially_delivered": .delivered
        case "undelivered", "failed", "canceled": .failed
        default: nil
        }
    }
}
