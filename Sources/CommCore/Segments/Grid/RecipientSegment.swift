import FoundationEssentials
import Postgres

/// The statement for rows of one part of an order.
struct RecipientSegment {
    let columns: [RecipientColumn]
    let order: RecipientOrder
    let segment: RecipientOrder.Segment
    /// The keys of the row after which it begins.
    let cursor: [String?]?
    let limit: Int

    /// Which contacts of the tenant are meant, before any filter.
    var range: SQL { order.condition(segment, after: cursor) }

    private var orderBy: SQL { order.orderBy(segment) }

    /// The planner's own way.
    func select(_ search: RecipientSearch, offset: Int) -> SQL {
        let skip: SQL = offset > 0 ? " OFFSET \(offset)" : ""
        return """
            SELECT \(sql: output(search)) FROM contacts c \(sql: order.join(search.tenantID))
             WHERE c.tenant_id = \(search.tenantID) AND c.deleted_at IS NULL AND \(sql: range) AND \(sql: search.lookups)
             ORDER BY \(sql: orderBy) LIMIT \(limit)\(sql: skip)
            """
    }

    /// Those with one value of a column, through the index that has them in the order of age.
    ///
    /// Asked for as a range of one value: with an equality the planner may as well walk all contacts by their age, and where the newest
    /// are all otherwise, as after an import, these are many.
    ///
    /// - Parameter rest: what is asked for besides.
    func select(_ search: RecipientSearch, column: SQL, value: String, rest: RecipientSearch) -> SQL {
        let isDescending = order.keys[0].isDescending
        let way: SQL = isDescending ? "DESC" : "ASC"
        let beyond: SQL =
            if let last = cursor?[0] {
                " AND (\(sql: column), c.id) \(raw: isDescending ? "<" : ">") (\(value)::text, \(last)::text::uuid)"
            } else {
                ""
            }
        return """
            SELECT \(sql: output(search)) FROM (
                SELECT c.* FROM contacts c
                 WHERE c.tenant_id = \(search.tenantID) AND c.deleted_at IS NULL AND \(sql: column) >= \(value)::text
                   AND \(sql: column) <= \(value)::text\(sql: beyond) AND \(sql: rest.lookups)
                 ORDER BY \(sql: column) \(sql: way), c.id \(sql: way) LIMIT \(limit)) c
             ORDER BY \(sql: orderBy)
            """
    }

    /// All that match, then sorted: where they are few, but none of them near the beginning of the order.
    ///
    /// Only the keys are sorted: where an index has all that is asked for, of the contacts no more than the page is read.
    func selectSorted(_ search: RecipientSearch) -> SQL {
        let keys = SQL.joined(["c.id"] + order.keys.filter { $0.type != .uuid }.map(\.expression), separator: ", ")
        return """
            SELECT \(sql: output(search)) FROM (
                SELECT c.id FROM (
                    SELECT \(sql: keys) FROM contacts c
                     WHERE c.tenant_id = \(search.tenantID) AND c.deleted_at IS NULL AND \(sql: range) AND \(sql: search.condition) OFFSET 0) c
                 ORDER BY \(sql: orderBy) LIMIT \(limit)) AS found
              JOIN contacts c ON c.tenant_id = \(search.tenantID) AND c.id = found.id
             ORDER BY \(sql: orderBy)
            """
    }

    /// Only among the next so many contacts of the order.
    func selectNear(_ search: RecipientSearch, among: Int) -> SQL {
        selectNear(
            search,
            """
            SELECT c.* FROM contacts c WHERE c.tenant_id = \(search.tenantID) AND c.deleted_at IS NULL AND \(sql: range)
             ORDER BY \(sql: orderBy) LIMIT \(among)
            """
        )
    }

    /// From where on contacts are read in the order of age.
    var ids: ContactRange { ContactRange(beyond: cursor?[0], isDescending: order.keys[0].isDescending) }

    /// The same among the next of those who were ever written to.
    func selectNearMailed(_ search: RecipientSearch, among: Int) -> SQL {
        selectAmong(search, MailedContacts(tenantID: search.tenantID).next(ids, most: among))
    }

    /// The same among these contacts.
    func selectNear(_ search: RecipientSearch, among contacts: [UUID]) -> SQL {
        selectAmong(search, "SELECT unnest(\(contacts)::uuid[]) AS contact_id")
    }

    private func selectAmong(_ search: RecipientSearch, _ members: SQL) -> SQL {
        selectNear(
            search,
            """
            SELECT c.* FROM (\(sql: members)) AS members
              JOIN contacts c ON c.tenant_id = \(search.tenantID) AND c.id = members.contact_id AND c.deleted_at IS NULL
            """
        )
    }

    private func selectNear(_ search: RecipientSearch, _ contacts: SQL) -> SQL {
        """
        WITH near AS MATERIALIZED (\(sql: contacts))
        SELECT \(sql: output(search)) FROM near c WHERE \(sql: search.lookups)
         ORDER BY \(sql: orderBy) LIMIT \(limit)
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
