import FoundationEssentials
import Postgres

/// How far the event pipeline is behind.
package struct InboxBacklog: Sendable, Equatable {
    /// Seconds since the oldest fact that is not stored yet was received; 0 when the inbox is empty.
    package let oldestAge: TimeInterval

    /// What the inbox holds now.
    package static func measure(on client: PostgresClient, now: Date) async throws -> InboxBacklog {
        let oldest = try await InboxRepository.oldest(on: client)
        return InboxBacklog(oldestAge: oldest.map { max(0, now.timeIntervalSince($0)) } ?? 0)
    }
}
