import FoundationEssentials
import Postgres

/// SQL of the preference centre and the unsubscribe page.
enum PreferencesRepository {
    static func find(
        _ subject: SubscriptionService.Subject,
        now: Date,
        on connection: PostgresConnection
    ) async throws -> Preferences? {
        let people = try await connection.query(
            """
            SELECT c.email, c.email_norm, c.language, c.status IN ('unsubscribed', 'complained') AS gone, c.tracking_opt_out,
                   (SELECT max(s.expires_at) FROM suppressions s WHERE s.tenant_id = c.tenant_id AND s.email_norm = c.email_norm
                       AND s.reason = 'pause' AND s.expires_at > \(now)) AS paused_until
            FROM contacts c
            WHERE c.tenant_id = \(subject.tenantID) AND c.id = \(subject.contactID) AND c.deleted_at IS NULL
            """
        )
        guard let person = people.first else { return nil }
        let lists = try await connection.query(
            """
            SELECT l.id, CASE WHEN l.is_public THEN coalesce(nullif(l.public_name, ''), l.name) END AS name,
                   m.status = 'active' AND x.id IS NULL AS subscribed,
                   EXISTS (SELECT FROM campaign_lists k WHERE k.tenant_id = l.tenant_id AND k.campaign_id = \(subject.campaignID)
                              AND k.list_id = l.id) AS is_campaigns
            FROM list_contacts m
            JOIN lists l ON l.tenant_id = m.tenant_id AND l.id = m.list_id AND l.deleted_at IS NULL
            LEFT JOIN suppressions x ON x.tenant_id = m.tenant_id AND x.email_norm = \(try person.get("email_norm") as String)
                AND x.scope = 'list' AND x.list_id = m.list_id AND (x.expires_at IS NULL OR x.expires_at > \(now))
            WHERE m.tenant_id = \(subject.tenantID) AND m.contact_id = \(subject.contactID)
            ORDER BY 2, l.id
            """
        )
        let settings = try await connection.query(
            """
            SELECT unsubscribe_mode, custom_unsubscribe_url, unsubscribe_page FROM tenant_settings WHERE tenant_id = \(subject.tenantID)
            """
        )
        var known: [Preferences.List] = []
        var campaigns: [Preferences.List] = []
        for row in lists {
            let list = Preferences.List(id: try row.get("id"), name: try row.get("name"), isSubscribed: try row.get("subscribed"))
            if list.name != nil { known.append(list) }
            if try row.get("is_campaigns"), list.isSubscribed { campaigns.append(list) }
        }
        return Preferences(
            email: try person.get("email"),
            language: try person.get("language"),
            isUnsubscribed: try person.get("gone"),
            pausedUntil: try person.get("paused_until"),
            refusesTracking: try person.get("tracking_opt_out"),
            lists: known,
            campaignLists: campaigns,
            settings: try settings.first.map(UnsubscribeSettings.init(row:)) ?? .standard
        )
    }

    /// Changes the person's own columns.
    static func update(
        _ subject: SubscriptionService.Subject,
        _ change: PreferencesChange,
        now: Date,
        on connection: PostgresConnection
    ) async throws {
        try await connection.execute(
            """
            UPDATE contacts
            SET language = coalesce(\(change.language), language), tracking_opt_out = \(change.refusesTracking), updated_at = \(now)
            WHERE tenant_id = \(subject.tenantID) AND id = \(subject.contactID)
              AND (language IS DISTINCT FROM coalesce(\(change.language), language) OR tracking_opt_out <> \(change.refusesTracking))
            """
        )
    }
}
