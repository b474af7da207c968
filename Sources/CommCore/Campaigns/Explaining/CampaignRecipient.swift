import FoundationEssentials

/// One recipient with where it stands and why.
package struct CampaignRecipient: Sendable, Equatable {
    package let facts: RecipientFacts
    package let gates: [RecipientGate]
    package let reason: RecipientGate?

    init(_ facts: RecipientFacts, in campaign: CampaignFacts, now: Date) {
        self.facts = facts
        gates = RecipientGates.gates(of: facts, in: campaign, now: now)
        reason = RecipientGates.reason(of: facts, gates: gates)
    }
}
