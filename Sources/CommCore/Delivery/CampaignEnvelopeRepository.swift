import FoundationEssentials
import Postgres

/// What a sender must know of a campaign to hand over its messages.
struct CampaignEnvelopeRepository: Sendable {
    let client: PostgresClient
    let defaultFromAddress: String
    let unsubscribeMailto: String

    /// - Parameter artifactID: what is sent, where it is not what is fixed for the campaign.
    /// - Returns: nil when there is no such campaign or it has no artifact.
    func envelope(tenantID: UUID, campaignID: UUID, artifactID: UUID? = nil) async throws -> MessageEnvelope? {
        let rows = try await client.query(
            """
            SELECT name, motor_block_id, coalesce(\(artifactID), artifact_id) AS artifact_id, from_address, from_name, reply_to
            FROM campaigns
            WHERE tenant_id = \(tenantID) AND id = \(campaignID) AND coalesce(\(artifactID), artifact_id) IS NOT NULL
            """
        )
        guard let row = rows.first else { return nil }
        let name: String = try row.get("name")
        return MessageEnvelope(
            tenantID: tenantID,
            origin: .campaign(campaignID),
            title: name,
            motorBlockID: try row.get("motor_block_id"),
            artifactID: try row.get("artifact_id"),
            fromAddress: try row.get("from_address") ?? defaultFromAddress,
            fromName: try row.get("from_name") ?? name,
            unsubscribeMailto: unsubscribeMailto,
            replyTo: try row.get("reply_to")
        )
    }

    /// The program of an artifact, as JSON.
    func program(tenantID: UUID, artifactID: UUID) async throws -> PostgresJSON? {
        let rows = try await client.query(
            "SELECT program FROM comm_campaign_artifacts WHERE tenant_id = \(tenantID) AND id = \(artifactID)"
        )
        return try rows.first?.get("program")
    }
}
