import FoundationEssentials

/// Twilio's reports on text messages.
package enum TwilioSource {
    /// Inbox name.
    package static let name = "twilio"

    /// The fields of a report as they wait in the inbox: without text, and with the number only where somebody asks for no more messages,
    /// or for messages again.
    ///
    /// - Parameters:
    ///   - reference: the message's name, from the address of the report.
    ///   - segments: likewise, in how many parts it travelled.
    /// - Returns: nil for what is neither a status nor an answer.
    package static func payload(of fields: [(name: String, value: String)], reference: String?, segments: String? = nil) -> String? {
        var kept: [String: String] = [:]
        for (name, value) in fields where ["MessageSid", "MessageStatus", "ErrorCode", "OptOutType"].contains(name) {
            kept[name] = String(value.prefix(100)).replacing("\0", with: "")
        }
        guard kept["MessageSid"] != nil else { return nil }
        if kept["MessageStatus"] == nil {
            guard let answer = fields.first(where: { $0.name == "Body" })?.value else { return nil }
            let keyword = SMSKeyword(answer: answer, told: kept["OptOutType"])
            kept["Answer"] = keyword?.rawValue ?? "text"
            if keyword == .stop || keyword == .start {
                kept["From"] = fields.first { $0.name == "From" }.map { String($0.value.prefix(50)) }
            }
        }
        kept["Reference"] = reference
        kept["Segments"] = segments
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
        if let answer = fields["Answer"] { return try self.answer(answer, fields, receivedAt: receivedAt) }
        let status = fields["MessageStatus"] ?? ""
        let code = fields["ErrorCode"].flatMap { Int($0) }
        guard let type = type(status, code) else {
            return ["accepted", "queued", "sending", "scheduled"].contains(status) ? .nothing : .kept(status)
        }
        var details = ReportDetails(providerEventID: fields["MessageSid"], reason: code.map { "twilio \($0)" })
        if type == .failed || type == .bounced { details.bounceClass = TwilioErrorCode.bounceClass(code) }
        details.segments = fields["Segments"].flatMap { Int($0) }
        return try .fact(
            type,
            of: fields["Reference"].flatMap(MessageReference.init),
            source: name,
            occurredAt: receivedAt,
            discriminator: "\(name):\(fields["MessageSid"] ?? ""):\(status)",
            details: details
        )
    }

    /// Who answers STOP leaves, by START comes back; everything else is kept as what it was.
    private static func answer(_ answer: String, _ fields: [String: String], receivedAt: Date) throws -> ProviderReading {
        let keyword = SMSKeyword(rawValue: answer)
        guard keyword == .stop || keyword == .start, let number = fields["From"].flatMap({ ChannelAddress($0, channel: .sms) }) else {
            return .kept("answer: \(answer)")
        }
        return .fact(
            keyword == .stop ? .unsubscribed : .resubscribed,
            ofEverybodyWhoSentTo: number,
            source: name,
            occurredAt: receivedAt,
            discriminator: "\(name):\(fields["MessageSid"] ?? "")",
            payload: try ReportDetails(providerEventID: fields["MessageSid"], reason: "answered \(answer)").json()
        )
    }

    /// What a status says, and where it is a failure, of whom: a number that is none or cannot be reached bounces, as an address does.
    ///
    /// - Returns: nil for what changes nothing.
    private static func type(_ status: String, _ code: Int?) -> EventType? {
        switch status {
        case "sent": .sent
        case "delivered", "read", "partially_delivered": .delivered
        case "canceled": .failed
        case "undelivered", "failed":
            switch TwilioErrorCode.bounceClass(code) {
            case .hard, .soft: .bounced
            default: code == TwilioErrorCode.optedOut ? .unsubscribed : .failed
            }
        default: nil
        }
    }
}
