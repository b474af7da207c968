import FoundationEssentials
import Postgres

/// Those who were ever written to, in the order of age: an import of yesterday need not be walked through for what they did.
struct MailedContacts: Sendable {
    /// What a contact can have become that was written to.
    private static let statuses = ComputedStatus.allCases.filter { ![.new, .queued].contains($0) }.map(\.rawValue)

    let tenantID: UUID

    /// Whether a condition holds for nobody else.
    static func haveAll(of condition: FilterCondition) -> Bool {
        switch (condition.field, condition.comparison) {
        case (_, .isEmpty), (_, .notInLastDays): false
        case (.named(.lastSent), _), (.named(.lastDelivered), _), (.named(.lastOpened), _), (.named(.lastClicked), _),
            (.named(.lastEngagement), _), (.named(.lastCampaignActivity), _):
            true
        default: false
        }
    }

    /// The next of them: a walk for each status, since an index has the contacts of one in their order.
    func next(_ range: ContactRange, most: Int) -> SQL {
        let each = Self.statuses.map { status -> SQL in
            """
            (SELECT id AS contact_id FROM contacts WHERE tenant_id = \(tenantID) AND deleted_at IS NULL AND computed_status = \(status)\
            \(sql: range.rest("id")) ORDER BY id \(sql: range.order) LIMIT \(most))
            """
        }
        return "\(sql: SQL.joined(each, separator: " UNION ALL ")) ORDER BY contact_id \(sql: range.order) LIMIT \(most)"
    }
}
