import FoundationEssentials
import Postgres

/// What contacts belong to and an index has in the order of their ids, which is that of their age: a list, a campaign, a tag, those who
/// were written to.
struct MembershipByAge {
    private enum Kind {
        case list(UUID)
        case received(UUID)
        case reacted(UUID, type: String)
        case tag(String)
        /// Whoever was ever written to.
        case mailed
    }

    /// What a contact can have become that was written to.
    private static let mailed = ComputedStatus.allCases.filter { ![.new, .queued].contains($0) }.map(\.rawValue)

    private let kind: Kind
    private let tenantID: UUID
    private let periods: CampaignPeriods?

    /// Nil for every other condition.
    init?(_ condition: FilterCondition, tenantID: UUID, periods: CampaignPeriods?) {
        guard condition.comparison == .anyOf, case .named(let name) = condition.field else { return nil }
        switch (name, condition.value) {
        case (.lists, .ids(let ids)) where ids.count == 1: kind = .list(ids[0])
        case (.campaignReceived, .ids(let ids)) where ids.count == 1: kind = .received(ids[0])
        case (.campaignOpened, .ids(let ids)) where ids.count == 1: kind = .reacted(ids[0], type: "opened")
        case (.campaignClicked, .ids(let ids)) where ids.count == 1: kind = .reacted(ids[0], type: "clicked")
        case (.tags, .texts(let tags)) where tags.count == 1: kind = .tag(tags[0])
        default: return nil
        }
        self.tenantID = tenantID
        self.periods = periods
    }

    private init(mailed tenantID: UUID) {
        kind = .mailed
        self.tenantID = tenantID
        periods = nil
    }

    /// Those who were ever written to, where a condition holds for nobody else; nil for every other one.
    static func mailed(_ condition: FilterCondition, tenantID: UUID) -> MembershipByAge? {
        switch (condition.field, condition.comparison) {
        case (_, .isEmpty), (_, .notInLastDays): nil
        case (.named(.lastSent), _), (.named(.lastDelivered), _), (.named(.lastOpened), _), (.named(.lastClicked), _),
            (.named(.lastEngagement), _), (.named(.lastCampaignActivity), _):
            MembershipByAge(mailed: tenantID)
        default: nil
        }
    }

    /// The next contacts, deleted ones among them; who really belongs is for the filter to say.
    ///
    /// - Parameter beyond: the id after which they begin.
    func contacts(beyond: String?, descending: Bool, most: Int) -> SQL {
        func rest(_ id: SQL) -> SQL {
            guard let beyond else { return "" }
            return " AND \(sql: id) \(raw: descending ? "<" : ">") \(beyond)::text::uuid"
        }
        let order: SQL = descending ? "DESC" : "ASC"
        guard let source else {
            let each = Self.mailed.map { status -> SQL in
                """
                (SELECT id AS contact_id FROM contacts WHERE tenant_id = \(tenantID) AND deleted_at IS NULL AND computed_status = \(status)
                    \(sql: rest("id")) ORDER BY id \(sql: order) LIMIT \(most))
                """
            }
            return "\(sql: SQL.joined(each, separator: " UNION ALL ")) ORDER BY contact_id \(sql: order) LIMIT \(most)"
        }
        return "SELECT DISTINCT contact_id FROM \(sql: source)\(sql: rest("contact_id")) ORDER BY contact_id \(sql: order) LIMIT \(most)"
    }

    /// Who belongs to both, deleted contacts among them: both are read in the order of ids, so that it ends with the shorter one.
    ///
    /// - Returns: the lowest ids, at most so many; nil where one of them has no index of its own.
    static func common(
        to first: MembershipByAge,
        _ second: MembershipByAge,
        most: Int,
        on connection: PostgresConnection
    ) async throws -> [UUID]? {
        guard let one = first.source, let other = second.source else { return nil }
        // Any other join would read one of them as a whole; the planner cannot know that they may have nothing in common.
        let settings = ["enable_hashjoin", "enable_nestloop"]
        for name in settings { _ = try await connection.query("SELECT set_config(\(name), 'off', true)") }
        let ids: [UUID] = try await connection.query(
            """
            SELECT ARRAY(SELECT DISTINCT contact_id FROM (SELECT contact_id FROM \(sql: one)) a
                         JOIN (SELECT contact_id FROM \(sql: other)) b USING (contact_id) ORDER BY contact_id LIMIT \(most)) AS ids
            """
        ).one { try $0.get("ids") }
        for name in settings { _ = try await connection.query("SELECT set_config(\(name), 'on', true)") }
        return ids
    }

    private var source: SQL? {
        switch kind {
        case .list(let id): "list_contacts WHERE tenant_id = \(tenantID) AND list_id = \(id)"
        case .received(let id):
            """
            delivery_events WHERE tenant_id = \(tenantID) AND campaign_id = \(id) AND contact_id IS NOT NULL
               AND \(sql: periods?.condition("created_at", [id]) ?? "true")
            """
        case .reacted(let id, let type):
            """
            email_events e WHERE tenant_id = \(tenantID) AND campaign_id = \(id) AND contact_id IS NOT NULL
               AND \(sql: MembershipFilterSQL.isReaction("\(type)")) AND \(sql: periods?.condition("bucket_at", [id]) ?? "true")
            """
        case .tag(let tag): "contact_tags WHERE tenant_id = \(tenantID) AND tag = \(tag)"
        case .mailed: nil
        }
    }
}
