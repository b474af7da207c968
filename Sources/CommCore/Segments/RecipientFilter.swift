import FoundationEssentials
import Postgres

/// Which contacts of a tenant are meant: a checked rule tree.
///
/// ``condition(tenantID:now:)`` is what every statement about "all that match" uses: the grid, exports, bulk operations, smart lists.
package struct RecipientFilter: Sendable, Hashable {
    /// Everybody.
    package static let all = RecipientFilter(root: .and([]))

    package let root: FilterNode

    package init(root: FilterNode) {
        self.root = root
    }

    /// Whether it leaves nobody out.
    package var isAll: Bool { root == .and([]) }

    /// Reads a rule tree, or the contract's flat object of filters (``ContractFilter``).
    ///
    /// - Parameter path: the name of the field that holds it, with which problems begin.
    /// - Throws: `SegmentError.invalid`, naming every value that is wrong.
    package init(json: AttributeValue, path: String = "filters") throws {
        guard case .object(let members) = json else {
            throw SegmentError.invalid([FieldProblem(field: path, code: "wrong_type", message: "\(path) must be an object")])
        }
        guard !members.keys.contains(where: ["and", "or", "not", "field"].contains) else {
            var parser = FilterParser()
            let root = parser.node(json, at: path)
            guard let root, parser.check.problems.isEmpty else { throw SegmentError.invalid(parser.check.problems) }
            self.init(root: root)
            return
        }
        try self.init(contract: members, path: path)
    }

    /// Reads the contract's flat filters.
    ///
    /// - Parameter path: the name of the field that holds them, if one does.
    package init(contract members: [String: AttributeValue], path: String? = nil) throws {
        var contract = ContractFilter()
        contract.read(members, path: path)
        guard contract.check.problems.isEmpty else { throw SegmentError.invalid(contract.check.problems) }
        self.init(root: .and(contract.conditions))
    }

    /// What the contract's flat filters are called.
    package static var contractNames: [String] { ContractFilter.names }

    /// Reads what ``json`` wrote.
    package init(stored: PostgresJSON) throws {
        try self.init(json: stored.decode(AttributeValue.self), path: "filter")
    }

    /// The tree as JSON, to keep or to show.
    package var json: AttributeValue { root.json }

    /// The same as a value for a column.
    package var stored: PostgresJSON {
        get throws { try PostgresJSON(encoding: json) }
    }

    /// The filter as a condition on a contact under the alias `c`, true or not true; bound values only.
    ///
    /// It says nothing of tenant and deletion: `c.tenant_id = … AND c.deleted_at IS NULL` belong beside it. Run it in a transaction of
    /// the tenant (`withTenant`), also as comm_worker.
    package func condition(tenantID: UUID, now: Date) -> SQL {
        FilterSQL(tenantID: tenantID, now: now).condition(root)
    }
}
