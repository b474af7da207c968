import FoundationEssentials
import Postgres

/// Conditions about what a contact belongs to: lists it is an active member of, campaigns it was sent, opened or clicked.
struct MembershipFilterSQL {
    let tenantID: UUID
    let name: FilterField.Name
    /// When the campaigns ran, where that is known beforehand.
    let periods: CampaignPeriods?
    /// What ends each subquery.
    let fence: SQL

    init(tenantID: UUID, of name: FilterField.Name, periods: CampaignPeriods? = nil, fence: SQL = "") {
        self.tenantID = tenantID
        self.name = name
        self.periods = periods
        self.fence = fence
    }

    func condition(_ comparison: FilterOperator, _ value: FilterValue) -> SQL {
        guard case .ids(let ids) = value else { return "false" }
        let distinct = Set(ids).sorted { $0.uuidString < $1.uuidString }
        return switch comparison {
        case .allOf: FilterSQL.group(distinct.map { belongs([$0]) }, " AND ", empty: "true")
        case .noneOf: "NOT " + belongs(distinct)
        default: belongs(distinct)
        }
    }

    /// What stands behind a column that is one of these.
    static func any(_ ids: [UUID]) -> SQL {
        ids.count == 1 ? "= \(ids[0])" : "= ANY (\(ids)::uuid[])"
    }

    private func belongs(_ ids: [UUID]) -> SQL {
        let id = Self.any(ids)
        return switch name {
        case .campaignReceived:
            """
            EXISTS (SELECT FROM delivery_events d WHERE d.tenant_id = \(tenantID) AND d.campaign_id \(sql: id)
                       AND d.contact_id = c.id AND d.outcome = 'sent' AND \(sql: months("d.created_at", ids))\(sql: fence))
            """
        case .campaignOpened: reacted("'opened'", ids)
        case .campaignClicked: reacted("'clicked'", ids)
        default:
            """
            EXISTS (SELECT FROM list_contacts m JOIN lists l ON l.tenant_id = m.tenant_id AND l.id = m.list_id AND l.deleted_at IS NULL
                     WHERE m.tenant_id = \(tenantID) AND m.list_id \(sql: id) AND m.contact_id = c.id AND m.status = 'active'\(sql: fence))
            """
        }
    }

    private func reacted(_ type: SQL, _ ids: [UUID]) -> SQL {
        """
        EXISTS (SELECT FROM email_events e WHERE e.tenant_id = \(tenantID) AND e.campaign_id \(sql: Self.any(ids)) AND e.contact_id = c.id
                   AND e.type = \(sql: type) AND \(sql: Self.isByPerson) AND \(sql: months("e.bucket_at", ids))\(sql: fence))
        """
    }

    /// That an event `e` is a person's, not a machine's.
    static let isByPerson: SQL = "coalesce(e.verdict, 'unknown') IN ('human', 'unknown')"

    /// The time in which messages of the campaigns can have been made: it keeps all other months' partitions out of the search.
    ///
    /// Known beforehand, it keeps them out of the planning, too.
    private func months(_ column: SQL, _ ids: [UUID]) -> SQL {
        if let periods { return periods.condition(column, ids) }
        let campaigns: SQL = "FROM campaigns g WHERE g.tenant_id = \(tenantID) AND g.id \(sql: Self.any(ids))"
        return """
            \(sql: column) >= coalesce((SELECT min(g.started_at) - interval '1 hour' \(sql: campaigns)), '-infinity')
            AND \(sql: column) <= coalesce((SELECT max(greatest(g.completed_at, g.updated_at)) + interval '1 day' \(sql: campaigns)
                                             HAVING bool_and(g.completed_at IS NOT NULL)), 'infinity')
            """
    }
}
