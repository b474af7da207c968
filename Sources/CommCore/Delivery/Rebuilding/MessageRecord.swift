import FoundationEssentials
import Postgres

/// What is kept of one message: enough, with its artifact, to put it together again.
struct MessageRecord: Sendable {
    let id: UUID
    let contactID: UUID?
    let recipient: String
    /// `queued`, or as in the delivery log.
    let outcome: String
    let reason: String?
    /// When it left the queue.
    let occurredAt: Date?
    let mergeValues: [String?]
    let artifact: MessageArtifact
    let program: PostgresJSON
    let campaignName: String
    let motorBlockID: UUID
    let campaignID: UUID
    let fromAddress: String?
    let fromName: String?
    let replyTo: String?
    /// Whether the contact has not been deleted or erased since.
    let hasContact: Bool

    init(row: PostgresRow) throws {
        id = try row.get("id")
        contactID = try row.get("contact_id")
        recipient = try row.get("recipient")
        outcome = try row.get("outcome")
        reason = try row.get("reason")
        occurredAt = try row.get("occurred_at")
        mergeValues = try row.get("merge_values") ?? []
        artifact = MessageArtifact(id: try row.get("artifact_id"), version: try row.get("version"), hash: try row.get("hash"))
        program = try row.get("program")
        campaignName = try row.get("campaign_name")
        motorBlockID = try row.get("motor_block_id")
        campaignID = try row.get("campaign_id")
        fromAddress = try row.get("from_address")
        fromName = try row.get("from_name")
        replyTo = try row.get("reply_to")
        hasContact = try row.get("has_contact")
    }
}

/// The compiled version that a message was made of.
package struct MessageArtifact: Sendable, Equatable, Codable {
    package let id: UUID
    package let version: Int
    package let hash: String

    package init(id: UUID, version: Int, hash: String) {
        (self.id, self.version, self.hash) = (id, version, hash)
    }
}
