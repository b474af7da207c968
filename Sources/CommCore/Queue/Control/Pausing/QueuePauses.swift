import FoundationEssentials
import Postgres

/// The SQL of "nothing holds this message back", the same for every claim.
///
/// Both tables hold a handful of rows at most; what waits behind a pause is not touched by it and goes on where it stood. Pauses of gateways
/// are not asked here: which gateway a message takes is decided later, by ``PausedGateways``.
package enum QueuePauses {
    /// What every claim asks of a row.
    ///
    /// - Parameters:
    ///   - tenant: the expression for the row's tenant.
    ///   - channel: the expression for its channel.
    package static func isOpen(tenant: SQL = "q.tenant_id", channel: SQL = "q.channel", now: Date) -> SQL {
        "\(sql: isTenantOpen(tenant, now: now)) AND \(sql: isChannelOpen(channel, tenant: tenant, now: now))"
    }

    /// Whether neither everything nor everything of the tenant is held back: asked once for a tenant, before its rows are read.
    package static func isTenantOpen(_ tenant: SQL, now: Date) -> SQL {
        """
        NOT EXISTS (SELECT FROM queue_stops s WHERE s.scope = 'all' AND \(sql: isHolding("s", now: now)))
        AND NOT EXISTS (SELECT FROM queue_pauses p WHERE p.tenant_id = \(sql: tenant) AND p.scope = 'tenant' AND \(sql: isHolding("p", now: now)))
        """
    }

    /// Whether a channel is not held back, for everybody or for a tenant.
    package static func isChannelOpen(_ channel: SQL, tenant: SQL, now: Date) -> SQL {
        """
        NOT EXISTS (SELECT FROM queue_stops s WHERE s.scope = 'channel' AND s.target = \(sql: channel) AND \(sql: isHolding("s", now: now)))
        AND NOT EXISTS (SELECT FROM queue_pauses p WHERE p.tenant_id = \(sql: tenant) AND p.scope = 'channel' AND p.target = \(sql: channel)
                           AND \(sql: isHolding("p", now: now)))
        """
    }

    /// Whether a row of either table holds anything back.
    static func isHolding(_ alias: String, now: Date) -> SQL {
        "\(raw: alias).ended_at IS NULL AND (\(raw: alias).until IS NULL OR \(raw: alias).until > \(now))"
    }
}
