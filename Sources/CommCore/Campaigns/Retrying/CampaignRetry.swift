import FoundationEssentials
import Postgres

/// A wish to try failed messages again, of a campaign or of requests, and how far it has come.
package struct CampaignRetry: Sendable, Equatable {
    package let id: UUID
    /// nil: it is about messages of requests.
    package let campaignID: UUID?
    /// Only about this request.
    package let requestID: UUID?
    /// Only about this channel.
    package let channel: String?
    package let classes: [RetryClass]
    package let requestedBy: String?
    /// Messages that were meant when it was asked for.
    package let requested: Int64
    /// Messages that are left out, since their fallback went out in their place.
    package let replaced: Int64
    /// Messages that are back in the queue.
    package let retried: Int64
    package let createdAt: Date
    package let finishedAt: Date?

    static let columns: SQL = """
        id, campaign_id, request_id, channel, classes, requested_by, requested, replaced, retried, created_at, finished_at
        """

    init(row: PostgresRow) throws {
        id = try row.get("id")
        (campaignID, requestID, channel) = (try row.get("campaign_id"), try row.get("request_id"), try row.get("channel"))
        classes = try row.get("classes")
        requestedBy = try row.get("requested_by")
        requested = try row.get("requested")
        replaced = try row.get("replaced")
        retried = try row.get("retried")
        createdAt = try row.get("created_at")
        finishedAt = try row.get("finished_at")
    }
}
