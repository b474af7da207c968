import FoundationEssentials
import Postgres

/// One place where something about a person is kept, and the statement that takes some of it away.
struct ErasureStep: Sendable {
    /// In the certificate.
    let name: String
    /// Takes away at most `limit` rows.
    let statement: @Sendable (_ person: KnownPerson, _ limit: Int) -> SQL

    /// What of an event's payload is about the message and not about the person.
    static let keptOfPayload = [
        "url", "link_index", "linkIndex", "type", "smtp_code", "bounce_type", "bounce_kind", "reason", "verdict", "purpose", "scope",
    ]

    /// That part of the payload of a row `e`, as far as it does not name the person.
    private static func keptPayload(of person: KnownPerson) -> SQL {
        """
        (SELECT coalesce(jsonb_object_agg(p.key, p.value), '{}') FROM jsonb_each(e.payload) p
          WHERE p.key = ANY(\(keptOfPayload + ["mail_client", "device_class"])::text[])
            AND NOT \(sql: person.isNamed(in: "p.value::text")))
        """
    }

    /// The kind of program of a click or an open, which is all that stays of what it said of itself.
    private static let programOfPayload: SQL = """
        CASE WHEN e.type IN ('opened', 'clicked') AND NOT e.payload ? 'mail_client'
             THEN jsonb_build_object('mail_client', comm_mail_client(lower(e.payload ->> 'userAgent')),
                                     'device_class', comm_device(lower(e.payload ->> 'userAgent')))
             ELSE '{}' END
        """

    /// In this order: what finds other rows by the contact comes before the contact itself.
    static let all: [ErasureStep] = [
        // The messages stay and are given up at their turn, for their contact is gone; they carry nothing of the person any more.
        ErasureStep(name: "queued_messages") { person, limit in
            """
            UPDATE message_queue m SET recipient = '', merge_values = NULL
            FROM (SELECT priority, id FROM message_queue
                   WHERE tenant_id = \(person.tenantID) AND contact_id = \(person.contactID)::uuid AND recipient <> '' LIMIT \(limit)) part
            WHERE m.tenant_id = \(person.tenantID) AND m.priority = part.priority AND m.id = part.id
            """
        },
        // Single messages and tests name an address and no contact.
        ErasureStep(name: "queued_tests") { person, limit in
            """
            DELETE FROM message_queue m USING (
                SELECT q.priority, q.id FROM message_queue q
                 WHERE q.tenant_id = \(person.tenantID) AND q.contact_id IS NULL AND \(sql: person.isRecipient("q")) LIMIT \(limit)) part
            WHERE m.tenant_id = \(person.tenantID) AND m.priority = part.priority AND m.id = part.id
            """
        },
        // Facts on their way in: those of the person are not stored at all.
        ErasureStep(name: "waiting_facts") { person, limit in
            """
            DELETE FROM event_inbox WHERE id IN (
                SELECT id FROM event_inbox
                 WHERE strpos(payload::text, \(person.contactID)::uuid::text) > 0
                    OR \(sql: person.isValue(in: "payload::text")) LIMIT \(limit))
            """
        },
        // The domain and the day on which somebody had become a contact stay, so that statistics by them can be made again.
        ErasureStep(name: "messages") { person, limit in
            """
            UPDATE delivery_events d
            SET recipient = 'erased@' || split_part(d.recipient, '@', -1), merge_values = NULL, contact_id = NULL,
                joined_on = comm_id_day(d.contact_id)
            FROM (SELECT id, created_at FROM delivery_events
                   WHERE tenant_id = \(person.tenantID) AND contact_id = \(person.contactID)::uuid LIMIT \(limit)) part
            WHERE d.tenant_id = \(person.tenantID) AND d.id = part.id AND d.created_at = part.created_at
            """
        },
        // What was asked for this person alone, with its content: it may be written for nobody else.
        ErasureStep(name: "message_requests") { person, limit in
            """
            WITH own AS (
                SELECT DISTINCT r.id, r.artifact_id FROM (
                    SELECT d.request_id FROM delivery_events d
                     WHERE d.tenant_id = \(person.tenantID) AND d.contact_id IS NULL AND \(sql: person.isRecipient("d"))
                    UNION ALL
                    SELECT f.request_id FROM message_fallbacks f
                     WHERE f.tenant_id = \(person.tenantID) AND \(sql: person.isRecipient("f"))) m
                  JOIN message_requests r ON r.tenant_id = \(person.tenantID) AND r.id = m.request_id AND r.total = 1
                 LIMIT \(limit)),
            gone AS (
                DELETE FROM message_requests r USING own WHERE r.tenant_id = \(person.tenantID) AND r.id = own.id RETURNING r.id),
            content AS (
                DELETE FROM message_artifacts a USING own
                WHERE a.tenant_id = \(person.tenantID) AND a.id = own.artifact_id
                  AND NOT EXISTS (SELECT FROM message_templates t WHERE t.tenant_id = a.tenant_id AND t.artifact_id = a.id)
                  AND NOT EXISTS (SELECT FROM message_requests r
                                   WHERE r.tenant_id = a.tenant_id AND r.artifact_id = a.id AND r.id NOT IN (SELECT id FROM own)))
            SELECT 1 FROM gone
            """
        },
        ErasureStep(name: "message_fallbacks") { person, limit in
            """
            DELETE FROM message_fallbacks f USING (
                SELECT f.after_id FROM message_fallbacks f
                 WHERE f.tenant_id = \(person.tenantID) AND \(sql: person.isRecipient("f")) LIMIT \(limit)) part
            WHERE f.tenant_id = \(person.tenantID) AND f.after_id = part.after_id
            """
        },
        // What came back of single messages, which names no contact: found by the messages, as long as they say whose they were.
        ErasureStep(name: "single_message_events") { person, limit in
            """
            WITH own AS MATERIALIZED (
                SELECT d.id, d.created_at, \(sql: EventIdentity.range(of: "d.id")) FROM delivery_events d
                 WHERE d.tenant_id = \(person.tenantID) AND d.contact_id IS NULL AND \(sql: person.isRecipient("d"))),
            part AS MATERIALIZED (
                SELECT e.id, e.bucket_at FROM own o
                  JOIN email_events e ON e.tenant_id = \(person.tenantID) AND e.bucket_at = o.created_at AND e.message_id = o.id
                                     AND e.id BETWEEN o.first_event AND o.last_event
                 WHERE e.contact_id IS NULL AND e.payload <> \(sql: keptPayload(of: person)) LIMIT \(limit))
            UPDATE email_events e SET payload = \(sql: keptPayload(of: person)) || \(sql: programOfPayload)
            FROM part WHERE e.tenant_id = \(person.tenantID) AND e.id = part.id AND e.bucket_at = part.bucket_at
            """
        },
        ErasureStep(name: "test_messages") { person, limit in
            """
            UPDATE delivery_events d
            SET recipient = CASE d.channel WHEN 'email' THEN 'erased@' || split_part(d.recipient, '@', -1) ELSE 'erased' END, merge_values = NULL
            FROM (SELECT d.id, d.created_at FROM delivery_events d
                   WHERE d.tenant_id = \(person.tenantID) AND d.contact_id IS NULL AND \(sql: person.isRecipient("d")) LIMIT \(limit)) part
            WHERE d.tenant_id = \(person.tenantID) AND d.id = part.id AND d.created_at = part.created_at
            """
        },
        // What endpoints answered may repeat what they were told; before the events, which say whose they are.
        ErasureStep(name: "webhook_answers") { person, limit in
            """
            UPDATE webhook_attempts a SET response = NULL, error = NULL
            FROM (SELECT id, at FROM webhook_attempts
                   WHERE tenant_id = \(person.tenantID) AND (response IS NOT NULL OR error IS NOT NULL)
                     AND (\(sql: person.isNamed(in: "concat_ws(' ', response, error)"))
                          OR event_id IN (SELECT id FROM email_events
                                           WHERE tenant_id = \(person.tenantID) AND contact_id = \(person.contactID)::uuid))
                   LIMIT \(limit)) part
            WHERE a.tenant_id = \(person.tenantID) AND a.id = part.id AND a.at = part.at
            """
        },
        ErasureStep(name: "events") { person, limit in
            """
            WITH part AS MATERIALIZED (
                SELECT id, bucket_at, type, occurred_at FROM email_events
                 WHERE tenant_id = \(person.tenantID) AND contact_id = \(person.contactID)::uuid LIMIT \(limit)),
            reached AS (
                INSERT INTO departed_reach AS r (tenant_id, kind, bucket_at, total)
                SELECT \(person.tenantID), type, comm_quarter(max(occurred_at)), 1 FROM part
                 WHERE type IN (\(raw: ContactForgetting.rareTypes)) GROUP BY type ORDER BY 2
                ON CONFLICT (tenant_id, kind, bucket_at) DO UPDATE SET total = r.total + 1)
            UPDATE email_events e
            SET contact_id = NULL, joined_on = comm_id_day(e.contact_id),
                payload = \(sql: keptPayload(of: person)) || \(sql: programOfPayload)
            FROM part
            WHERE e.tenant_id = \(person.tenantID) AND e.id = part.id AND e.bucket_at = part.bucket_at
            """
        },
        ErasureStep(name: "import_errors") { person, limit in
            """
            DELETE FROM import_errors i USING (
                SELECT import_id, row_number FROM import_errors
                 WHERE tenant_id = \(person.tenantID) AND \(sql: person.isNamed(in: "concat_ws(' ', value, message)"))
                 LIMIT \(limit)) part
            WHERE i.tenant_id = \(person.tenantID) AND i.import_id = part.import_id AND i.row_number = part.row_number
            """
        },
        // What bulk operations changed of the person, kept for undoing them.
        ErasureStep(name: "bulk_operations") { person, _ in
            "DELETE FROM bulk_operation_items WHERE tenant_id = \(person.tenantID) AND contact_id = \(person.contactID)::uuid"
        },
        ErasureStep(name: "stored_answers") { person, _ in
            """
            DELETE FROM idempotency_keys
            WHERE tenant_id = \(person.tenantID)
              AND EXISTS (SELECT FROM unnest(\(person.spellings)::text[]) AS word WHERE position(convert_to(word, 'UTF8') IN body) > 0)
            """
        },
        ErasureStep(name: "suppressions") { person, _ in
            """
            WITH bounces AS (DELETE FROM address_bounces WHERE tenant_id = \(person.tenantID) AND address = ANY(\(person.keys)::text[]))
            DELETE FROM suppressions WHERE tenant_id = \(person.tenantID) AND email_norm = ANY(\(person.keys)::text[])
            """
        },
        // A number that several contacts have is nobody's any more; they stay.
        ErasureStep(name: "contact_numbers") { person, limit in
            """
            UPDATE contacts c SET phone = NULL
            FROM (SELECT id FROM contacts
                   WHERE tenant_id = \(person.tenantID) AND \(sql: KnownPerson.hasNumber("phone", person.recipients))
                     AND id IS DISTINCT FROM \(person.contactID)::uuid LIMIT \(limit)) part
            WHERE c.tenant_id = \(person.tenantID) AND c.id = part.id
            """
        },
        // With its memberships and consents; that somebody was reached stays.
        ErasureStep(name: "contacts") { person, _ in
            """
            WITH gone AS (
                DELETE FROM contacts
                WHERE tenant_id = \(person.tenantID) AND (email_norm = \(person.email)::text OR id = \(person.contactID)::uuid)
                RETURNING tenant_id, last_sent_at, last_delivered_at, last_opened_at, last_clicked_at),
            reached AS (
                INSERT INTO departed_reach AS r (tenant_id, kind, bucket_at, total)
                SELECT g.tenant_id, k.kind, comm_quarter(k.at), 1 FROM gone g
                 CROSS JOIN LATERAL (VALUES ('queued', g.last_sent_at), ('delivered', g.last_delivered_at), ('opened', g.last_opened_at),
                                            ('clicked', g.last_clicked_at)) AS k (kind, at)
                 WHERE k.at IS NOT NULL ORDER BY 2
                ON CONFLICT (tenant_id, kind, bucket_at) DO UPDATE SET total = r.total + 1)
            SELECT 1 FROM gone
            """
        },
    ]
}
