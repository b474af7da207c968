import FoundationEssentials

/// What the server of an app reports on pushes.
///
/// Firebase itself reports nothing: apps tell their server, which tells us.
package enum FirebaseSource {
    /// Inbox name.
    package static let name = "firebase"
    private static let longestWord = 100

    /// A report as it waits in the inbox.
    private struct Report: Codable {
        /// The sender's name of the report, by which a repetition is known.
        var id: String?
        var type: String?
        /// `data.ref` of the push.
        var ref: String?
        /// `data.mid` of the push.
        var messageID: String?
        /// Of reports on registrations.
        var token: String?
        var occurredAt: String?

        enum CodingKeys: String, CodingKey {
            case id, type, ref, token
            case messageID = "message_id"
            case occurredAt = "occurred_at"
        }
    }

    /// A report as it waits in the inbox, with a registration only where it is about one.
    ///
    /// - Parameter id: what the sender calls the report, signed with it.
    /// - Returns: nil for what is none.
    package static func payload(of body: [UInt8], id: String) -> String? {
        guard var report = try? JSONDecoder().decode(Report.self, from: Data(body)), let type = report.type, !type.isEmpty else {
            return nil
        }
        func clean(_ text: String?, _ length: Int = longestWord) -> String? {
            text.map { String($0.prefix(length)).replacing("\0", with: "") }
        }
        report.id = clean(id)
        report.type = clean(type)
        report.ref = clean(report.ref)
        report.messageID = clean(report.messageID)
        report.occurredAt = clean(report.occurredAt)
        report.token = type.hasPrefix("token.") ? clean(report.token, ChannelAddress.longestToken) : nil
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return (try? encoder.encode(report)).map { String(decoding: $0, as: UTF8.self) }
    }

    static func read(_ payload: String, receivedAt: Date) throws -> ProviderReading {
        let report: Report
        do {
            report = try JSONDecoder().decode(Report.self, from: Data(payload.utf8))
        } catch {
            throw UnreadableReport(reason: "not a report on a push: \(error)")
        }
        let occurredAt = min(report.occurredAt.flatMap(ISO8601.date(from:)) ?? receivedAt, receivedAt)
        let discriminator = report.id.map { "\(name):\($0)" }
        switch report.type {
        case "push.received": return try fact(.delivered, report, occurredAt, discriminator)
        case "push.opened": return try fact(.opened, report, occurredAt, discriminator)
        // The app was removed, or has another registration: nobody reads what goes to this one.
        case "token.removed", "token.refreshed":
            guard let token = report.token.flatMap({ ChannelAddress($0, channel: .push) }) else {
                return .kept("\(report.type ?? "") without a token")
            }
            return .fact(
                .unsubscribed,
                ofEverybodyWhoSentTo: token,
                source: name,
                occurredAt: occurredAt,
                discriminator: discriminator,
                payload: try ReportDetails(providerEventID: report.id, reason: report.type).json()
            )
        default: return .kept(report.type ?? "")
        }
    }

    private static func fact(
        _ type: EventType,
        _ report: Report,
        _ occurredAt: Date,
        _ discriminator: String?
    ) throws -> ProviderReading {
        let details = ReportDetails(providerEventID: report.id)
        if let reference = report.ref.flatMap(MessageReference.init) {
            return try .fact(type, of: reference, source: name, occurredAt: occurredAt, discriminator: discriminator, details: details)
        }
        guard let messageID = report.messageID.flatMap(UUID.init(uuidString:)) else {
            return .kept("\(type.rawValue) of a message that is not ours")
        }
        var fact = ReportedFact(
            type: type,
            messageID: messageID,
            source: name,
            occurredAt: occurredAt,
            discriminator: discriminator,
            payload: try details.json()
        )
        // The id alone does not say whose message it is; the delivery log does.
        fact.candidates = .everywhere
        return ProviderReading(facts: [fact])
    }
}

extension MessageCandidates {
    /// Any tenant's message.
    fileprivate static let everywhere: MessageCandidates = {
        func id(_ byte: UInt8) -> UUID {
            UUID(uuid: (byte, byte, byte, byte, byte, byte, byte, byte, byte, byte, byte, byte, byte, byte, byte, byte))
        }
        return MessageCandidates(firstTenant: id(0), lastTenant: id(255), recipientMarks: nil)
    }()
}
