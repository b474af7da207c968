import Postgres

/// The statement for rows of one part of an order.
struct RecipientSegment {
    let columns: [RecipientColumn]
    let order: RecipientOrder
    let segment: RecipientOrder.Segment
    /// Which contacts of the tenant are meant, before any filter.
    let range: SQL
    let limit: Int

    /// The planner's own way.
    func select(_ search: RecipientSearch, offset: Int) -> SQL {
        let skip: SQL = offset > 0 ? " OFFSET \(offset)" : ""
        return """
            SELECT \(sql: output(search)) FROM contacts c \(sql: order.join(search.tenantID))
             WHERE c.tenant_id = \(search.tenantID) AND c.deleted_at IS NULL AND \(sql: range) AND \(sql: search.lookups)
             ORDER BY \(sql: order.orderBy(segment)) LIMIT \(limit)\(sql: skip)
            """
    }

    /// All that match, then sorted: where they are few, but none of them near the beginning of the order.
    func selectSorted(_ search: RecipientSearch) -> SQL {
        """
        SELECT \(sql: output(search)) FROM (
            SELECT c.* FROM contacts c
             WHERE c.tenant_id = \(search.tenantID) AND c.deleted_at IS NULL AND \(sql: range) AND \(sql: search.condition) OFFSET 0) c
         ORDER BY \(sql: order.orderBy(segment)) LIMIT \(limit)
        """
    }

    /// Only among the next so many contacts of the order.
    func selectNear(_ search: RecipientSearch, among: Int) -> SQL {
        """
        WITH near AS MATERIALIZED (
            SELECT c.* FROM contacts c WHERE c.tenant_id = \(search.tenantID) AND c.deleted_at IS NULL AND \(sql: range)
             ORDER BY \(sql: order.orderBy(segment)) LIMIT \(among))
        SELECT \(sql: output(search)) FROM near c WHERE \(sql: search.lookups)
         ORDER BY \(sql: order.orderBy(segment)) LIMIT \(limit)
        """
    }

    private func output(_ search: RecipientSearch) -> SQL {
        let shown = columns.filter { $0 != .id }.map { column -> SQL in
            switch column {
            case .listCount: "\(sql: FilterSQL.listCount(search.tenantID)) AS list_count"
            case .lastClickAt: "c.last_clicked_at AS last_click_at"
            case .contactStatus: "c.status AS contact_status"
            case _ where column.kind == .integer: "c.\(raw: column.columnName)::bigint AS \(raw: column.rawValue)"
            default: "c.\(raw: column.columnName)"
            }
        }
        return SQL.joined(["c.id"] + shown + [order.cursorColumns], separator: ", ")
    }
}
