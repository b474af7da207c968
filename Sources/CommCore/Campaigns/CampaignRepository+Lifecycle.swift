import FoundationEssentials
import Postgres

/// A campaign that is gone for good.
package struct DeletedCampaign: Sendable, Equatable {
    package let id: UUID
    package let name: String
}

extension CampaignRepository {
    /// Changes a draft.
    ///
    /// - Throws: `CampaignError`: `illegalTransition` when it is not a draft any more, `invalid` naming every field that is refused.
    package func update(tenantID: UUID, id: UUID, patch: CampaignPatch, by who: String? = nil) async throws -> Campaign {
        try Self.require(CampaignRules.problems(of: patch))
        let scope = CampaignScope(tenantID: tenantID, campaignID: id, now: time.now)
        return try await client.withTenant(tenantID) { connection in
            let campaign = try await Self.lock(tenantID: tenantID, id: id, on: connection)
            guard campaign.status == .draft else {
                throw CampaignError(.illegalTransition, "Only a draft can be changed; the campaign is \(campaign.status.rawValue)")
            }
            let references = CampaignReferences(
                templateID: patch.templateID,
                listIDs: patch.listIDs,
                excludeListIDs: patch.excludeListIDs
            )
            try Self.require(try await references.missing(tenantID: tenantID, on: connection))
            try await connection.execute(
                """
                UPDATE campaigns
                   SET name = \(patch.name ?? campaign.name), template_id = \(patch.templateID ?? campaign.templateID),
                       motor_block_id = \(patch.motorBlockID ?? campaign.motorBlockID),
                       google_analytics = \(try PostgresJSON(encoding: patch.googleAnalytics ?? campaign.googleAnalytics))
                 WHERE tenant_id = \(tenantID) AND id = \(id)
                """
            )
            try await references.store(scope, on: connection)
            if let block = patch.motorBlockID {
                try await WebhookRegistrationRepository.wish(tenantID: tenantID, motorBlockID: block, now: scope.now, on: connection)
            }
            try await Self.noteChange(of: campaign, by: who, scope, on: connection)
            return try await Self.find(tenantID: tenantID, id: id, on: connection)
        }
    }

    /// Makes a draft with everything that a campaign's author chose, but its time.
    ///
    /// Lists that have been deleted since are left out.
    package func duplicate(tenantID: UUID, id: UUID, name: String?, by who: String? = nil) async throws -> Campaign {
        let now = time.now
        let copyID = UUIDv7.make(at: now)
        return try await client.withTenant(tenantID) { connection in
            let original = try await Self.find(tenantID: tenantID, id: id, on: connection)
            let copyName = name ?? String("\(original.name) (copy)".prefix(CampaignRules.longestName))
            var check = FieldCheck()
            check.requiredLine("name", copyName, limit: CampaignRules.longestName)
            try Self.require(check.problems)
            try await connection.execute(
                """
                INSERT INTO campaigns (tenant_id, id, name, template_id, motor_block_id, from_address, from_name, reply_to, language,
                                       google_analytics, timezone, send_at_local_time, sending_windows, created_by, created_at, updated_at)
                SELECT tenant_id, \(copyID), \(copyName), template_id, motor_block_id, from_address, from_name, reply_to, language,
                       google_analytics, timezone, send_at_local_time, sending_windows, \(who), \(now), \(now)
                  FROM campaigns WHERE tenant_id = \(tenantID) AND id = \(id)
                """
            )
            let tables: [SQL] = ["campaign_lists", "campaign_exclude_lists"]
            for table in tables {
                try await connection.execute(
                    """
                    INSERT INTO \(sql: table) (tenant_id, campaign_id, list_id)
                    SELECT l.tenant_id, \(copyID), l.list_id FROM \(sql: table) l
                      JOIN lists ON lists.tenant_id = l.tenant_id AND lists.id = l.list_id AND lists.deleted_at IS NULL
                     WHERE l.tenant_id = \(tenantID) AND l.campaign_id = \(id)
                    """
                )
            }
            try await connection.execute(
                """
                INSERT INTO campaign_send_settings (tenant_id, campaign_id, chunk_size, delay_seconds_between_chunks)
                SELECT tenant_id, \(copyID), chunk_size, delay_seconds_between_chunks
                  FROM campaign_send_settings WHERE tenant_id = \(tenantID) AND campaign_id = \(id)
                """
            )
            return try await Self.find(tenantID: tenantID, id: copyID, on: connection)
        }
    }

    /// Puts a campaign into the bin.
    ///
    /// One that is under way must be cancelled first; one that waits for its time is a draft again, so that it does not go out when it
    /// comes back.
    package func delete(tenantID: UUID, id: UUID) async throws {
        let now = time.now
        try await client.withTenant(tenantID) { connection in
            let campaign = try await Self.lock(tenantID: tenantID, id: id, on: connection)
            guard campaign.status != .sending else {
                throw CampaignError(.sending, "Cannot delete a campaign that is currently sending")
            }
            guard campaign.status.isFinal || campaign.startedAt == nil else {
                throw CampaignError(.sending, "Cannot delete a campaign that is paused half-way: cancel it first")
            }
            let status = campaign.status.isFinal ? campaign.status : .draft
            try await connection.execute(
                """
                UPDATE campaigns SET deleted_at = \(now), status = \(status), updated_at = \(now)
                 WHERE tenant_id = \(tenantID) AND id = \(id)
                """
            )
        }
    }

    /// What is in the bin, last deleted first.
    package func listDeleted(tenantID: UUID, limit: Int = 50) async throws -> [Campaign] {
        let rows = try await client.query(
            """
            SELECT \(sql: Campaign.columns) FROM \(sql: Campaign.tables)
             WHERE c.tenant_id = \(tenantID) AND c.deleted_at IS NOT NULL ORDER BY c.deleted_at DESC, c.id DESC LIMIT \(limit)
            """,
            tenant: tenantID
        )
        return try rows.map(Campaign.init(row:))
    }

    /// Takes a campaign out of the bin.
    package func restore(tenantID: UUID, id: UUID) async throws -> Campaign {
        let now = time.now
        return try await client.withTenant(tenantID) { connection in
            let restored = try await connection.execute(
                """
                UPDATE campaigns SET deleted_at = NULL, updated_at = \(now)
                 WHERE tenant_id = \(tenantID) AND id = \(id) AND deleted_at IS NOT NULL
                """
            )
            guard restored == 1 else { throw CampaignError.notFound }
            return try await Self.find(tenantID: tenantID, id: id, on: connection)
        }
    }

    /// Removes a campaign that is in the bin for good; what was sent stays in the delivery log.
    package func deletePermanently(tenantID: UUID, id: UUID) async throws {
        try await client.withTenant(tenantID) { connection in
            let rows = try await connection.query(
                """
                SELECT EXISTS (SELECT FROM queue_chunks q WHERE q.tenant_id = c.tenant_id AND q.campaign_id = c.id) AS is_live
                  FROM campaigns c WHERE c.tenant_id = \(tenantID) AND c.id = \(id) AND c.deleted_at IS NOT NULL FOR UPDATE
                """
            )
            guard let row = rows.first else { throw CampaignError.notFound }
            guard try !row.get("is_live") else {
                throw CampaignError(.sending, "Messages of the campaign are still on their way; it can be removed once they have arrived")
            }
            try await connection.execute("DELETE FROM campaigns WHERE tenant_id = \(tenantID) AND id = \(id)")
        }
    }

    /// Removes what has been in the bin for long, at most `limit` campaigns.
    package func cleanUp(tenantID: UUID, deletedBefore: Date, limit: Int = 1_000) async throws -> [DeletedCampaign] {
        let rows = try await client.query(
            """
            DELETE FROM campaigns c
             USING (SELECT id FROM campaigns g
                     WHERE g.tenant_id = \(tenantID) AND g.deleted_at < \(deletedBefore)
                       AND NOT EXISTS (SELECT FROM queue_chunks q WHERE q.tenant_id = g.tenant_id AND q.campaign_id = g.id)
                     ORDER BY g.deleted_at LIMIT \(limit) FOR UPDATE SKIP LOCKED) old
             WHERE c.tenant_id = \(tenantID) AND c.id = old.id
            RETURNING c.id, c.name
            """,
            tenant: tenantID
        )
        return try rows.map { DeletedCampaign(id: try $0.get("id"), name: try $0.get("name")) }
    }
}
