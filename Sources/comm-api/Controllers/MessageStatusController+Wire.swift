import CommCore
import FoundationEssentials

extension MessageStatusController {
    /// A message in a list.
    struct MessageWire: Encodable {
        let uuid: UUID
        let state: String
        let channel: String
        @OrNull var priority: String?
        @OrNull var messageType: String?
        let recipient: String
        @OrNull var contactID: UUID?
        @OrNull var requestID: UUID?
        @OrNull var campaignID: UUID?
        let isTest: Bool
        @OrNull var gateway: String?
        let attempts: Int
        @OrNull var nextAttemptAt: Date?
        @OrNull var reason: String?
        @OrNull var failureClass: String?
        let createdAt: Date
        @OrNull var leftAt: Date?
        @OrNull var expiresAt: Date?
        @OrNull var sourceType: String?
        @OrNull var sourceID: String?
        let tags: [String]
        @OrNull var metadata: JSONValue?
        @OrNull var templateID: UUID?

        init(_ facts: MessageFacts, state: MessageState) throws {
            let request = facts.request
            (uuid, self.state, channel, recipient) = (facts.id, state.rawValue, facts.channel, facts.recipient)
            _priority = OrNull(wrappedValue: facts.priority.map { "P\($0)" })
            _messageType = OrNull(wrappedValue: request?.messageType)
            _contactID = OrNull(wrappedValue: facts.contactID)
            _requestID = OrNull(wrappedValue: request?.id)
            _campaignID = OrNull(wrappedValue: facts.campaignID)
            (isTest, attempts, createdAt) = (facts.isTest, facts.attempts, facts.createdAt)
            _gateway = OrNull(wrappedValue: facts.logged?.gateway ?? request?.gateway)
            _nextAttemptAt = OrNull(wrappedValue: state.isLive && state != .sending ? facts.live?.nextTry : nil)
            _reason = OrNull(wrappedValue: facts.logged?.reason ?? facts.live?.lastError)
            _failureClass = OrNull(wrappedValue: facts.failure?.rawValue)
            _leftAt = OrNull(wrappedValue: facts.logged?.occurredAt)
            _expiresAt = OrNull(wrappedValue: facts.expiresAt)
            _sourceType = OrNull(wrappedValue: request?.sourceType)
            _sourceID = OrNull(wrappedValue: request?.sourceID)
            tags = request?.tags ?? []
            _metadata = OrNull(wrappedValue: try (request?.metadata).map { try JSONParser.parse(Array($0.utf8)) })
            _templateID = OrNull(wrappedValue: request?.templateID)
        }
    }

    struct PageWire: Encodable {
        let messages: [MessageWire]
        @OrNull var nextCursor: String?

        init(messages: [MessageWire], next: MessageCursor?) {
            self.messages = messages
            _nextCursor = OrNull(wrappedValue: next?.text)
        }
    }

    /// A message with its story.
    struct StatusWire: Encodable {
        struct EventWire: Encodable {
            let type: String
            let occurredAt: Date
            let source: String
            @OrNull var gateway: String?
            @OrNull var reason: String?
            @OrNull var attempt: Int?
            @OrNull var eventID: UUID?
            @OrNull var verdict: String?
            @OrNull var payload: JSONValue?

            init(_ event: MessageEvent) throws {
                (type, occurredAt, source) = (event.type, event.occurredAt, event.source)
                _gateway = OrNull(wrappedValue: event.gateway)
                _reason = OrNull(wrappedValue: event.reason)
                _attempt = OrNull(wrappedValue: event.attempt)
                _eventID = OrNull(wrappedValue: event.id)
                _verdict = OrNull(wrappedValue: event.verdict)
                _payload = OrNull(wrappedValue: try event.payload.map { try JSONParser.parse(Array($0.utf8)) })
            }
        }

        struct FallbackWire: Encodable {
            let uuid: UUID
            let channel: String
            let state: String
            @OrNull var reason: String?

            init(_ fallback: MessageFallback) {
                (uuid, channel, state) = (fallback.id, fallback.channel, fallback.state.rawValue)
                _reason = OrNull(wrappedValue: fallback.reason)
            }
        }

        private let message: MessageWire
        @OrNull private var why: String?
        private let blockedBy: [BlockerWire]
        @OrNull private var fallback: FallbackWire?
        @OrNull private var fallbackOf: UUID?
        private let events: [EventWire]

        private enum CodingKeys: CodingKey { case why, blockedBy, fallback, fallbackOf, events }

        init(_ status: MessageStatus) throws {
            message = try MessageWire(status.facts, state: status.state)
            _why = OrNull(wrappedValue: status.explanation)
            blockedBy = status.blockers.map(BlockerWire.init)
            _fallback = OrNull(wrappedValue: status.fallback.map(FallbackWire.init))
            _fallbackOf = OrNull(wrappedValue: status.fallbackOf)
            events = try status.events.map(EventWire.init)
        }

        func encode(to encoder: any Encoder) throws {
            try message.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(_why, forKey: .why)
            try container.encode(blockedBy, forKey: .blockedBy)
            try container.encode(_fallback, forKey: .fallback)
            try container.encode(_fallbackOf, forKey: .fallbackOf)
            try container.encode(events, forKey: .events)
        }
    }

    /// What waits of one class, channel or everything.
    struct LaneWire: Encodable {
        let active: Int
        let waiting: Int
        let delayed: Int
        let scheduled: Int
        let deferred: Int
        let held: Int
        let total: Int
        /// How long the oldest of those that wait has been due.
        @OrNull var oldestWaitingSeconds: Int?

        init(_ lane: QueueStats.Lane, now: Date) {
            (active, waiting, delayed) = (lane.active, lane.waiting, lane.delayed)
            (scheduled, deferred, held, total) = (lane.scheduled, lane.deferred, lane.held, lane.total)
            let isWaiting = lane.waiting > 0
            _oldestWaitingSeconds = OrNull(wrappedValue: isWaiting ? lane.oldestDue.map { Int(max(0, now.timeIntervalSince($0))) } : nil)
        }
    }

    struct GatewayWire: Encodable {
        let channel: String
        @OrNull var gateway: String?
        let outcomes: [String: Int64]

        init(_ totals: ChannelTotals) {
            (channel, outcomes) = (totals.channel, totals.outcomes)
            _gateway = OrNull(wrappedValue: totals.gateway)
        }
    }

    struct QueueStatsWire: Encodable {
        let active: Int
        let waiting: Int
        let delayed: Int
        let held: Int
        let completed: Int64
        let failed: Int64
        let unconfirmed: Int
        let isLowerBound: Bool
        let hours: Int
        let queue: LaneWire
        let byPriority: [String: LaneWire]
        let byChannel: [String: LaneWire]
        let byGateway: [GatewayWire]

        init(_ stats: QueueStats, now: Date) {
            let total = stats.total
            (active, waiting, delayed, held) = (total.active, total.waiting, total.delayed, total.held)
            (completed, failed) = (stats.ended("sent"), stats.ended("failed"))
            (unconfirmed, isLowerBound, hours) = (stats.unconfirmed, stats.isLowerBound, stats.hours)
            queue = LaneWire(total, now: now)
            byPriority = Dictionary(
                uniqueKeysWithValues: Priority.allCases.map {
                    ("P\($0.rawValue)", LaneWire(stats.lane(priority: Int($0.rawValue)), now: now))
                }
            )
            byChannel = Dictionary(
                uniqueKeysWithValues: Channel.allCases.map { ($0.rawValue, LaneWire(stats.lane(channel: $0.rawValue), now: now)) }
            )
            byGateway = stats.ended.map(GatewayWire.init)
        }
    }

    struct ChannelStatsWire: Encodable {
        struct ChannelWire: Encodable {
            let channel: String
            let queue: LaneWire
            let outcomes: [String: Int64]
            let gateways: [GatewayWire]
        }

        let hours: Int
        let channels: [ChannelWire]

        init(_ stats: QueueStats, now: Date) {
            hours = stats.hours
            channels = Channel.allCases.map { channel in
                let gateways = stats.ended.filter { $0.channel == channel.rawValue }
                return ChannelWire(
                    channel: channel.rawValue,
                    queue: LaneWire(stats.lane(channel: channel.rawValue), now: now),
                    outcomes: gateways.reduce(into: [:]) { $0.merge($1.outcomes, uniquingKeysWith: +) },
                    gateways: gateways.map(GatewayWire.init)
                )
            }
        }
    }
}
