import FoundationEssentials
import Postgres

/// One place where something about a person is kept, and the statement that takes some of it away.
struct ErasureStep: Sendable {
    /// Who is erased.
    struct Person: Sendable {
        let tenantID: UUID
        /// The normalized address.
        let address: String
        /// nil when the tenant never had a contact of that address.
        let contactID: UUID?
    }

    /// In the certificate.
    let name: String
    /// Takes away at most `limit` rows.
    let statement: @Sendable (_ person: Person, _ limit: Int) -> SQL

    /// What of an event's payload is about the message and not about the person.
    static let keptOfPayload = [
        "url", "link_index", "linkIndex", "type", "smtp_code", "bounce_type", "bounce_kind", "reason", "verdict", "purpose", "scope",
    ]

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
        // Test messages name an address and no contact.
        ErasureStep(name: "queued_tests") { person, limit in
            """
            DELETE FROM message_queue m USING (
                SELECT priority, id FROM message_queue
                 WHERE tenant_id = \(person.tenantID) AND contact_id IS NULL AND lower(recipient) = \(person.address) LIMIT \(limit)) part
            WHERE m.tenant_id = \(person.tenantID) AND m.priority = part.priority AND m.id = part.id
            """
        },
        // Facts on their way in: those of the person are not stored at all.
        ErasureStep(name: "waiting_facts") { person, limit in
            """
            DELETE FROM event_inbox WHERE id IN (
                SELECT id FROM event_inbox
                 WHERE strpos(payload::text, \(person.contactID.map { $0.uuidString.lowercased() } ?? person.address)) > 0
                    OR strpos(lower(payload::text), \("\"\(person.address)\"")) > 0 LIMIT \(limit))
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
                SELECT DISTINCT r.id, r.artifact_id FROM delivery_events d
                  JOIN message_requests r ON r.tenant_id = d.tenant_id AND r.id = d.request_id AND r.total = 1
                 WHERE d.tenant_id = \(person.tenantID) AND d.contact_id IS NULL AND lower(d.recipient) = \(person.address) LIMIT \(limit)),
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
                SELECT after_id FROM message_fallbacks
                 WHERE tenant_id = \(person.tenantID) AND lower(recipient) = \(person.address) LIMIT \(limit)) part
            WHERE f.tenant_id = \(person.tenantID) AND f.after_id = part.after_id
            """
        },
        ErasureStep(name: "test_messages") { person, limit in
            """
            UPDATE delivery_events d SET recipient = 'erased@' || split_part(d.recipient, '@', -1), merge_values = NULL
            FROM (SELECT id, created_at FROM delivery_events
                   WHERE tenant_id = \(person.tenantID) AND contact_id IS NULL AND lower(recipient) = \(person.address) LIMIT \(limit)) part
            WHERE d.tenant_id = \(person.tenantID) AND d.id = part.id AND d.created_at = part.created_at
            """
        },
        // What endpoints answered may repeat what they were told; before the events, which say whose they are.
        ErasureStep(name: "webhook_answers") { person, limit in
            """
            UPDATE webhook_attempts a SET response = NULL, error = NULL
            FROM (SELECT id, at FROM webhook_attempts
                   WHERE tenant_id = \(person.tenantID) AND (response IS NOT NULL OR error IS NOT NULL)
                     AND (strpos(lower(concat_ws(' ', response, error)), \(person.address)) > 0
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
                payload = (SELECT coalesce(jsonb_object_agg(p.key, p.value), '{}') FROM jsonb_each(e.payload) p
                            WHERE p.key = ANY(\(keptOfPayload)::text[]) AND strpos(lower(p.value::text), \(person.address)) = 0)
                    || CASE WHEN e.type IN ('opened', 'clicked')
                            THEN jsonb_build_object('mail_client', comm_mail_client(lower(e.payload ->> 'userAgent')),
                                                    'device_class', comm_device(lower(e.payload ->> 'userAgent')))
                            ELSE '{}' END
            FROM part
            WHERE e.tenant_id = \(person.tenantID) AND e.id = part.id AND e.bucket_at = part.bucket_at
            """
        },
        ErasureStep(name: "import_errors") { person, limit in
            """
            DELETE FROM import_errors i USING (
                SELECT import_id, row_number FROM import_errors
                 WHERE tenant_id = \(person.tenantID) AND strpos(lower(concat_ws(' ', value, message)), \(person.address)) > 0
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
            WHERE tenant_id = \(person.tenantID) AND position(convert_to(\(person.address)::text, 'UTF8') IN body) > 0
            """
        },
        ErasureStep(name: "suppressions") { person, _ in
            """
            WITH bounces AS (DELETE FROM address_bounces WHERE tenant_id = \(person.tenantID) AND address = \(person.address))
            DELETE FROM suppressions WHERE tenant_id = \(person.tenantID) AND email_norm = \(person.address)
            """
        },
        // With its memberships and consents; that somebody was reached stays.
        ErasureStep(name: "contacts") { person, _ in
            """
            WITH gone AS (
                DELETE FROM contacts WHERE tenant_id = \(person.tenantID) AND email_norm = \(person.address)
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
