import FoundationEssentials
import Postgres

/// The SQL that soft bounces of contacts and of other addresses share: which of them count, when an address rests, and for how long.
///
/// `b` is a row that holds the times of bounces, `r` the tenant's rules, which may be missing.
enum BounceRest {
    private static let standard = BounceRules.standard
    /// Times that are kept of an address: far more than any limit.
    private static let mostKept = 100

    /// The times that count, oldest first; the others go, so that no list grows.
    static func counted(where condition: SQL = "true", now: Date) -> SQL {
        """
        coalesce((SELECT array_agg(s.at ORDER BY s.at)
                  FROM (SELECT at FROM unnest(b.bounced_at) AS at
                        WHERE at > \(now)::timestamptz - make_interval(days => coalesce(r.window_days, \(standard.windowDays))::int)
                          AND \(sql: condition)
                        ORDER BY at DESC LIMIT \(mostKept)) s), '{}')
        """
    }

    static let isDue: SQL = """
        coalesce(r.soft_limit, \(standard.softLimit)) > 0 AND cardinality(b.bounced_at) >= coalesce(r.soft_limit, \(standard.softLimit))
        """

    /// What a rest changes in the row.
    static let begin: SQL = "bounced_at = '{}', rests = least(b.rests + 1, 1000)"

    /// The end of a rest that has begun: longer each time.
    static func end(now: Date) -> SQL {
        """
        \(now)::timestamptz + make_interval(days => least(
            coalesce(r.rest_days, \(standard.restDays)) * power(coalesce(r.escalation, \(standard.escalation))::float8, least(b.rests - 1, 12)),
            coalesce(r.longest_rest_days, \(standard.longestRestDays)))::int)
        """
    }

    /// Suppresses addresses until their rest ends.
    ///
    /// - Parameter due: a source of rows `d(tenant_id, address, shown, source, event_id, rests_until)`.
    static func suppressing(_ due: SQL, now: Date) -> SQL {
        """
        INSERT INTO suppressions (tenant_id, id, motorical_account_id, email, email_norm, reason, source, event_id, created_at, expires_at)
        SELECT d.tenant_id, gen_random_uuid(), t.motorical_account_id, d.shown, d.address, 'soft_bounce', d.source, d.event_id, \(now),
               d.rests_until
        FROM (\(sql: due)) d JOIN tenants t ON t.tenant_id = d.tenant_id
        ORDER BY d.tenant_id, d.address
        ON CONFLICT (tenant_id, email_norm, scope, list_id) DO UPDATE SET expires_at = excluded.expires_at, event_id = excluded.event_id
            WHERE suppressions.reason = 'soft_bounce' AND suppressions.expires_at < excluded.expires_at
        """
    }
}
