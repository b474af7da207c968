import FoundationEssentials
import Postgres

/// Stores events and projects those that are new, in the caller's transaction.
///
/// There is no other way to change a counter, a contact's engagement or a suppression because of something that happened outside.
package struct EventRecorder: Sendable {
    package init() {}

    /// Records a batch; what is already known changes nothing.
    ///
    /// - Returns: how many of the events were new.
    /// - Throws: `PostgresError`; the caller's transaction must then be rolled back.
    @discardableResult
    package func record(_ events: [Event], on connection: PostgresConnection, now: Date) async throws -> Int {
        guard !events.isEmpty else { return 0 }
        let unique = Self.withoutDuplicates(events)
        let clickedBefore = try await EventRepository.messagesAlreadyClicked(unique, on: connection)
        let newIDs = try await EventRepository.insert(unique, receivedAt: now, on: connection)
        let fresh = unique.filter { newIDs.contains($0.id) }
        guard !fresh.isEmpty else { return 0 }
        try await CampaignCounters(events: fresh, clickedBefore: clickedBefore).apply(on: connection, now: now)
        try await ContactEngagement(events: fresh).apply(on: connection, now: now)
        try await SuppressionProjection(events: fresh).apply(on: connection, now: now)
        return fresh.count
    }

    /// Drops repeats within the batch and sorts, so that concurrent recorders take row locks in the same order.
    private static func withoutDuplicates(_ events: [Event]) -> [Event] {
        var seen = Set<UUID>()
        return events.filter { seen.insert($0.id).inserted }.sorted { $0.occurredAt < $1.occurredAt }
    }
}
