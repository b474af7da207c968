import Postgres

/// The order of the grid: one or more columns, each up or down.
///
/// What is missing counts as the smallest. Contacts that are equal in all columns are told apart by their age or id, so the order is
/// always a total one and pages have no gaps.
package struct RecipientSort: Sendable, Hashable {
    package struct Term: Sendable, Hashable {
        package let column: RecipientColumn
        package let isDescending: Bool

        package init(_ column: RecipientColumn, descending: Bool) {
            self.column = column
            self.isDescending = descending
        }
    }

    /// The most columns of one order.
    package static let longest = 4
    package static let usual = RecipientSort(terms: [Term(.createdAt, descending: true)])

    /// At least one.
    package let terms: [Term]

    /// Reads the contract's comma lists; a missing direction is that of the first, or descending.
    package init(by columns: String?, order: String?, _ check: inout FieldCheck) {
        let names = Self.words(columns)
        let orders = Self.words(order)
        for direction in orders where !["asc", "desc"].contains(direction.lowercased()) {
            check.add("sort_order", "invalid", "sort_order must be asc or desc, or a list of these")
        }
        if names.count > Self.longest { check.add("sort_by", "too_many", "sort_by has more than \(Self.longest) columns") }
        if orders.count > max(1, names.count) { check.add("sort_order", "too_many", "sort_order has more elements than sort_by") }
        var terms: [Term] = []
        for (index, name) in names.prefix(Self.longest).enumerated() {
            guard let column = Self.column(name) else {
                let known = RecipientColumn.sortable.map(\.rawValue).joined(separator: ", ")
                check.add("sort_by", "invalid", "sort_by must be of \(known)")
                continue
            }
            let direction = orders.indices.contains(index) ? orders[index] : orders.first ?? "desc"
            if !terms.contains(where: { $0.column == column }) {
                terms.append(Term(column, descending: direction.lowercased() != "asc"))
            }
        }
        let isAscending = orders.first?.lowercased() == "asc"
        self.terms = terms.isEmpty ? [Term(.createdAt, descending: !isAscending)] : terms
    }

    init(terms: [Term]) {
        self.terms = terms
    }

    /// The order in one word, for cursors: a cursor goes on in its own order only.
    var signature: String {
        terms.map { ($0.isDescending ? "-" : "") + $0.column.rawValue }.joined(separator: ",")
    }

    private static func column(_ name: String) -> RecipientColumn? {
        RecipientColumn.sortable.first { $0.rawValue == name } ?? (name == "last_clicked_at" ? .lastClickAt : nil)
    }

    private static func words(_ list: String?) -> [String] {
        (list ?? "").split(separator: ",").map { String($0.filter { $0 != " " }) }.filter { !$0.isEmpty }
    }
}
