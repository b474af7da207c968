import FoundationEssentials
import Postgres

extension CampaignRepository {
    /// Asks the sender to stop after what it has in hand.
    ///
    /// Repeating it changes nothing.
    package func pause(tenantID: UUID, id: UUID, reason: String? = nil, by who: String? = nil) async throws -> Campaign {
        try await apply(.pause, tenantID: tenantID, id: id, reason: reason, by: who)
    }

    /// Lets a paused campaign go on where it stood.
    package func resume(tenantID: UUID, id: UUID, by who: String? = nil) async throws -> Campaign {
        try await apply(.resume, tenantID: tenantID, id: id, reason: nil, by: who)
    }

    /// Ends a campaign for good: what was not handed over yet is recorded as skipped.
    package func cancel(tenantID: UUID, id: UUID, reason: String? = nil, by who: String? = nil) async throws -> Campaign {
        try await apply(.cancel, tenantID: tenantID, id: id, reason: reason, by: who)
    }

    /// Only the status changes; the sender obeys it, and counts what comes of it.
    private func apply(
        _ command: CampaignCommand,
        tenantID: UUID,
        id: UUID,
        reason: String?,
        by who: String?
    ) async throws -> Campaign {
        let now = time.now
        return try await client.withTenant(tenantID) { connection in
            let campaign = try await Self.lock(tenantID: tenantID, id: id, on: connection)
            let status = try Self.status(of: campaign, after: command)
            guard status != campaign.status else { return campaign }
            try await connection.execute(
                """
                UPDATE campaigns SET status = \(status), status_reason = \(reason), status_by = \(who), status_at = \(now), updated_at = \(now)
                 WHERE tenant_id = \(tenantID) AND id = \(id)
                """
            )
            return try await Self.find(tenantID: tenantID, id: id, on: connection)
        }
    }

    /// The campaign's status after a command, with the refusal as a domain error.
    static func status(of campaign: Campaign, after command: CampaignCommand) throws -> CampaignStatus {
        do {
            return try CampaignStateMachine.status(after: command, from: campaign.status, hasStarted: campaign.startedAt != nil)
        } catch {
            throw CampaignError.illegal(error)
        }
    }
}
