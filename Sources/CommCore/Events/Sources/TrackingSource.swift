import FoundationEssentials

/// Clicks and opens, as comm-api writes them after it has verified the token.
package enum TrackingSource {
    package static let name = "tracking"

    /// What comm-api appends to the inbox for one click.
    package struct Click: Codable, Sendable {
        package let type: EventType
        package let tenantID: UUID
        package let campaignID: UUID
        package let contactID: UUID
        package let messageID: UUID?
        package let linkIndex: Int
        package let url: String
        package let userAgent: String?
        package let ip: String?
        package let occurredAt: Date
        package let eventID: UUID

        package init(
            tenantID: UUID,
            campaignID: UUID,
            contactID: UUID,
            messageID: UUID?,
            linkIndex: Int,
            url: String,
            userAgent: String?,
            ip: String?,
            occurredAt: Date,
            eventID: UUID
        ) {
            self.type = .clicked
            self.tenantID = tenantID
            self.campaignID = campaignID
            self.contactID = contactID
            self.messageID = messageID
            self.linkIndex = linkIndex
            self.url = url
            self.userAgent = userAgent.map { String($0.prefix(500)) }
            self.ip = ip.map { String($0.prefix(45)) }
            self.occurredAt = occurredAt
            self.eventID = eventID
        }

        enum CodingKeys: String, CodingKey {
            case type, url, ip
            case tenantID = "tenant_id"
            case campaignID = "campaign_id"
            case contactID = "contact_id"
            case messageID = "message_id"
            case linkIndex = "link_index"
            case userAgent = "user_agent"
            case occurredAt = "occurred_at"
            case eventID = "event_id"
        }

        /// The inbox payload.
        package func json() throws -> String {
            let encoder = JSONEncoder()
            encoder.dateEncodingStrategy = .millisecondsSince1970
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }

    private struct Details: Encodable {
        let url: String
        let linkIndex: Int
        let userAgent: String?
        let ip: String?
    }

    static func facts(in payload: String) throws -> [ReportedFact] {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .millisecondsSince1970
        let click = try decoder.decode(Click.self, from: Data(payload.utf8))
        let details = Details(url: click.url, linkIndex: click.linkIndex, userAgent: click.userAgent, ip: click.ip)
        return [
            ReportedFact(
                type: click.type,
                tenantID: click.tenantID,
                campaignID: click.campaignID,
                contactID: click.contactID,
                messageID: click.messageID,
                source: name,
                occurredAt: click.occurredAt,
                discriminator: click.eventID.uuidString,
                payload: String(decoding: try JSONEncoder().encode(details), as: UTF8.self)
            )
        ]
    }
}
