import FoundationEssentials

/// Events of Amazon SES, as SNS delivers them: event publishing (`eventType`) and the older notifications (`notificationType`).
package enum SESSource {
    /// Inbox name.
    package static let name = "ses"

    /// What comm-api appends for one message of SNS.
    package struct Delivery: Codable, Sendable {
        /// `MessageId` of SNS, the same over its retries.
        let id: String
        /// The event as text.
        let message: String

        package init(id: String, message: String) {
            self.id = id
            self.message = message
        }

        /// The inbox payload.
        package func json() throws -> String {
            String(decoding: try JSONEncoder().encode(self), as: UTF8.self)
        }
    }

    static func read(_ payload: String, receivedAt: Date) throws -> ProviderReading {
        guard let delivery = try? JSONDecoder().decode(Delivery.self, from: Data(payload.utf8)) else {
            throw UnreadableReport(reason: "not a message of SNS")
        }
        // SNS proves its connection with a plain sentence.
        guard delivery.message.utf8.first == UInt8(ascii: "{") else { return .nothing }
        let record: SESRecord
        do {
            record = try JSONDecoder().decode(SESRecord.self, from: Data(delivery.message.utf8))
        } catch {
            throw UnreadableReport(reason: "not an event of SES: \(error)")
        }
        let word = record.eventType ?? record.notificationType ?? "nameless"
        guard let meaning = SESMeaning(word, record) else { return .kept(word) }
        let time = meaning.timestamp.flatMap(ISO8601.date(from:)) ?? receivedAt
        var details = meaning.details
        details.providerEventID = delivery.id
        return try .fact(
            meaning.type,
            of: record.mail.reference,
            source: name,
            occurredAt: min(time, receivedAt),
            // Two topics may tell the same event under two ids of SNS.
            discriminator: "\(name):\(record.mail.messageID ?? ""):\(meaning.timestamp ?? delivery.id):\(details.url ?? "")",
            details: details
        )
    }
}
