import CommCore
import FoundationEssentials
import Hummingbird

/// Single messages, whoever asked for them: where they stand and why, taking them back, and counts.
struct MessageStatusController: Sendable {
    private static let defaultPage = 50

    let messages: MessageStatusRepository
    let list: MessageListRepository
    let cancellation: MessageCancellation
    let stats: QueueStatsRepository
    let time: any TimeSource

    /// One message with everything that happened to it.
    func get(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let found = try await messages.status(tenantID: context.tenantID, id: try context.id())
        return Answer(try StatusWire(found))
    }

    /// Messages of requests or of a campaign, newest first, by cursor.
    func list(_ request: Request, context: TenantContext) async throws -> Response {
        let (filter, limit, cursor) = try request.query { query in
            (Self.filter(&query), query.int("limit", in: 1...MessageListRepository.largestPage) ?? Self.defaultPage, query.messageCursor())
        }
        let page = try await list.page(tenantID: context.tenantID, filter: filter, limit: limit, after: cursor)
        let now = time.now
        return try Answer(PageWire(messages: try page.messages.map { try MessageWire($0, state: $0.state(now: now)) }, next: page.next))
            .response()
    }

    /// Takes back what has not left.
    func cancel(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let id = try context.id()
        try await cancellation.cancel(tenantID: context.tenantID, id: id)
        let found = try await messages.status(tenantID: context.tenantID, id: id)
        return Answer(try StatusWire(found), message: "Message cancelled")
    }

    /// What waits, by class and channel, and what became of the rest.
    func queueStats(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let hours = try request.query { $0.int("hours", in: 1...QueueStatsRepository.mostHours) } ?? 24
        return Answer(QueueStatsWire(try await stats.stats(tenantID: context.tenantID, hours: hours), now: time.now))
    }

    /// The same by channel and gateway.
    func channelStats(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let hours = try request.query { $0.int("hours", in: 1...QueueStatsRepository.mostHours) } ?? 24
        return Answer(ChannelStatsWire(try await stats.stats(tenantID: context.tenantID, hours: hours), now: time.now))
    }

    /// Reads what a list is narrowed by.
    static func filter(_ query: inout QueryFields) -> MessageFilter {
        var filter = MessageFilter()
        filter.campaignID = query.uuid("campaign_id")
        filter.requestID = query.uuid("request_id")
        filter.states = query.messageStates()
        filter.channel = query.choice("channel", Channel.self)
        filter.recipient = query.string("recipient")
        filter.contactID = query.uuid("contact_id")
        filter.tag = query.string("tag")
        filter.sourceType = query.string("source_type")
        filter.sourceID = query.string("source_id")
        filter.messageType = query.string("message_type")
        filter.gateway = query.string("gateway")
        filter.from = query.date("created_from")
        filter.to = query.date("created_to")
        if filter.sourceID != nil, filter.sourceType == nil { query.refuse("source_id", "source_id needs source_type beside it") }
        if filter.campaignID != nil, filter.requestID != nil || filter.namesRequests {
            query.refuse("campaign_id", "campaign_id stands alone: messages of campaigns have no request, tag or source")
        }
        if let from = filter.from, let to = filter.to, from >= to { query.refuse("created_from", "created_from must be before created_to") }
        return filter
    }
}

extension QueryFields {
    /// Several states with commas between them.
    fileprivate mutating func messageStates() -> Set<MessageState> {
        guard let text = string("state") else { return [] }
        var states: Set<MessageState> = []
        for name in text.split(separator: ",") {
            guard let state = MessageState(rawValue: String(name)) else {
                refuse("state", "state must be a list of: \(MessageState.allCases.map(\.rawValue).joined(separator: ", "))")
                return []
            }
            states.insert(state)
        }
        return states
    }

    /// Where a page of messages begins.
    mutating func messageCursor() -> MessageCursor? {
        guard let text = string("cursor") else { return nil }
        guard let cursor = MessageCursor(text) else {
            refuse("cursor", "cursor is not one that this API gave")
            return nil
        }
        return cursor
    }
}
