import FoundationEssentials

/// What reports tell of servers' answers, for the rules by which gateways slow down: each answer once, whoever reports it and how often.
struct ReportedAnswers: Sendable {
    /// Older answers say nothing about the rate of now (seconds).
    static let freshness: TimeInterval = 15 * 60

    private struct Source: Hashable {
        let gateway: String
        let channel: Channel
    }

    private struct Answer {
        let source: Source
        let reply: GatewayReply
    }

    private var answers: [UUID: Answer] = [:]
    private var replies: [Source: [GatewayReply]] = [:]

    /// Notes what a fact tells, under the id of its event.
    mutating func add(_ fact: ReportedFact, of owner: MessageOwner, as eventID: UUID) {
        guard let gateway = owner.gateway, let text = fact.answer, let kind = Self.kind(fact.type) else { return }
        // Of a person who was erased the domain is not known either; only mail has one.
        guard owner.domain != nil || owner.channel != .email else { return }
        let recipient = owner.domain.map { "@\($0)" } ?? ""
        answers[eventID] = Answer(
            source: Source(gateway: gateway, channel: owner.channel),
            reply: GatewayReply(recipient: recipient, kind: kind, text: text, givenAt: fact.occurredAt)
        )
    }

    /// Keeps those whose events are news.
    mutating func settle(fresh events: [Event], now: Date) {
        for event in events {
            guard let answer = answers[event.id], now.timeIntervalSince(event.occurredAt) < Self.freshness else { continue }
            replies[answer.source, default: []].append(answer.reply)
        }
        answers = [:]
    }

    /// Tells a throttle.
    func tell(_ throttle: any MessageThrottle, now: Date) async {
        for (source, replies) in replies {
            await throttle.observe(replies, of: source.gateway, channel: source.channel, now: now)
        }
    }

    /// - Returns: nil for what is nobody's answer to a message.
    private static func kind(_ type: EventType) -> GatewayReply.Kind? {
        switch type {
        case .deferred: .deferred
        case .bounced, .failed: .refused
        case .sent, .delivered, .complained, .blocked, .opened, .clicked, .unsubscribed, .resubscribed: nil
        }
    }
}
