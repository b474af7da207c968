import FoundationEssentials

/// Clicks and opens, as comm-api writes them after it has verified the token.
package enum TrackingSource {
    package static let name = "tracking"

    /// What comm-api appends to the inbox for one click or open.
    package struct Click: Codable, Sendable {
        package let type: EventType
        package let tenantID: UUID
        package let campaignID: UUID
        package let contactID: UUID
        package let messageID: UUID?
        /// Nil for an open.
        package let linkIndex: Int?
        /// Nil for an open.
        package let url: String?
        package let userAgent: String?
        package let ip: String?
        package let occurredAt: Date
        package let eventID: UUID
        /// Whether the request named languages; nil when that was not observed.
        package let language: Bool?
        package let head: Bool?
        package let prefetch: Bool?
        package let userActivated: Bool?

        package init(
            type: EventType = .clicked,
            tenantID: UUID,
            campaignID: UUID,
            contactID: UUID,
            messageID: UUID?,
            linkIndex: Int?,
            url: String?,
            userAgent: String?,
            ip: String?,
            occurredAt: Date,
            eventID: UUID,
            language: Bool? = nil,
            head: Bool? = nil,
            prefetch: Bool? = nil,
            userActivated: Bool? = nil
        ) {
            self.type = type
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
            self.language = language
            self.head = head
            self.prefetch = prefetch
            self.userActivated = userActivated
        }

        enum CodingKeys: String, CodingKey {
            case type, url, ip, language, head, prefetch
            case tenantID = "tenant_id"
            case campaignID = "campaign_id"
            case contactID = "contact_id"
            case messageID = "message_id"
            case linkIndex = "link_index"
            case userAgent = "user_agent"
            case occurredAt = "occurred_at"
            case eventID = "event_id"
            case userActivated = "user_activated"
        }

        /// The inbox payload.
        package func json() throws -> String {
            let encoder = JSONEncoder()
            encoder.dateEncodingStrategy = .millisecondsSince1970
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }

        var signals: TrackingSignals {
            TrackingSignals(
                userAgent: userAgent,
                ip: ip,
                hasLanguage: language,
                isHead: head ?? false,
                isPrefetch: prefetch ?? false,
                isUserActivated: userActivated ?? false
            )
        }
    }

    /// What is kept in the event: the link, and what was observed.
    private struct Details: Codable {
        var url: String?
        var linkIndex: Int?
        var signals: TrackingSignals

        enum CodingKeys: String, CodingKey {
            case url, linkIndex
        }

        init(url: String?, linkIndex: Int?, signals: TrackingSignals) {
            (self.url, self.linkIndex, self.signals) = (url, linkIndex, signals)
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            url = try container.decodeIfPresent(String.self, forKey: .url)
            linkIndex = try container.decodeIfPresent(Int.self, forKey: .linkIndex)
            signals = try TrackingSignals(from: decoder)
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encodeIfPresent(url, forKey: .url)
            try container.encodeIfPresent(linkIndex, forKey: .linkIndex)
            try signals.encode(to: encoder)
        }
    }

    static func facts(in payload: String) throws -> [ReportedFact] {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .millisecondsSince1970
        let click = try decoder.decode(Click.self, from: Data(payload.utf8))
        guard TrackingHit.Kind(rawValue: click.type.rawValue) != nil else {
            throw UnreadableReport(reason: "neither a click nor an open")
        }
        let details = Details(url: click.url, linkIndex: click.linkIndex, signals: click.signals)
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
                payload: String(decoding: try JSONEncoder().encode(details), as: UTF8.self),
                tracked: TrackedDetails(linkIndex: click.linkIndex, signals: click.signals)
            )
        ]
    }

    /// The details in a stored event's payload; those of other sources hold none.
    static func details(in payload: String) -> TrackedDetails {
        let details = try? JSONDecoder().decode(Details.self, from: Data(payload.utf8))
        return TrackedDetails(linkIndex: details?.linkIndex, signals: details?.signals ?? TrackingSignals())
    }

    /// The payload without what could tell who it was.
    static func anonymised(_ payload: String) -> String {
        guard var details = try? JSONDecoder().decode(Details.self, from: Data(payload.utf8)) else { return "{}" }
        details.signals.userAgent = nil
        details.signals.ip = nil
        // A target may hold values of the recipient.
        details.url = details.url.map { String($0.prefix { $0 != "?" && $0 != "#" }) }
        guard let data = try? JSONEncoder().encode(details) else { return "{}" }
        return String(decoding: data, as: UTF8.self)
    }
}
