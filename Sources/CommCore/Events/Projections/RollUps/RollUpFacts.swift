import FoundationEssentials
import Postgres

/// The SQL of "what does this fact add, and where": the one rule of the projection and of the rebuild.
///
/// They are of mail: other channels have no opens, and are counted by ``DeliveryCounters``.
///
/// An event's source gives rows of `tenant_id, id, event_bucket, type, campaign_id, contact_id, message_id, joined_on, occurred_at,
/// verdict, old_verdict, is_old, payload`. `is_old` marks opens and clicks that were counted before: they are there because a message counts at
/// its *first* counted open or click, which a new, earlier or revised one may move.
enum RollUpFacts {
    enum Sign: String {
        case plus = "", minus = "-"
    }

    /// - Parameter log: finds the row `l(domain, channel, sent_at, is_test, joined_on)` of the delivery log for a row `s`.
    static func ofEvents(_ source: SQL, log: SQL) -> SQL {
        """
        SELECT s.tenant_id, s.campaign_id, comm_quarter(s.occurred_at) AS bucket_at, coalesce(l.domain, '') AS domain,
               coalesce(p.provider, 'other') AS provider,
               coalesce(s.joined_on, comm_id_day(s.contact_id), l.joined_on, '1970-01-01') AS joined_on,
               least(720, greatest(0, floor(extract(epoch FROM s.occurred_at - l.sent_at) / 3600)))::int AS hour,
               s.link_index, s.client, s.device, \(raw: measures(\.ofEvent))
        FROM (\(sql: counted(source))) s
        \(sql: log)
        LEFT JOIN mailbox_providers p ON p.domain = l.domain
        WHERE l.is_test IS NOT TRUE AND coalesce(l.channel, 'email') = 'email'
        """
    }

    /// - Parameter source: rows `d` of the delivery log.
    static func ofLog(_ source: SQL, sign: Sign = .plus) -> SQL {
        """
        SELECT d.tenant_id, coalesce(d.campaign_id, '\(raw: RollUpTable.noCampaign)') AS campaign_id, comm_quarter(d.occurred_at) AS bucket_at,
               coalesce(comm_domain(d.recipient), '') AS domain, coalesce(p.provider, 'other') AS provider,
               coalesce(d.joined_on, comm_id_day(d.contact_id), '1970-01-01') AS joined_on,
               NULL::int AS hour, NULL::int AS link_index, NULL::text AS client, NULL::text AS device,
               \(raw: measures(\.ofLog, sign))
        FROM (\(sql: source)) d
        LEFT JOIN mailbox_providers p ON p.domain = comm_domain(d.recipient)
        WHERE d.is_test IS NOT TRUE AND d.channel = 'email'
        """
    }

    /// Says of every open and click whether it is its message's first counted one now, less whether it was so before.
    private static func counted(_ source: SQL) -> SQL {
        """
        WITH given AS (\(sql: source))
        SELECT g.*, 0 AS first, 0 AS first_of_link, NULL::int AS link_index, NULL::text AS client, NULL::text AS device
        FROM given g WHERE g.type NOT IN ('opened', 'clicked')
        UNION ALL
        SELECT w.tenant_id, w.id, w.event_bucket, w.type, w.campaign_id, w.contact_id, w.message_id, w.joined_on, w.occurred_at,
               w.verdict, w.old_verdict, w.is_old, w.payload,
               (w.counts AND w.place = 1)::int - (w.counted AND w.old_place = 1)::int,
               (w.counts AND w.link_place = 1)::int - (w.counted AND w.old_link_place = 1)::int,
               w.link_index, coalesce(w.payload ->> 'mail_client', comm_mail_client(w.agent)),
               coalesce(w.payload ->> 'device_class', comm_device(w.agent))
        FROM (
            SELECT t.*,
                   row_number() OVER (PARTITION BY t.tenant_id, t.message, t.type, t.counts ORDER BY t.occurred_at, t.id) AS place,
                   row_number() OVER (PARTITION BY t.tenant_id, t.message, t.type, t.counted ORDER BY t.occurred_at, t.id) AS old_place,
                   row_number() OVER (PARTITION BY t.tenant_id, t.message, t.type, t.link_index, t.counts
                                      ORDER BY t.occurred_at, t.id) AS link_place,
                   row_number() OVER (PARTITION BY t.tenant_id, t.message, t.type, t.link_index, t.counted
                                      ORDER BY t.occurred_at, t.id) AS old_link_place
            FROM (
                SELECT g.*, coalesce(g.message_id, g.id) AS message, g.verdict IN ('human', 'unknown') AS counts,
                       g.is_old AND g.old_verdict IN ('human', 'unknown') AS counted,
                       CASE WHEN g.type = 'clicked' THEN (g.payload ->> 'linkIndex')::int END AS link_index,
                       lower(g.payload ->> 'userAgent') AS agent
                FROM given g WHERE g.type IN ('opened', 'clicked')
            ) t
        ) w
        """
    }

    private static func measures(_ expression: (RollUpMeasure) -> String, _ sign: Sign = .plus) -> String {
        RollUpMeasure.allCases.map { "\(sign.rawValue)\(expression($0)) AS \($0.column)" }.joined(separator: ", ")
    }
}
