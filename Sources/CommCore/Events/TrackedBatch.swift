import FoundationEssentials

/// The clicks and opens of a batch, judged together with what is stored of their messages.
struct TrackedBatch: Sendable {
    /// How the number of messages with a click or open that counts changes.
    struct Reach: Sendable, Equatable {
        let tenantID: UUID
        let campaignID: UUID
        let kind: TrackingHit.Kind
        /// 1 or -1.
        let delta: Int
    }

    private struct Judged: Sendable {
        let message: TrackedMessage
        /// Hits that are not stored yet.
        let candidates: [TrackingHit]
        /// By the event's id.
        let verdicts: [UUID: TrackingVerdict]
    }

    private let judged: [Judged]
    private let places: [TrackedMessage.Key: Int]
    /// Of events that belong to no message that is known.
    private let single: [UUID: TrackingVerdict]

    init(_ events: [Event], messages: [TrackedMessage], classifier: VerdictClassifier) {
        let byKey = Dictionary(grouping: events.filter { $0.messageKey != nil && $0.hit != nil }) { $0.messageKey }
        judged = messages.map { message in
            let known = Set(message.hits.map(\.id))
            let candidates = (byKey[Optional(message.key)] ?? []).compactMap(\.hit).filter { !known.contains($0.id) }
            let all = message.hits + candidates
            let verdicts = classifier.verdicts(on: all, handedOverAt: message.reachedAt)
            return Judged(
                message: message,
                candidates: candidates,
                verdicts: Dictionary(zip(all.map(\.id), verdicts)) { first, _ in first }
            )
        }
        places = Dictionary(messages.enumerated().map { ($0.element.key, $0.offset) }) { first, _ in first }
        let found = Set(messages.map(\.key))
        var single: [UUID: TrackingVerdict] = [:]
        for event in events {
            guard let hit = event.hit, event.messageKey.map({ !found.contains($0) }) ?? true else { continue }
            single[event.id] = classifier.verdicts(on: [hit], handedOverAt: nil).first
        }
        self.single = single
    }

    /// The verdict on an event of the batch; nil for what is no click or open, or is stored already.
    func verdict(on event: Event) -> TrackingVerdict? {
        if let verdict = single[event.id] { return verdict }
        return event.messageKey.flatMap { places[$0] }.flatMap { judged[$0].verdicts[event.id] }
    }

    /// Stored hits whose verdict is another one now.
    var revisions: [VerdictChange] {
        judged.flatMap { entry in
            entry.message.hits.compactMap { hit in
                guard let after = entry.verdicts[hit.id], after != hit.verdict else { return nil }
                return VerdictChange(hit, of: entry.message, after: after)
            }
        }
    }

    /// How the campaigns' reach changes when these events are stored and the revisions are made.
    func reach(storing fresh: Set<UUID>) -> [Reach] {
        judged.flatMap { entry -> [Reach] in
            guard let campaignID = entry.message.campaignID else { return [] }
            let after = entry.message.hits + entry.candidates.filter { fresh.contains($0.id) }
            return [TrackingHit.Kind.clicked, .opened].compactMap { kind in
                let isCounted = after.contains { $0.kind == kind && entry.verdicts[$0.id]?.isCounted == true }
                let wasCounted = entry.message.hasCounted(kind)
                guard isCounted != wasCounted else { return nil }
                return Reach(tenantID: entry.message.key.tenantID, campaignID: campaignID, kind: kind, delta: isCounted ? 1 : -1)
            }
        }
    }
}

extension VerdictChange {
    fileprivate init(_ hit: TrackingHit, of message: TrackedMessage, after: TrackingVerdict) {
        self.init(
            eventID: hit.id,
            tenantID: message.key.tenantID,
            campaignID: message.campaignID,
            contactID: message.contactID,
            messageID: message.key.messageID,
            kind: hit.kind,
            occurredAt: hit.occurredAt,
            before: hit.verdict,
            after: after
        )
    }

    /// A new event; nil when it is no click or open.
    init?(_ event: Event) {
        guard let kind = TrackingHit.Kind(rawValue: event.type.rawValue), let verdict = event.verdict else { return nil }
        self.init(
            eventID: event.id,
            tenantID: event.tenantID,
            campaignID: event.campaignID,
            contactID: event.contactID,
            messageID: event.messageID,
            kind: kind,
            occurredAt: event.occurredAt,
            before: nil,
            after: verdict
        )
    }
}

extension Event {
    /// Whose click or open it is.
    var messageKey: TrackedMessage.Key? {
        messageID.map { TrackedMessage.Key(tenantID: tenantID, messageID: $0) }
    }
}
