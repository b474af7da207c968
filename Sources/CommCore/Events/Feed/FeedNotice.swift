import FoundationEssentials
import Postgres

/// Something of our own that readers of a feed are told.
struct FeedNotice: Sendable {
    let id: UUID
    let type: FeedEventType
    /// A JSON object.
    let data: PostgresJSON
}
