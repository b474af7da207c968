import FoundationEssentials

/// The right to send to an endpoint, for a while and for one process only.
struct WebhookLease: Sendable {
    let tenantID: UUID
    let endpointID: UUID
    let token: UUID
    let url: String
    let filter: FeedFilter
    let ordering: WebhookEndpoint.Ordering
    let maxConcurrency: Int
    let maxPerSecond: Int?
    /// Its last round was slow.
    let isSlow: Bool
    var state: State

    /// What moves with every window.
    struct State: Sendable, Equatable {
        var isEnabled: Bool
        var position: Int64
        var isHeld: Bool
        /// Nothing but tests and resends before.
        var dueAt: Date
        var failures: Int
        var failingSince: Date?
        var hasReplay: Bool
    }
}
