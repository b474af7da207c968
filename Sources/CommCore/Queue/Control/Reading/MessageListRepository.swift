import FoundationEssentials
import Postgres

/// Lists messages by key: newest request first, and the newest message of each first.
///
/// What no index knows (channel, state, …) is looked at in a window of bounded size, so a page may hold fewer messages than were asked for and
/// still have a next one; no filter makes a request long.
package struct MessageListRepository: Sendable {
    /// The most messages that one page holds.
    package static let largestPage = 200
    /// Messages that are looked at for one page.
    static let window = 2_000

    private let client: PostgresClient
    private let time: any TimeSource

    package init(client: PostgresClient, time: any TimeSource) {
        self.client = client
        self.time = time
    }

    /// - Throws: `CampaignError.notFound` for a campaign that the tenant does not have, `QueueError.notFound` for a contact.
    package func page(
        tenantID: UUID,
        filter: MessageFilter,
        limit: Int = 50,
        after cursor: MessageCursor? = nil
    ) async throws -> MessagePage {
        let now = time.now
        let limit = min(max(1, limit), Self.largestPage)
        let window = filter.isDecidedByKey ? limit + 1 : Self.window
        return try await client.withTenant(tenantID) { connection in
            var query = MessageListQuery(tenantID: tenantID, filter: filter, after: cursor, window: window)
            if let id = filter.contactID { query.addresses = try await Self.addresses(of: id, tenantID: tenantID, on: connection) }
            guard let page = try await query.page(on: connection) else { return MessagePage(messages: [], next: nil) }
            let rows = try await connection.query(
                "\(sql: MessageFactsSQL.complete(page.statement, tenantID: tenantID, now: now)) ORDER BY coalesce(p.request_id, p.campaign_id) DESC, p.id DESC"
            )
            let seen = try rows.map(MessageFacts.init(row:))
            let meant = seen.filter { $0.isMeant(by: filter, now: now) }
            let shown = Array(meant.prefix(limit))
            let end = meant.count > limit ? shown.last : seen.count == window ? seen.last : nil
            return MessagePage(messages: shown, next: end.flatMap(MessageCursor.init) ?? page.next.map(MessageCursor.init(afterRequest:)))
        }
    }

    private static func addresses(of contactID: UUID, tenantID: UUID, on connection: PostgresConnection) async throws -> [String] {
        let rows = try await connection.query(
            "SELECT email, email_norm, phone FROM contacts WHERE tenant_id = \(tenantID) AND id = \(contactID) AND deleted_at IS NULL"
        )
        guard let row = rows.first else { throw QueueError(.notFound, "Contact not found") }
        let number = (try row.get("phone") as String?).flatMap { try? MessageAddress($0, channel: .sms) }
        return Array(Set([try row.get("email"), try row.get("email_norm"), number?.deliverable].compactMap(\.self)))
    }
}

extension MessageCursor {
    /// After every message of a request.
    fileprivate init(afterRequest id: UUID) {
        self.init(origin: id, id: OrderedUUID.everything.lowerBound.id)
    }

    fileprivate init?(_ facts: MessageFacts) {
        guard let origin = facts.request?.id ?? facts.campaignID else { return nil }
        self.init(origin: origin, id: facts.id)
    }
}

extension MessageFacts {
    /// Whether it passes what no index knows.
    fileprivate func isMeant(by filter: MessageFilter, now: Date) -> Bool {
        if !filter.states.isEmpty, !filter.states.contains(state(now: now)) { return false }
        if let channel = filter.channel, channel.rawValue != self.channel { return false }
        if let failure = filter.failure, failure != self.failure { return false }
        if let type = filter.messageType, type != request?.messageType { return false }
        if let gateway = filter.gateway, gateway != logged?.gateway ?? request?.gateway { return false }
        return true
    }
}
