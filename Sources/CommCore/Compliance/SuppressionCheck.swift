import FoundationEssentials
import Postgres

/// How SQL asks whether nothing may be sent to an address: the one rule of all four scopes and all channels, for every path that a
/// message takes.
///
/// One index is looked at under up to three keys (the address, its domain, its mark when somebody of the tenant was erased), so the
/// check costs the same whatever is on the list.
enum SuppressionCheck {
    /// Who is asked about; every member is an expression.
    struct Subject {
        let tenantID: SQL
        /// NULL when the recipient is no contact.
        let contactID: SQL
        /// What the address stands under on the list (``ChannelAddress/key``); NULL: nothing is found.
        let address: SQL
        /// Whether the message is a campaign or newsletter.
        let isMarketing: SQL
        /// The ids of the lists that the message goes to, an array.
        let lists: SQL
    }

    /// A `LEFT JOIN` that gives the alias `suppression` with the entry that counts, if there is one: `reason`, `scope`, `source`, `created_at`,
    /// `expires_at`.
    ///
    /// The keys are made in a row of their own: row-level security keeps a condition from the index that calls functions on the way, and
    /// whoever has ten thousand entries would have them all read for each message.
    ///
    /// The widest scope is named first; the operator's list has the scope `global`. An entry for a list stops a message only when no other list of the message has the contact.
    static func join(_ subject: Subject, now: Date) -> SQL {
        """
        LEFT JOIN LATERAL (
            SELECT e.* FROM (SELECT \(sql: keys(subject)) AS keys OFFSET 0) k
            CROSS JOIN LATERAL (
                SELECT s.reason, s.scope, s.source, s.created_at, s.expires_at FROM suppressions s
                WHERE s.tenant_id = \(sql: subject.tenantID) AND s.email_norm = ANY (k.keys) AND (s.expires_at IS NULL OR s.expires_at > \(now))
                  AND (s.scope IN ('all', 'domain') OR s.scope = 'marketing' AND (\(sql: subject.isMarketing))
                       OR s.scope = 'list' AND \(sql: listCondition(subject, now: now)))
                UNION ALL
                SELECT g.reason, 'global', 'operator', g.created_at, g.expires_at FROM global_suppressions g
                WHERE g.key = ANY (k.keys) AND (g.expires_at IS NULL OR g.expires_at > \(now))) e
            ORDER BY e.scope LIMIT 1) suppression ON true
        """
    }

    /// What an entry may stand under for an address.
    private static func keys(_ subject: Subject) -> SQL {
        """
        ARRAY[\(sql: subject.address), '@' || split_part(\(sql: subject.address), '@', -1),
              (SELECT comm_address_mark(\(sql: subject.address), e.inner_pad, e.outer_pad)
                 FROM erasure_keys e WHERE e.tenant_id = \(sql: subject.tenantID))]
        """
    }

    private static func listCondition(_ subject: Subject, now: Date) -> SQL {
        """
        s.list_id = ANY (coalesce(\(sql: subject.lists), '{}'))
        AND NOT EXISTS (
            SELECT FROM list_contacts m
            WHERE m.tenant_id = \(sql: subject.tenantID) AND m.contact_id = \(sql: subject.contactID) AND m.status = 'active'
              AND m.list_id = ANY (coalesce(\(sql: subject.lists), '{}'))
              AND NOT EXISTS (SELECT FROM suppressions o
                              WHERE o.tenant_id = \(sql: subject.tenantID) AND o.email_norm = \(sql: subject.address)
                                AND o.scope = 'list' AND o.list_id = m.list_id AND (o.expires_at IS NULL OR o.expires_at > \(now))))
        """
    }
}
