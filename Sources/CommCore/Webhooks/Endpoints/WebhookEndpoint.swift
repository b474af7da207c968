import FoundationEssentials
import Postgres

/// Where a tenant is told its events, and which.
package struct WebhookEndpoint: Sendable, Equatable {
    /// What has to be told in order.
    package enum Ordering: String, Sendable, CaseIterable {
        /// Everything: one request at a time, and what fails holds up what comes after it.
        case endpoint
        /// What is about one message: several requests at once.
        case message
    }

    /// Why nothing is sent to it.
    package enum DisabledReason: String, Sendable {
        case byOwner = "by_owner"
        /// It answered 410.
        case gone
        /// It took nothing for days.
        case failing
    }

    package let id: UUID
    package let tenantID: UUID
    package let url: String
    package let description: String?
    package let eventTypes: [String]
    package let campaignIDs: [UUID]?
    package let channels: [String]?
    package let includesAutomated: Bool
    /// Their values are not shown again.
    package let headerNames: [String]
    package let ordering: Ordering
    package let maxConcurrency: Int
    package let maxPerSecond: Int?
    package let isEnabled: Bool
    package let disabledReason: DisabledReason?
    package let disabledAt: Date?
    package let secretChangedAt: Date
    package let createdAt: Date
    package let updatedAt: Date
    package let state: State

    /// How its deliveries go.
    package struct State: Sendable, Equatable {
        /// Failed attempts in a row.
        package let failures: Int
        package let failingSince: Date?
        package let lastSuccessAt: Date?
        package let lastFailureAt: Date?
        package let lastError: String?
        /// How many entries of the feed lie before it, those that it does not want included.
        package let behind: Int64
        /// When it is called again; nil while it is not paused.
        package let pausedUntil: Date?
    }

    var filter: FeedFilter {
        FeedFilter(patterns: eventTypes, campaignIDs: campaignIDs, channels: channels, includesAutomated: includesAutomated)
    }

    /// Columns of endpoints `e` with their states `s` and feeds `f`.
    static let columns: SQL = """
        e.id, e.tenant_id, e.url, e.description, e.event_types, e.campaign_ids, e.channels, e.include_automated, e.header_names,
        e.ordering, e.max_concurrency::int AS max_concurrency, e.max_per_second::int AS max_per_second, e.enabled, e.disabled_reason,
        e.disabled_at, e.secret_changed_at, e.created_at, e.updated_at, s.failures, s.failing_since, s.last_success_at,
        s.last_failure_at, s.last_error, greatest(f.last_position - s.position, 0) AS behind,
        CASE WHEN s.failures > 0 THEN s.due_at END AS paused_until
        """

    static let tables: SQL = """
        webhook_endpoints e
        JOIN webhook_states s ON s.tenant_id = e.tenant_id AND s.endpoint_id = e.id
        JOIN event_feeds f ON f.tenant_id = e.tenant_id
        """

    init(row: PostgresRow) throws {
        (id, tenantID, url, description) = (try row.get("id"), try row.get("tenant_id"), try row.get("url"), try row.get("description"))
        (eventTypes, campaignIDs, channels) = (try row.get("event_types"), try row.get("campaign_ids"), try row.get("channels"))
        (includesAutomated, headerNames) = (try row.get("include_automated"), try row.get("header_names"))
        ordering = Ordering(rawValue: try row.get("ordering")) ?? .endpoint
        (maxConcurrency, maxPerSecond) = (try row.get("max_concurrency"), try row.get("max_per_second"))
        isEnabled = try row.get("enabled")
        disabledReason = (try row.get("disabled_reason") as String?).flatMap(DisabledReason.init(rawValue:))
        (disabledAt, secretChangedAt) = (try row.get("disabled_at"), try row.get("secret_changed_at"))
        (createdAt, updatedAt) = (try row.get("created_at"), try row.get("updated_at"))
        state = State(
            failures: try row.get("failures"),
            failingSince: try row.get("failing_since"),
            lastSuccessAt: try row.get("last_success_at"),
            lastFailureAt: try row.get("last_failure_at"),
            lastError: try row.get("last_error"),
            behind: try row.get("behind"),
            pausedUntil: try row.get("paused_until")
        )
    }
}
