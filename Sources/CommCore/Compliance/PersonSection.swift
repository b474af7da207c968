import FoundationEssentials
import Postgres

/// One kind of what is known of a person: its name in the export and the query that gives its rows.
///
/// The columns of a row are `at`, `label` (what it is about, for the CSV) and `data` (a JSON object).
struct PersonSection: Sendable {
    let name: String
    let rows: @Sendable (KnownPerson) -> SQL

    static let all: [PersonSection] = [
        PersonSection(name: "contact") { person in
            """
            SELECT c.created_at AS at, c.email AS label, to_jsonb(c) - 'tenant_id' AS data FROM contacts c
             WHERE c.tenant_id = \(person.tenantID)
               AND (c.email_norm = \(person.email)::text OR c.id = \(person.contactID)::uuid
                    OR \(sql: KnownPerson.hasNumber("c.phone", person.recipients)))
            """
        },
        PersonSection(name: "lists") { person in
            """
            SELECT m.created_at AS at, l.name AS label,
                   jsonb_build_object('list_id', l.id, 'list', l.name, 'status', m.status, 'since', m.created_at) AS data
              FROM list_contacts m JOIN lists l ON l.tenant_id = m.tenant_id AND l.id = m.list_id
             WHERE m.tenant_id = \(person.tenantID) AND m.contact_id = \(person.contactID)::uuid ORDER BY m.created_at
            """
        },
        PersonSection(name: "consents") { person in
            """
            SELECT r.at, r.purpose AS label, to_jsonb(r) - 'tenant_id' - 'contact_id' AS data FROM consent_records r
             WHERE r.tenant_id = \(person.tenantID) AND r.contact_id = \(person.contactID)::uuid ORDER BY r.at
            """
        },
        PersonSection(name: "suppressions") { person in
            """
            SELECT s.created_at AS at, s.reason AS label, to_jsonb(s) - 'tenant_id' - 'motorical_account_id' AS data FROM suppressions s
             WHERE s.tenant_id = \(person.tenantID) AND s.email_norm = ANY(\(person.keys)::text[]) ORDER BY s.created_at
            """
        },
        PersonSection(name: "suppression_history") { person in
            """
            SELECT h.at, h.action AS label, to_jsonb(h) - 'tenant_id' AS data FROM suppression_history h
             WHERE h.tenant_id = \(person.tenantID) AND h.email_norm = ANY(\(person.keys)::text[]) ORDER BY h.at
            """
        },
        PersonSection(name: "messages") { person in
            """
            SELECT d.occurred_at AS at, c.name AS label,
                   to_jsonb(d) - 'tenant_id' || jsonb_build_object('campaign', c.name) AS data
              FROM delivery_events d LEFT JOIN campaigns c ON c.tenant_id = d.tenant_id AND c.id = d.campaign_id
             WHERE d.tenant_id = \(person.tenantID) AND d.contact_id = \(person.contactID)::uuid ORDER BY d.occurred_at
            """
        },
        PersonSection(name: "queued_messages") { person in
            """
            SELECT m.due_at AS at, c.name AS label,
                   jsonb_build_object('id', m.id, 'campaign', c.name, 'recipient', m.recipient, 'merge_values', m.merge_values) AS data
              FROM message_queue m LEFT JOIN campaigns c ON c.tenant_id = m.tenant_id AND c.id = m.campaign_id
             WHERE m.tenant_id = \(person.tenantID) AND m.contact_id = \(person.contactID)::uuid ORDER BY m.id
            """
        },
        PersonSection(name: "single_messages") { person in
            """
            SELECT d.occurred_at AS at, r.message_type AS label,
                   to_jsonb(d) - 'tenant_id' || jsonb_build_object('message_type', r.message_type, 'metadata', r.metadata) AS data
              FROM delivery_events d LEFT JOIN message_requests r ON r.tenant_id = d.tenant_id AND r.id = d.request_id
             WHERE d.tenant_id = \(person.tenantID) AND d.contact_id IS NULL AND d.request_id IS NOT NULL
               AND \(sql: person.isRecipient("d")) ORDER BY d.occurred_at
            """
        },
        PersonSection(name: "waiting_messages") { person in
            """
            SELECT m.at, r.message_type AS label,
                   jsonb_build_object('id', m.id, 'channel', m.channel, 'recipient', m.recipient, 'merge_values', m.merge_values,
                                      'waits_for', m.after_id, 'message_type', r.message_type, 'metadata', r.metadata) AS data
              FROM (SELECT m.due_at AS at, m.id, m.channel, m.recipient, m.merge_values, m.request_id, NULL::uuid AS after_id
                      FROM message_queue m
                     WHERE m.tenant_id = \(person.tenantID) AND m.contact_id IS NULL AND m.request_id IS NOT NULL
                       AND \(sql: person.isRecipient("m"))
                    UNION ALL
                    SELECT f.created_at, f.id, f.channel, f.recipient, f.merge_values, f.request_id, f.after_id FROM message_fallbacks f
                     WHERE f.tenant_id = \(person.tenantID) AND f.used_at IS NULL AND \(sql: person.isRecipient("f"))) m
              LEFT JOIN message_requests r ON r.tenant_id = \(person.tenantID) AND r.id = m.request_id ORDER BY m.id
            """
        },
        PersonSection(name: "events") { person in
            """
            SELECT e.occurred_at AS at, e.type AS label, to_jsonb(e) - 'tenant_id' AS data FROM email_events e
             WHERE e.tenant_id = \(person.tenantID) AND e.contact_id = \(person.contactID)::uuid ORDER BY e.occurred_at
            """
        },
        PersonSection(name: "single_message_events") { person in
            """
            SELECT e.occurred_at AS at, e.type AS label, to_jsonb(e) - 'tenant_id' AS data
              FROM (SELECT d.id, d.created_at, \(sql: EventIdentity.range(of: "d.id")) FROM delivery_events d
                     WHERE d.tenant_id = \(person.tenantID) AND d.contact_id IS NULL AND d.request_id IS NOT NULL
                       AND \(sql: person.isRecipient("d")) OFFSET 0) o
              JOIN email_events e ON e.tenant_id = \(person.tenantID) AND e.bucket_at = o.created_at AND e.message_id = o.id
                                 AND e.id BETWEEN o.first_event AND o.last_event
             WHERE e.contact_id IS NULL ORDER BY e.occurred_at
            """
        },
        PersonSection(name: "import_errors") { person in
            """
            SELECT j.created_at AS at, e.code AS label, to_jsonb(e) - 'tenant_id' AS data FROM import_errors e
              JOIN import_jobs j ON j.tenant_id = e.tenant_id AND j.id = e.import_id
             WHERE e.tenant_id = \(person.tenantID) AND lower(e.value) = ANY(\(person.words)::text[]) ORDER BY j.created_at
            """
        },
        PersonSection(name: "audit") { person in
            """
            SELECT a.created_at AS at, a.action || ' ' || a.resource_type AS label, to_jsonb(a) - 'tenant_id' AS data FROM audit_logs a
             WHERE a.tenant_id = \(person.tenantID)
               AND (a.resource_id = \(person.contactID)::uuid
                    OR \(sql: person.isValue(in: "concat_ws(' ', a.before::text, a.after::text, a.details::text)"))
                    OR strpos(concat_ws(' ', a.before::text, a.after::text),
                              coalesce(\(person.contactID)::uuid::text, 'nobody')) > 0)
             ORDER BY a.created_at
            """
        },
    ]
}
