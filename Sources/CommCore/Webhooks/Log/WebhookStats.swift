import FoundationEssentials

/// How the deliveries to an endpoint went.
package struct WebhookStats: Sendable, Equatable {
    /// Counts of a stretch of time.
    package struct Counts: Sendable, Equatable {
        package var delivered = 0
        /// Attempts that failed, the last ones included.
        package var failed = 0
        package var givenUp = 0
        package var meanMilliseconds: Int?
        package var slowestMilliseconds = 0
    }

    /// An hour with at least one attempt.
    package struct Hour: Sendable, Equatable {
        package let hour: Date
        package let counts: Counts
    }

    package let total: Counts
    package let hours: [Hour]
    /// What waits to be tried again or was asked for.
    package let pending: Int
    /// Entries of the feed that lie before it.
    package let behind: Int
}
