import FoundationEssentials
import Postgres

/// Judges stored clicks and opens again: after the rules or the list of networks changed.
///
/// Counters, contacts and whatever else follows from verdicts change with them, batch by batch, and it may be broken off and run again
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
    }

    private static let batchSize = 500

    private let client: PostgresClient
    private let time: any TimeSource
    private let recorder = EventRecorder()

    package init(client: PostgresClient, time: any TimeSource) {
        self.client = client
        self.time = time
    }

    /// Judges everything in the range.
    package func run(_ range: Range) async throws -> Result {
        var result = Result()
        var last: (id: UUID, bucket: Date)?
        while true {
            let step = try await client.withTransaction { [last] connection in
                try await self.step(range, after: last, on: connection)
            }
            guard let step else { return result }
            result.messages += step.messages
            result.revised += step.revised
            last = step.last
        }
    }

    private struct Step: Sendable {
        let messages: Int
        let revised: Int
        let last: (id: UUID, bucket: Date)
    }

    private func step(
        _ range: Range,
        after last: (id: UUID, bucket: Date)?,
        on connection: PostgresConnection
    ) async throws -> Step? {
        // Messages in the order of their ids, which is that of the events' ids too.
        let rows = try await connection.query(
            """
            SELECT DISTINCT message_id, bucket_at FROM email_events
            WHERE tenant_id = \(range.tenantID) AND type IN ('opened', 'clicked') AND message_id IS NOT NULL
              AND (\(range.campaignID)::uuid IS NULL OR campaign_id = \(range.campaignID))
              AND occurred_at BETWEEN \(Self.storable(range.from)) AND \(Self.storable(range.to))
              AND (\(last?.id)::uuid IS NULL OR (bucket_at, message_id) > (\(last?.bucket)::timestamptz, \(last?.id)::uuid))
            ORDER BY bucket_at, message_id LIMIT \(Self.batchSize)
            """
        )
        guard let final = rows.last else { return nil }
        let references = try rows.map { row in
            TrackedMessageRepository.Reference(
                key: TrackedMessage.Key(tenantID: range.tenantID, messageID: try row.get("message_id")),
                createdAt: try row.get("bucket_at")
            )
        }
        let networks = try await TrackedMessageRepository.networks(on: connection)
        let classifier = VerdictClassifier(networks: networks)
        let changes = try await recorder.rejudge(references, classifier: classifier, on: connection, now: time.now)
        let position = (id: try final.get("message_id") as UUID, bucket: try final.get("bucket_at") as Date)
        return Step(messages: references.count, revised: changes.count, last: position)
    }

    /// Within what a timestamp can hold.
    private static func storable(_ date: Date) -> Date {
        min(max(date, Date(timeIntervalSince1970: 0)), Date(timeIntervalSince1970: 32_503_680_000))
    }
}
