import FoundationEssentials

/// What waits in the outbound pipeline at one moment, over all tenants.
package struct QueueBacklog: Sendable, Equatable {
    /// Messages of chunks that no sender has finished yet.
    package let bulkMessages: Int
    /// Messages that wait on their own: deferred ones, and those of the express lanes.
    package let singleMessages: Int
    /// Seconds for which the longest waiting single message has been due; 0 when none is.
    package let oldestSingleAge: TimeInterval
    /// Messages that were handed over and that the platform has not been seen to take.
    package let unconfirmedMessages: Int
    /// Seconds since the oldest of their chunks was planned; 0 when there is none.
    package let oldestUnconfirmedAge: TimeInterval
}
