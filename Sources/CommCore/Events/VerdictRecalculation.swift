import FoundationEssentials
import Postgres

/// Judges stored clicks and opens again: after the rules or the list of networks changed.
///
/// Counters, contacts and whatever else follows from verdicts change with them, step by step, and it may be broken off and run again
/// at any time: what has the right verdict already stays.
package struct VerdictRecalculation: Sendable {
    /// Which clicks and opens.
    package struct Range: Sendable {
        package let tenantID: UUID
        /// Nil for all of the tenant's.
        package let campaignID: UUID?
        /// When they happened.
        package let from: Date
        package let to: Date

        package init(tenantID: UUID, campaignID: UUID? = nil, from: Date = .distantPast, to: Date = .distantFuture) {
            self.tenantID = tenantID
            self.campaignID = campaignID
            self.from = from
            self.to = to
        }
    }

    /// What a run found.
    package struct Result: Sendable, Equatable {
        package var messages = 0
        package var revised = 0

        package init(messages: Int = 0, revised: Int = 0) {
            self.messages = messages
            self.revised = revised
        }
    }

    /// How far a walk over a tenant's events has come: behind this event.
    struct Position: Sendable, Equatable {
        let id: UUID
        let bucket: Date
    }

    /// What a step of the walk did.
    struct Step: Sendable {
        let result: Result
        let last: Position
    }

    /// Events that one transaction looks at, of whatever type.
    private static let events = 2_000

    private let client: PostgresClient
    private let time: any TimeSource
    private let recorder = EventRecorder()

    package init(client: PostgresClient, time: any TimeSource) {
        self.client = client
        self.time = time
    }

    /// Judges everything in the range.
    ///
    /// - Parameter progress: called behind each step with what was found so far.
    package func run(_ range: Range, progress: @Sendable (Result) -> Void = { _ in }) async throws -> Result {
        var result = Result()
        var last: Position?
        while true {
            let step = try await client.withTransaction { [last] connection in
                try await self.step(range, after: last, on: connection)
            }
            guard let step else { return result }
            result.messages += step.result.messages
            result.revised += step.result.revised
            last = step.last
            progress(result)
        }
    }

    /// Judges the clicks and opens among the next events, in the caller's transaction; nil when there are no more events.
    ///
    /// Events are walked in the order of their key, so a step costs the same at the end of a large tenant's as at its beginning.
    func step(
        _ range: Range,
        after last: Position?,
        rules: Int = VerdictClassifier.version,
        on connection: PostgresConnection
    ) async throws -> Step? {
        let rows = try await VerdictReviewRepository.events(of: range, after: last, limit: Self.events, on: connection)
        guard let final = rows.last else { return nil }
        var seen: Set<UUID> = []
        var keys: Set<UUID> = []
        var references: [TrackedMessageRepository.Reference] = []
        for row in rows {
            guard let messageID = row.messageID, seen.insert(messageID).inserted else { continue }
            let key = TrackedMessage.Key(tenantID: range.tenantID, messageID: messageID)
            references.append(TrackedMessageRepository.Reference(key: key, createdAt: row.position.bucket))
            keys.insert(RollUpLock.key(tenantID: range.tenantID, campaignID: row.campaignID))
        }
        guard !references.isEmpty else { return Step(result: Result(), last: final.position) }
        let networks = try await TrackedMessageRepository.networks(on: connection)
        let classifier = VerdictClassifier(networks: networks)
        let changes = try await recorder.rejudge(references, locking: keys, classifier: classifier, on: connection, now: time.now)
        try await VerdictReviewRepository.stamp(references, rules: rules, on: connection)
        return Step(result: Result(messages: references.count, revised: changes.count), last: final.position)
    }
}
