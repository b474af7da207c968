import FoundationEssentials
import Postgres

/// What an operation wants for a contact, as SQL over a row `t` of `target` and its present value `b.before`.
struct BulkWish: Sendable {
    /// The value it is to have.
    let after: SQL
    /// Why nothing is done; NULL otherwise.
    var skip: SQL = "NULL::text"
}

extension BulkChange {
    /// The side that it changes; nil when it changes none.
    func facet(_ scope: BulkScope) -> BulkFacet? {
        switch self {
        case .delete, .restore: .deletion(scope)
        case .addToList(let list), .removeFromList(let list): .memberships([list], scope)
        case .move(let from, let to): .memberships([from, to], scope)
        case .tag(let tags), .untag(let tags): .tags(tags, scope)
        case .renameTag(let from, let to): .tags([from, to], scope)
        case .setAttribute(let key, _), .removeAttribute(let key): .attribute(key, scope)
        case .suppress, .unsuppress: .suppression(scope)
        case .purge, .export: nil
        }
    }

    /// What it wants the first time, not when it is taken back.
    func wish(_ scope: BulkScope) throws -> BulkWish {
        switch self {
        case .delete:
            BulkWish(
                after: "coalesce(b.before, jsonb_build_object('at', \(scope.now)::timestamptz, 'by', \(scope.operationID)::uuid))"
            )
        case .restore: BulkWish(after: "NULL::jsonb")
        case .purge, .export: BulkWish(after: "b.before")
        case .addToList(let list):
            BulkWish(after: "jsonb_build_object(\(list)::uuid, jsonb_build_array('active', \(scope.now)::timestamptz)) || b.before")
        case .removeFromList(let list): BulkWish(after: "b.before - \(list)::uuid::text", skip: Self.unlessOptedOut(of: list))
        case .move(let from, let to):
            BulkWish(
                after: """
                    (jsonb_build_object(\(to)::uuid, jsonb_build_array('active', \(scope.now)::timestamptz)) || b.before)
                    - \(from)::uuid::text
                    """,
                skip: Self.unlessOptedOut(of: from)
            )
        case .tag(let tags):
            BulkWish(
                after: "to_jsonb(\(tags)::text[])",
                skip: """
                    CASE WHEN cardinality(t.tags) + \(tags.count)::int - jsonb_array_length(b.before) > \(ContactTags.most)::int
                         THEN 'too_many_tags' END
                    """
            )
        case .untag: BulkWish(after: "'[]'::jsonb")
        case .renameTag(let from, let to):
            BulkWish(after: "CASE WHEN b.before ? \(from)::text THEN jsonb_build_array(\(to)::text) ELSE b.before END")
        case .setAttribute(_, let value):
            BulkWish(
                after: "\(try PostgresJSON(encoding: value))::jsonb",
                skip: """
                    CASE WHEN b.before IS NULL
                              AND (SELECT count(*) FROM jsonb_object_keys(t.attributes)) >= \(ContactLimits.attributes)::int
                         THEN 'too_many_attributes' END
                    """
            )
        case .removeAttribute: BulkWish(after: "NULL::jsonb")
        case .suppress(let reason, let note): Self.suppress(reason, note, scope)
        case .unsuppress(let includesUnsubscribed): Self.unsuppress(includesUnsubscribed)
        }
    }

    /// A membership that its owner has ended is kept, so that adding the contact again does not begin it anew.
    private static func unlessOptedOut(of list: UUID) -> SQL {
        "CASE WHEN b.before->\(list)::uuid::text->>0 = 'unsubscribed' THEN 'unsubscribed' END"
    }

    /// Who is suppressed for good already stays as he is; an entry that would end becomes a lasting one.
    private static func suppress(_ reason: String, _ note: String?, _ scope: BulkScope) -> BulkWish {
        BulkWish(
            after: """
                CASE WHEN jsonb_path_exists(b.before, '$.rows[*] ? (@.expires_at == null)') THEN b.before
                     ELSE jsonb_build_object(
                         'status', CASE t.status WHEN 'active' THEN 'unsubscribed' ELSE t.status END,
                         'rows', jsonb_build_array(jsonb_build_object(
                             'tenant_id', \(scope.tenantID)::uuid, 'id', gen_random_uuid(),
                             'motorical_account_id', (SELECT motorical_account_id FROM tenants WHERE tenant_id = \(scope.tenantID)),
                             'email', t.email, 'email_norm', t.email_norm, 'reason', \(reason)::text, 'source', 'bulk',
                             'note', \(note)::text, 'created_at', \(scope.now)::timestamptz))) END
                """
        )
    }

    private static func unsuppress(_ includesUnsubscribed: Bool) -> BulkWish {
        BulkWish(
            after: """
                jsonb_build_object('status', CASE t.status WHEN 'unsubscribed' THEN 'active' ELSE t.status END, 'rows', '[]'::jsonb)
                """,
            skip: """
                CASE WHEN t.status = 'complained' OR jsonb_path_exists(b.before, '$.rows[*] ? (@.reason == "complaint")')
                          THEN 'complained'
                     WHEN t.status = 'bounced' OR jsonb_path_exists(b.before, '$.rows[*] ? (@.reason == "bounce")') THEN 'bounced'
                     WHEN NOT \(includesUnsubscribed)::boolean
                          AND (jsonb_path_exists(b.before, '$.rows[*] ? (@.reason == "unsubscribe" || @.reason == "pause")')
                               OR t.status = 'unsubscribed' AND b.before->'rows' = '[]') THEN 'unsubscribed' END
                """
        )
    }
}
