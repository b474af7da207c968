import CommCore
import FoundationEssentials
import HTTPTypes
import Hummingbird

/// Who gets a campaign, where each of them stands and why, and how the whole moves.
struct CampaignRecipientsController: Sendable {
    private struct GateWire: Encodable {
        let gate: String
        let open: Bool
        @OrNull var value: String?
        let detail: String
        @OrNull var until: Date?

        init(_ gate: RecipientGate) {
            (self.gate, open, detail) = (gate.code.rawValue, gate.isOpen, gate.detail)
            _value = OrNull(wrappedValue: gate.value)
            _until = OrNull(wrappedValue: gate.until)
        }
    }

    private struct RecipientWire: Encodable {
        @OrNull var contactID: UUID?
        let email: String
        @OrNull var name: String?
        @OrNull var identityName: String?
        @OrNull var contactStatus: String?
        let isProcessed: Bool
        let state: String
        @OrNull var messageID: UUID?
        @OrNull var occurredAt: Date?
        let attempts: Int
        @OrNull var why: GateWire?
        let gates: [GateWire]?

        /// - Parameter always: shows the gates also of what was sent.
        init(_ recipient: CampaignRecipient, always: Bool = false) {
            let facts = recipient.facts
            _contactID = OrNull(wrappedValue: facts.contactID)
            email = facts.email
            _name = OrNull(wrappedValue: facts.name)
            _identityName = OrNull(wrappedValue: facts.identityName)
            _contactStatus = OrNull(wrappedValue: facts.contactStatus)
            (isProcessed, state, attempts) = (facts.isProcessed, facts.state.rawValue, facts.attempts)
            _messageID = OrNull(wrappedValue: facts.messageID)
            _occurredAt = OrNull(wrappedValue: facts.occurredAt)
            _why = OrNull(wrappedValue: recipient.reason.map(GateWire.init))
            gates = facts.state == .sent && !always ? nil : recipient.gates.map(GateWire.init)
        }
    }

    private struct PageWire: Encodable {
        let totalPotential: Int64
        let remaining: Int64
        let processed: Int64
        let recipients: [RecipientWire]
        @OrNull var nextCursor: String?

        init(_ page: CampaignRecipientPage) {
            (totalPotential, remaining, processed) = (page.totalPotential, page.remaining, page.processed)
            recipients = page.recipients.map { RecipientWire($0) }
            _nextCursor = OrNull(wrappedValue: page.next?.text)
        }
    }

    private struct ProgressWire: Encodable {
        let status: String
        let progress: Double
        let balance: CampaignReportsController.BalanceWire
        let blockedBy: [BlockerWire]
        @OrNull var startedAt: Date?
        @OrNull var completedAt: Date?
    }

    let recipients: CampaignRecipientRepository
    let facts: CampaignFactsRepository
    let stats: CampaignStatsRepository

    /// Where a campaign stands, and why it does not move if it does not.
    func getProgress(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let id = try context.id()
        let found = try await stats.stats(tenantID: context.tenantID, campaignID: id, reasons: .none)
        let blockers = try await facts.blockers(tenantID: context.tenantID, campaignID: id)
        return Answer(
            ProgressWire(
                status: found.status.rawValue,
                progress: found.progress,
                balance: CampaignReportsController.BalanceWire(found.balance),
                blockedBy: blockers.map(BlockerWire.init),
                startedAt: found.startedAt,
                completedAt: found.completedAt
            )
        )
    }

    /// A page of recipients, with the reason of every one that was not sent something or waits.
    func list(_ request: Request, context: TenantContext) async throws -> Response {
        let id = try context.id()
        let (limit, cursorText, stateText) = try request.query {
            ($0.int("limit", in: 1...IDPage.largest) ?? IDPage.first.limit, $0.string("cursor"), $0.string("state"))
        }
        let cursor = try cursorText.map(Self.cursor)
        let states = try Set((stateText ?? "").split(separator: ",").map(Self.state))
        let page = try await recipients.page(
            tenantID: context.tenantID,
            campaignID: id,
            states: states,
            limit: limit,
            after: cursor
        )
        var response = try Answer(PageWire(page)).response()
        if let next = page.next {
            let filter = states.isEmpty ? "" : "&state=" + states.map(\.rawValue).sorted().joined(separator: ",")
            response.headers[.link] = "<\(request.uri.path)?limit=\(limit)&cursor=\(next.text)\(filter)>; rel=\"next\""
        }
        return response
    }

    /// One contact, also one that is no recipient.
    func get(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let found = try await recipients.recipient(
            tenantID: context.tenantID,
            campaignID: try context.id(),
            contactID: try context.id("contact_id")
        )
        return Answer(RecipientWire(found, always: true))
    }

    private static func cursor(_ text: String) throws -> CampaignRecipientCursor {
        guard let cursor = CampaignRecipientCursor(text) else { throw Problem.invalid("cursor", "cursor is not one that was given out") }
        return cursor
    }

    private static func state(_ name: Substring) throws -> RecipientFacts.State {
        guard let state = RecipientFacts.State(rawValue: String(name)), state != .none else {
            let names = RecipientFacts.State.allCases.filter { $0 != .none }.map(\.rawValue).joined(separator: ", ")
            throw Problem.invalid("state", "state must be a list of: \(names)")
        }
        return state
    }
}
