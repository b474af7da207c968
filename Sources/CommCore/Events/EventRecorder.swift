import FoundationEssentials
import Postgres

/// Stores events and projects those that are new, in the caller's transaction.
///
/// There is no other way to change a counter, a contact's engagement or a suppression because of something that happened outside.
package struct EventRecorder: Sendable {
    package init() {}

    /// Records a batch; what is already known changes nothing.
    ///
    /// - Parameters:
    ///   - dispatched: what the sender has recorded in the delivery log since.
    ///   - waitsForRebuild: whether to wait while the roll-ups of a campaign are made again; somebody who waits for an answer does not.
    /// - Returns: those of the events that were new.
    /// - Throws: `PostgresError`; the caller's transaction must then be rolled back.
    @discardableResult
    package func record(
        _ events: [Event],
        dispatched: [DispatchedChunk] = [],
        waitsForRebuild: Bool = false,
        on connection: PostgresConnection,
        now: Date
    ) async throws -> [Event] {
        let unique = Self.withoutDuplicates(events)
        let mayCount = try await RollUpProjection.lock(unique, chunks: dispatched, waits: waitsForRebuild, on: connection)
        let (fresh, revisions) = unique.isEmpty ? ([], []) : try await store(unique, on: connection, now: now)
        let rollUps = RollUpProjection(
            events: fresh,
            revisions: revisions.compactMap { RollUpProjection.Revision($0) },
            chunks: dispatched
        )
        if mayCount { try await rollUps.apply(on: connection) } else { try await rollUps.mark(now: now, on: connection) }
        try await DeliveryCounters(events: fresh, chunks: dispatched).apply(on: connection)
        try await EventFeed.append(fresh, on: connection, now: now)
        return fresh
    }

    /// Stores events and moves counters, contacts and suppressions by those that are new, and by the verdicts that they change.
    private func store(
        _ events: [Event],
        on connection: PostgresConnection,
        now: Date
    ) async throws -> (fresh: [Event], revisions: [VerdictChange]) {
        var unique = events
        let tracked = try await Self.judge(unique, on: connection)
        for place in unique.indices { unique[place].verdict = tracked.verdict(on: unique[place]) }
        let newIDs = try await EventRepository.insert(unique, receivedAt: now, on: connection)
        let fresh = unique.filter { newIDs.contains($0.id) }
        guard !fresh.isEmpty else { return ([], []) }
        let revisions = tracked.revisions
        try await TrackedMessageRepository.revise(revisions, on: connection)
        let changes = fresh.compactMap { VerdictChange($0) } + revisions
        let outcomes = try await UnknownOutcomes.resolve(fresh, on: connection, now: now)
        try await Self.project(fresh, changes, reach: tracked.reach(storing: newIDs), on: connection, now: now)
        try await outcomes.apply(on: connection, now: now)
        return (fresh, revisions)
    }

    /// Judges what is stored of messages again.
    ///
    /// - Parameter keys: what their roll-ups are locked by.
    /// - Returns: the verdicts that are other than before.
    func rejudge(
        _ messages: [TrackedMessageRepository.Reference],
        locking keys: Set<UUID>,
        classifier: VerdictClassifier,
        on connection: PostgresConnection,
        now: Date
    ) async throws -> [VerdictChange] {
        try await RollUpProjection.lock(reactionsOf: keys, on: connection)
        let stored = try await TrackedMessageRepository.lock(messages, on: connection)
        let batch = TrackedBatch([], messages: stored, classifier: classifier)
        let revisions = batch.revisions
        guard !revisions.isEmpty else { return [] }
        try await TrackedMessageRepository.revise(revisions, on: connection)
        try await Self.project([], revisions, reach: batch.reach(storing: []), on: connection, now: now)
        try await RollUpProjection(events: [], revisions: revisions.compactMap { RollUpProjection.Revision($0) }).apply(on: connection)
        return revisions
    }

    /// Everything that follows from events and verdicts.
    ///
    /// People first, then suppressions, then counters: whoever locks several of them does it in this order (docs/architecture.md).
    private static func project(
        _ events: [Event],
        _ changes: [VerdictChange],
        reach: [TrackedBatch.Reach],
        on connection: PostgresConnection,
        now: Date
    ) async throws {
        try await ContactEngagement(events: events, changes: changes).apply(on: connection, now: now)
        var levels = EngagementLevels(events: events)
        for change in changes { levels.add(tenantID: change.tenantID, contactID: change.contactID) }
        try await levels.apply(on: connection, now: now)
        try await SuppressionProjection(events: events).apply(on: connection, now: now)
        try await SoftBounceProjection(events: events).apply(on: connection, now: now)
        try await AddressBounceProjection(events: events).apply(on: connection, now: now)
        try await PartialSubscriptions(events: events).apply(on: connection, now: now)
        try await FallbackRepository.queue(after: events, now: now, on: connection)
        try await CampaignCounters(events: events, changes: changes, reach: reach).apply(on: connection, now: now)
    }

    private static func judge(_ events: [Event], on connection: PostgresConnection) async throws -> TrackedBatch {
        let hits = events.filter { $0.hit != nil }
        guard !hits.isEmpty else { return TrackedBatch([], messages: [], classifier: VerdictClassifier()) }
        var seen: Set<TrackedMessage.Key> = []
        let references = hits.compactMap { event -> TrackedMessageRepository.Reference? in
            guard let key = event.messageKey, seen.insert(key).inserted else { return nil }
            return TrackedMessageRepository.Reference(key: key, createdAt: event.bucket)
        }
        let messages = try await TrackedMessageRepository.lock(references, on: connection)
        let networks = try await TrackedMessageRepository.networks(on: connection)
        return TrackedBatch(hits, messages: messages, classifier: VerdictClassifier(networks: networks))
    }

    /// Drops repeats within the batch and sorts, so that concurrent recorders take row locks in the same order.
    private static func withoutDuplicates(_ events: [Event]) -> [Event] {
        var seen = Set<UUID>()
        return events.filter { seen.insert($0.id).inserted }.sorted { $0.occurredAt < $1.occurredAt }
    }
}

extension RollUpProjection.Revision {
    /// Nil for a new event, and for one of no message.
    fileprivate init?(_ change: VerdictChange) {
        guard let messageID = change.messageID, let before = change.before else { return nil }
        self.init(eventID: change.eventID, tenantID: change.tenantID, messageID: messageID, oldVerdict: before.rawValue)
    }
}
