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
    /// - Returns: how many of the events were new.
    /// - Throws: `PostgresError`; the caller's transaction must then be rolled back.
    @discardableResult
    package func record(
        _ events: [Event],
        dispatched: [DispatchedChunk] = [],
        waitsForRebuild: Bool = false,
        on connection: PostgresConnection,
        now: Date
    ) async throws -> Int {
        let unique = Self.withoutDuplicates(events)
        let mayCount = try await RollUpProjection.lock(unique, chunks: dispatched, waits: waitsForRebuild, on: connection)
        let fresh = unique.isEmpty ? [] : try await store(unique, on: connection, now: now)
        let rollUps = RollUpProjection(events: fresh, chunks: dispatched)
        if mayCount { try await rollUps.apply(on: connection) } else { try await rollUps.mark(now: now, on: connection) }
        return fresh.count
    }

    /// Stores events and moves counters, contacts and suppressions by those that are new.
    private func store(_ unique: [Event], on connection: PostgresConnection, now: Date) async throws -> [Event] {
        let clickedBefore = try await EventRepository.messagesAlreadyClicked(unique, on: connection)
        let newIDs = try await EventRepository.insert(unique, receivedAt: now, on: connection)
        let fresh = unique.filter { newIDs.contains($0.id) }
        guard !fresh.isEmpty else { return [] }
        try await CampaignCounters(events: fresh, clickedBefore: clickedBefore).apply(on: connection, now: now)
        try await ContactEngagement(events: fresh).apply(on: connection, now: now)
        try await EngagementLevels(events: fresh).apply(on: connection, now: now)
        try await SuppressionProjection(events: fresh).apply(on: connection, now: now)
        return fresh
    }

    /// Drops repeats within the batch and sorts, so that concurrent recorders take row locks in the same order.
    private static func withoutDuplicates(_ events: [Event]) -> [Event] {
        var seen = Set<UUID>()
        return events.filter { seen.insert($0.id).inserted }.sorted { $0.occurredAt < $1.occurredAt }
    }
}
