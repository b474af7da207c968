import FoundationEssentials
import Postgres

/// What a reader of the feed is told of an event: `type`, `timestamp` and `data` of Standard Webhooks.
///
/// It is made when it is told and kept nowhere: of a person who was erased meanwhile it says nothing.
package struct EventFact: Sendable {
    /// Names the event to receivers, which know repetitions by it: the same in every attempt and to everybody.
    package let id: String
    package let eventID: UUID
    package let type: String
    package let occurredAt: Date
    /// The document that is sent.
    package let json: String

    /// Joins rows `w` of the feed with what they refer to.
    static let joins: SQL = """
        LEFT JOIN email_events e ON e.tenant_id = w.tenant_id AND e.id = w.event_id AND e.bucket_at = w.bucket_at
        LEFT JOIN LATERAL (
            SELECT d.campaign_id, d.contact_id, d.channel, CASE w.type WHEN 'queued' THEN d.created_at ELSE d.occurred_at END AS at
            FROM delivery_events d
            WHERE w.type IN \(sql: FeedEventType.ofQueue) AND d.tenant_id = w.tenant_id AND d.id = w.event_id AND d.created_at = w.bucket_at
            UNION ALL
            SELECT m.campaign_id, m.contact_id, m.channel, w.bucket_at AS at FROM message_queue m
            WHERE w.type IN \(sql: FeedEventType.ofQueue) AND m.tenant_id = w.tenant_id AND m.priority IN (0, 1, 2, 3, 4) AND m.id = w.event_id
            LIMIT 1) q ON true
        LEFT JOIN contacts c ON c.tenant_id = w.tenant_id AND c.id = coalesce(e.contact_id, q.contact_id)
        """

    /// What is read of such rows; `w` has `event_id`, `type`, `data` and `recorded_at`.
    static let columns: SQL = """
        w.event_id, w.type, w.data::text AS notice, coalesce(w.campaign_id, e.campaign_id, q.campaign_id) AS campaign_id,
        coalesce(q.channel, w.channel) AS channel, coalesce(e.occurred_at, q.at, w.recorded_at) AS occurred_at,
        CASE WHEN w.type IN \(sql: FeedEventType.ofQueue) THEN w.event_id ELSE e.message_id END AS message_id,
        coalesce(e.contact_id, q.contact_id) AS contact_id, c.email,
        CASE WHEN w.type IN \(sql: FeedEventType.ofQueue) THEN 'queue' ELSE e.source END AS source, e.verdict,
        left(e.payload ->> 'url', 2000) AS url, coalesce(e.payload ->> 'linkIndex', e.payload ->> 'link_index') AS link_index,
        left(coalesce(e.payload ->> 'userAgent', e.payload ->> 'user_agent'), 500) AS user_agent, left(e.payload ->> 'ip', 45) AS ip,
        CASE e.type WHEN 'bounced' THEN CASE WHEN comm_is_soft_bounce(e.payload) THEN 'soft' ELSE 'hard' END END AS bounce,
        left(e.payload ->> 'bounce_class', 50) AS bounce_class, left(e.payload ->> 'smtp_code', 20) AS smtp_code,
        left(coalesce(e.payload ->> 'bounce_reason', e.payload ->> 'reason', e.payload ->> 'error', e.payload ->> 'diagnostic'), 1000) AS reason,
        e.payload ->> 'scope' AS scope
        """

    init(row: PostgresRow) throws {
        let word: String = try row.get("type")
        let known = FeedEventType(rawValue: word)
        eventID = try row.get("event_id")
        id = Self.id(of: eventID, known)
        occurredAt = try row.get("occurred_at")
        type = known?.wireName ?? "message.\(word)"
        if let notice: String = try row.get("notice") {
            json = try Self.document(type: type, at: occurredAt, data: try PostgresJSON(notice).decode(Notice.self))
        } else {
            json = try Self.document(type: type, at: occurredAt, data: try Details(row: row, eventID: eventID))
        }
    }

    /// A made-up event that shows what one of this type looks like.
    static func sample(_ type: FeedEventType, eventID: UUID, at now: Date) throws -> EventFact {
        var details = Details(sample: type, eventID: eventID)
        details.isTest = true
        return try EventFact(
            eventID: eventID,
            type: type.wireName,
            occurredAt: now,
            json: document(type: type.wireName, at: now, data: details)
        )
    }

    private init(eventID: UUID, type: String, occurredAt: Date, json: String) {
        self.eventID = eventID
        self.id = Self.id(of: eventID)
        self.type = type
        self.occurredAt = occurredAt
        self.json = json
    }

    /// The letters `evt_` and 32 hexadecimal digits; no dot, which joins the signed text.
    ///
    /// What happens in the queue has the message's own id, and its name behind it.
    package static func id(of eventID: UUID, _ type: FeedEventType? = nil) -> String {
        let name = type.flatMap { $0.isOfQueue ? "_\($0.rawValue)" : nil } ?? ""
        return "evt_" + eventID.uuidString.lowercased().replacing("-", with: "") + name
    }

    private struct Document<Content: Encodable>: Encodable {
        let type: String
        let timestamp: String
        let data: Content
    }

    private static func document(type: String, at moment: Date, data: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(
            decoding: try encoder.encode(Document(type: type, timestamp: ISO8601.string(from: moment), data: data)),
            as: UTF8.self
        )
    }
}

/// `data` of a message's event.
private struct Details: Encodable {
    let eventID: String
    var messageID: String?
    var campaignID: String?
    var contactID: String?
    var email: String?
    var channel: String
    var source: String?
    var verdict: String?
    var url: String?
    var linkIndex: Int?
    var userAgent: String?
    var ip: String?
    var bounce: String?
    var bounceClass: String?
    var smtpCode: String?
    var reason: String?
    var scope: String?
    var isTest: Bool?

    enum CodingKeys: String, CodingKey {
        case email, channel, source, verdict, url, ip, bounce, reason, scope
        case eventID = "event_id"
        case messageID = "message_id"
        case campaignID = "campaign_id"
        case contactID = "contact_id"
        case linkIndex = "link_index"
        case userAgent = "user_agent"
        case bounceClass = "bounce_class"
        case smtpCode = "smtp_code"
        case isTest = "is_test"
    }

    init(row: PostgresRow, eventID: UUID) throws {
        self.eventID = eventID.uuidString.lowercased()
        messageID = try Self.id(row, "message_id")
        campaignID = try Self.id(row, "campaign_id")
        contactID = try Self.id(row, "contact_id")
        email = try row.get("email")
        channel = try row.get("channel")
        (source, verdict, url) = (try row.get("source"), try row.get("verdict"), try row.get("url"))
        linkIndex = (try row.get("link_index") as String?).flatMap { Int($0) }
        (userAgent, ip) = (try row.get("user_agent"), try row.get("ip"))
        (bounce, bounceClass, smtpCode) = (try row.get("bounce"), try row.get("bounce_class"), try row.get("smtp_code"))
        (reason, scope) = (try row.get("reason"), try row.get("scope"))
    }

    init(sample type: FeedEventType, eventID: UUID) {
        self.eventID = eventID.uuidString.lowercased()
        messageID = "01890a5d-ac96-774b-bcce-b302099a8057"
        campaignID = "01890a5d-ac96-7ab2-80e2-4536629c90de"
        contactID = "01890a5d-ac96-7b1f-8e6a-0b7a4b3c2d1e"
        email = "ada@example.com"
        channel = "email"
        source = "test"
        switch type {
        case .clicked: (url, linkIndex, verdict, userAgent) = ("https://shop.example/offer", 0, "human", "Mozilla/5.0")
        case .opened: (verdict, userAgent) = ("human", "Mozilla/5.0")
        case .bounced: (bounce, smtpCode, reason) = ("hard", "550", "550 5.1.1 user unknown")
        case .deferred: (smtpCode, reason) = ("451", "451 4.7.1 try again later")
        case .unsubscribed, .resubscribed: scope = "all"
        case .queued, .cancelled, .sent, .delivered, .complained, .failed, .blocked, .webhookDisabled: break
        }
    }

    private static func id(_ row: PostgresRow, _ column: String) throws -> String? {
        (try row.get(column) as UUID?)?.uuidString.lowercased()
    }
}

/// `data` of a notice, as it was kept.
private struct Notice: Codable {
    let endpointID: String
    let url: String
    let reason: String
    let failingSince: String?

    enum CodingKeys: String, CodingKey {
        case url, reason
        case endpointID = "endpoint_id"
        case failingSince = "failing_since"
    }
}

extension FeedNotice {
    /// Says that an endpoint was disabled.
    static func endpointDisabled(_ endpointID: UUID, url: String, reason: String, failingSince: Date?, now: Date) throws -> FeedNotice {
        FeedNotice(
            id: UUIDv7.make(at: now),
            type: .webhookDisabled,
            data: try PostgresJSON(
                encoding: Notice(
                    endpointID: endpointID.uuidString.lowercased(),
                    url: url,
                    reason: reason,
                    failingSince: failingSince.map(ISO8601.string(from:))
                )
            )
        )
    }
}
