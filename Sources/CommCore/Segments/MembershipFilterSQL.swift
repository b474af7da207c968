import FoundationEssentials
import Postgres

/// Conditions about what a contact belongs to: lists it is an active member of, campaigns it was sent, opened or clicked.
struct MembershipFilterSQL {
    let tenantID: UUID
    let name: FilterField.Name

    init(tenantID: UUID, of name: FilterField.Name) {
        self.tenantID = tenantID
        self.name = name
    }

    func condition(_ comparison: FilterOperator, _ value: FilterValue) -> SQL {
        guard case .ids(let ids) = value else { return "false" }
        let distinct = Set(ids).sorted { $0.uuidString < $1.uuidString }
        return switch comparison {
        case .allOf: FilterSQL.group(distinct.map { belongs("= \($0)") }, " AND ", empty: "true")
        case .noneOf: "NOT " + belongs(any(distinct))
        default: belongs(any(distinct))
        }
    }

    private func any(_ ids: [UUID]) -> SQL {
        ids.count == 1 ? "= \(ids[0])" : "= ANY (\(ids)::uuid[])"
    }

    private func belongs(_ id: SQL) -> SQL {
        switch name {
        case .campaignReceived:
            """
            EXISTS (SELECT FROM delivery_events d WHERE d.tenant_id = \(tenantID) AND d.campaign_id \(sql: id)
                       AND d.contact_id = c.id AND d.outcome = 'sent')
            """
        case .campaignOpened: reacted("'opened'", id)
        case .campaignClicked: reacted("'clicked'", id)
        default:
            """
            EXISTS (SELECT FROM list_contacts m JOIN lists l ON l.tenant_id = m.tenant_id AND l.id = m.list_id AND l.deleted_at IS NULL
                     WHERE m.tenant_id = \(tenantID) AND m.list_id \(sql: id) AND m.contact_id = c.id AND m.status = 'active')
            """
        }
    }

    private func reacted(_ type: SQL, _ id: SQL) -> SQL {
        """
        EXISTS (SELECT FROM email_events e WHERE e.tenant_id = \(tenantID) AND e.campaign_id \(sql: id) AND e.contact_id = c.id
                   AND e.type IN ('opened', 'clicked') AND e.type = \(sql: type))
        """
    }
}
