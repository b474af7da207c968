import FoundationEssentials
import Postgres

/// Reads the recipients of a campaign: one set-based statement for a page, however large the campaign is.
package struct CampaignRecipientRepository: Sendable {
    private let client: PostgresClient
    private let time: any TimeSource

    package init(client: PostgresClient, time: any TimeSource) {
        self.client = client
        self.time = time
    }

    /// - Parameters:
    ///   - states: only recipients in one of these; empty: all.
    /// - Throws: `CampaignError`: `notFound`; `invalid` for a cursor of before the campaign began.
    package func page(
        tenantID: UUID,
        campaignID: UUID,
        states: Set<RecipientFacts.State> = [],
        limit: Int,
        after cursor: CampaignRecipientCursor? = nil
    ) async throws -> CampaignRecipientPage {
        let now = time.now
        return try await client.withTenant(tenantID) { connection in
            let facts = try await CampaignFactsRepository.facts(tenantID: tenantID, campaignID: campaignID, now: now, on: connection)
            let query = CampaignRecipientQuery(tenantID: tenantID, campaignID: campaignID, now: now, on: connection)
            let totals = try await query.totals(facts)
            var found = try await Self.find(query, facts: facts, states: states, limit: limit + 1, cursor: cursor)
            let hasMore = found.count > limit
            if hasMore { found.removeLast() }
            return CampaignRecipientPage(
                totalPotential: totals.potential,
                processed: totals.processed,
                recipients: found.map { CampaignRecipient($0, in: facts, now: now) },
                next: hasMore ? found.last.flatMap(Self.cursor) : nil
            )
        }
    }

    /// One contact, also one that is no recipient: then the gates say why.
    package func recipient(tenantID: UUID, campaignID: UUID, contactID: UUID) async throws -> CampaignRecipient {
        let now = time.now
        return try await client.withTenant(tenantID) { connection in
            let facts = try await CampaignFactsRepository.facts(tenantID: tenantID, campaignID: campaignID, now: now, on: connection)
            let query = CampaignRecipientQuery(tenantID: tenantID, campaignID: campaignID, now: now, on: connection)
            guard let found = try await query.one(contactID, startedAt: facts.startedAt) else {
                throw CampaignError(.notFound, "Contact not found")
            }
            return CampaignRecipient(found, in: facts, now: now)
        }
    }

    private static func find(
        _ query: CampaignRecipientQuery,
        facts: CampaignFacts,
        states: Set<RecipientFacts.State>,
        limit: Int,
        cursor: CampaignRecipientCursor?
    ) async throws -> [RecipientFacts] {
        switch (facts.startedAt, cursor) {
        case (nil, nil): return try await query.audience(states, limit: limit, after: nil)
        case (nil, .contact(let id)): return try await query.audience(states, limit: limit, after: id)
        case (let startedAt?, nil): return try await query.messages(states, startedAt: startedAt, limit: limit, after: nil)
        case (let startedAt?, .message(let id)): return try await query.messages(states, startedAt: startedAt, limit: limit, after: id)
        default:
            let problem = FieldProblem(field: "cursor", code: "invalid", message: "cursor is of before the campaign began: start anew")
            throw CampaignError(.invalid, problem.message, problems: [problem])
        }
    }

    private static func cursor(_ last: RecipientFacts) -> CampaignRecipientCursor? {
        last.messageID.map(CampaignRecipientCursor.message) ?? last.contactID.map(CampaignRecipientCursor.contact)
    }
}
