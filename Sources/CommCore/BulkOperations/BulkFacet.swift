import FoundationEssentials
import Postgres

/// The side of a contact that a bulk operation changes, as SQL: how it reads as JSON, and how a value is written.
///
/// Every change is "from this value to that one". So the log of any operation has the same form, and taking it back is the same
/// statement with the two values exchanged.
struct BulkFacet: Sendable {
    /// The present value (jsonb) of a row `t` of `target`.
    let current: SQL
    /// Statements that bring the rows of `plan` with `writes` from `before` to `after`: the bodies of common table expressions.
    let writes: [SQL]
    /// Whether two values are the same.
    var isEqual: @Sendable (_ left: SQL, _ right: SQL) -> SQL = { "(\(sql: $0)) IS NOT DISTINCT FROM (\(sql: $1))" }
}

/// Whose contacts are changed, by what, and when.
struct BulkScope: Sendable {
    let tenantID: UUID
    let operationID: UUID
    let now: Date
}

extension BulkFacet {
    /// In the recycle bin since when, and by which operation; NULL outside of it.
    static func deletion(_ scope: BulkScope) -> BulkFacet {
        BulkFacet(
            current: "CASE WHEN t.deleted_at IS NOT NULL THEN jsonb_build_object('at', t.deleted_at, 'by', t.deletion_id) END",
            writes: [
                // Engagement levels age outside of the recycle bin only.
                update(
                    scope,
                    """
                    deleted_at = (p.after->>'at')::timestamptz, deletion_id = (p.after->>'by')::uuid,
                    engagement_level = comm_engagement_level(c.last_clicked_at, c.last_delivered_at, c.last_sent_at, \(scope.now))
                    """
                ),
                counting(
                    scope,
                    """
                    SELECT unnest(p.tags) AS tag, CASE WHEN p.after IS NULL THEN 1 ELSE -1 END AS change FROM plan p
                     WHERE p.writes AND (p.before IS NULL) <> (p.after IS NULL)
                    """
                ),
            ]
        )
    }

    /// Which of some tags a contact has.
    static func tags(_ tags: [String], _ scope: BulkScope) -> BulkFacet {
        BulkFacet(
            current: """
                to_jsonb(ARRAY(SELECT tag FROM unnest(t.tags) AS tag WHERE tag = ANY(\(tags)::text[]) ORDER BY tag COLLATE "C"))
                """,
            writes: [
                update(
                    scope,
                    """
                    tags = ARRAY(SELECT tag FROM (SELECT tag FROM unnest(c.tags) AS tag WHERE tag <> ALL(\(tags)::text[])
                                                  UNION SELECT jsonb_array_elements_text(p.after)) AS kept
                                  ORDER BY tag COLLATE "C")
                    """
                ),
                """
                DELETE FROM contact_tags g USING (SELECT p.id, t.tag FROM plan p, jsonb_array_elements_text(p.before) AS t (tag)
                                                   WHERE p.writes AND NOT p.after ? t.tag OFFSET 0) AS gone
                 WHERE g.tenant_id = \(scope.tenantID) AND g.tag = gone.tag AND g.contact_id = gone.id
                """,
                """
                INSERT INTO contact_tags (tenant_id, tag, contact_id)
                SELECT \(scope.tenantID), t.tag, p.id FROM plan p, jsonb_array_elements_text(p.after) AS t (tag)
                 WHERE p.writes AND NOT p.before ? t.tag
                 ORDER BY 2, 3
                    ON CONFLICT DO NOTHING
                """,
                counting(
                    scope,
                    """
                    SELECT tag, change FROM plan p,
                           LATERAL (SELECT jsonb_array_elements_text(p.before) AS tag, -1 AS change
                                    UNION ALL SELECT jsonb_array_elements_text(p.after), 1) AS changes
                     WHERE p.writes AND p.deleted_at IS NULL
                    """
                ),
            ]
        )
    }

    /// The value of an attribute; NULL when a contact has none of the name.
    static func attribute(_ key: String, _ scope: BulkScope) -> BulkFacet {
        BulkFacet(
            current: "t.attributes->\(key)::text",
            writes: [
                update(
                    scope,
                    """
                    attributes = CASE WHEN p.after IS NULL THEN c.attributes - \(key)::text
                                      ELSE c.attributes || jsonb_build_object(\(key)::text, p.after) END
                    """
                )
            ]
        )
    }

    /// In which of some lists a contact is, with status and time of each membership.
    static func memberships(_ lists: [UUID], _ scope: BulkScope) -> BulkFacet {
        BulkFacet(
            current: """
                coalesce((SELECT jsonb_object_agg(m.list_id, jsonb_build_array(m.status, m.created_at)) FROM list_contacts m
                           WHERE m.tenant_id = \(scope.tenantID) AND m.contact_id = t.id AND m.list_id = ANY(\(lists)::uuid[])), '{}')
                """,
            writes: [
                """
                DELETE FROM list_contacts m USING plan p
                 WHERE p.writes AND m.tenant_id = \(scope.tenantID) AND m.contact_id = p.id AND m.list_id = ANY(\(lists)::uuid[])
                   AND NOT p.after ? m.list_id::text
                """,
                """
                INSERT INTO list_contacts (tenant_id, list_id, contact_id, status, created_at)
                SELECT \(scope.tenantID), e.key::uuid, p.id, e.value->>0, (e.value->>1)::timestamptz
                  FROM plan p, jsonb_each(p.after) AS e
                 WHERE p.writes AND NOT p.before ? e.key
                 ORDER BY 2, 3
                    ON CONFLICT DO NOTHING
                """,
            ]
        )
    }

    /// A contact's status and the entries of the suppression list that stop marketing mail to its address.
    ///
    /// Entries are compared by id and reason: a reason that has been raised since (a person's own unsubscribe) is a change.
    static func suppression(_ scope: BulkScope) -> BulkFacet {
        BulkFacet(
            current: """
                jsonb_build_object('status', t.status, 'rows', coalesce(
                    (SELECT jsonb_agg(to_jsonb(s) ORDER BY s.id) FROM suppressions s
                      WHERE s.tenant_id = \(scope.tenantID) AND s.email_norm = t.email_norm
                        AND s.scope IN ('all', 'marketing')), '[]'))
                """,
            writes: [
                """
                DELETE FROM suppressions s USING (SELECT (jsonb_array_elements(p.before->'rows')->>'id')::uuid AS id FROM plan p
                                                   WHERE p.writes) AS gone
                 WHERE s.tenant_id = \(scope.tenantID) AND s.id = gone.id
                   AND NOT EXISTS (SELECT FROM plan p, jsonb_array_elements(p.after->'rows') AS r
                                    WHERE p.writes AND (r->>'id')::uuid = s.id)
                RETURNING s.id
                """,
                """
                INSERT INTO suppressions
                SELECT (jsonb_populate_record(NULL::suppressions, '{"scope":"all"}' || r)).*
                  FROM plan p, jsonb_array_elements(p.after->'rows') AS r
                 WHERE p.writes AND NOT jsonb_path_exists(p.before, '$.rows[*].id ? (@ == $id)', jsonb_build_object('id', r->'id'))
                   AND (SELECT count(*) FROM write_0) >= 0   -- an entry of the same address must be gone first
                 ORDER BY p.email_norm COLLATE "C"
                    ON CONFLICT DO NOTHING
                """,
                update(scope, "status = p.after->>'status'"),
            ],
            isEqual: { left, right in
                """
                (\(sql: left)->>'status' = \(sql: right)->>'status'
                 AND jsonb_path_query_array(\(sql: left), '$.rows[*].id') = jsonb_path_query_array(\(sql: right), '$.rows[*].id')
                 AND jsonb_path_query_array(\(sql: left), '$.rows[*].reason') = jsonb_path_query_array(\(sql: right), '$.rows[*].reason'))
                """
            }
        )
    }

    private static func update(_ scope: BulkScope, _ assignments: SQL) -> SQL {
        """
        UPDATE contacts c SET \(sql: assignments), version = c.version + 1, updated_at = \(scope.now)
          FROM plan p WHERE p.writes AND c.tenant_id = \(scope.tenantID) AND c.id = p.id
        """
    }

    /// A batch counts its tags itself, one row for each; the triggers that do it contact by contact are told to hold still.
    private static func counting(_ scope: BulkScope, _ changes: SQL) -> SQL {
        """
        INSERT INTO contact_tag_changes (tenant_id, tag, change)
        SELECT \(scope.tenantID), tag, sum(change) FROM (\(sql: changes)) AS changes GROUP BY tag HAVING sum(change) <> 0
        """
    }
}
