import FoundationEssentials
import Postgres

/// Which entries of the list are asked for.
package struct SuppressionFilter: Sendable, Equatable {
    /// A part of the address or domain, in any case.
    package var search: String?
    package var channel: Channel?
    package var scope: SuppressionScope?
    package var reason: String?
    package var source: String?
    package var listID: UUID?
    /// false: those whose time is over; true: those that count.
    package var isActive: Bool

    package init(
        search: String? = nil,
        channel: Channel? = nil,
        scope: SuppressionScope? = nil,
        reason: String? = nil,
        source: String? = nil,
        listID: UUID? = nil,
        isActive: Bool = true
    ) {
        self.search = search
        self.channel = channel
        self.scope = scope
        self.reason = reason
        self.source = source
        self.listID = listID
        self.isActive = isActive
    }

    /// The condition on the alias `x`.
    func condition(tenantID: UUID, now: Date) -> SQL {
        var condition: SQL = "x.tenant_id = \(tenantID)"
        condition += isActive ? " AND (x.expires_at IS NULL OR x.expires_at > \(now))" : " AND x.expires_at <= \(now)"
        if let search = search.nonEmpty { condition += " AND strpos(x.email_norm, lower(\(search)::text)) > 0" }
        if let channel { condition += " AND comm_address_channel(x.email_norm) = \(channel.rawValue)" }
        if let scope { condition += " AND x.scope = \(scope.rawValue)" }
        if let reason { condition += " AND x.reason = \(reason)" }
        if let source { condition += " AND x.source = \(source)" }
        if let listID { condition += " AND x.list_id = \(listID)" }
        return condition
    }
}
