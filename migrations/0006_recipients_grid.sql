-- The Mega List: columns that it filters and sorts by, what keeps them right, and what finds a few contacts among a million.

-- Both are trusted extensions: the owner of the database may create them. They come with Debian's postgresql-15.
CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;
CREATE EXTENSION IF NOT EXISTS btree_gin WITH SCHEMA public;

-- One statement, so that the table is written anew once only.
--
-- The status is computed by the database from the columns that the projections keep: there is no statement that could forget it.
-- First match wins. The reason of a suppression decides before the contact's own status, which is only one word for all of them.
ALTER TABLE contacts
    ADD COLUMN email_domain text NOT NULL GENERATED ALWAYS AS (coalesce(substring(email_norm FROM '@([^@]*)$'), '')) STORED,
    ADD COLUMN tags text[] NOT NULL DEFAULT '{}',
    ADD COLUMN version bigint NOT NULL DEFAULT 1,             -- of the contact as people edit it; projections leave it alone
    ADD COLUMN suppression_reason text,                       -- NULL: mail may be sent; kept by the triggers below
    ADD COLUMN suppressed_at timestamptz,
    ADD COLUMN suppressed_until timestamptz,
    ADD COLUMN last_campaign_id uuid,
    ADD COLUMN last_campaign_activity timestamptz
        GENERATED ALWAYS AS (greatest(last_sent_at, last_delivered_at, last_opened_at, last_clicked_at)) STORED,
    ADD COLUMN engagement_level text NOT NULL DEFAULT 'none' CHECK (engagement_level IN ('high', 'medium', 'low', 'none')),
    ADD COLUMN computed_status text NOT NULL GENERATED ALWAYS AS (
        CASE
            WHEN status = 'complained' OR suppression_reason = 'complaint' THEN 'complained'
            WHEN suppression_reason = 'unsubscribe' THEN 'unsubscribed'
            WHEN suppression_reason = 'bounce' THEN 'bounced'
            WHEN suppression_reason IS NOT NULL THEN 'suppressed'
            WHEN status IN ('unsubscribed', 'bounced') THEN status
            WHEN clicked_count > 0 THEN 'engaged'
            WHEN delivered_count > 0 THEN 'delivered'
            WHEN sent_count > 0 THEN 'sent'
            ELSE 'new'
        END) STORED;

-- The one rule of the engagement level. It depends on the time, so it is a column that projections set and that ages.
CREATE FUNCTION comm_engagement_level(clicked timestamptz, delivered timestamptz, sent timestamptz, at timestamptz) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT CASE
            WHEN clicked > at - interval '720 hours' THEN 'high'
            WHEN clicked > at - interval '2160 hours' THEN 'medium'
            WHEN delivered > at - interval '720 hours' OR sent > at - interval '1440 hours' THEN 'low'
            ELSE 'none' END $$;
UPDATE contacts SET engagement_level = comm_engagement_level(last_clicked_at, last_delivered_at, last_sent_at, now())
    WHERE last_sent_at IS NOT NULL OR last_delivered_at IS NOT NULL OR last_clicked_at IS NOT NULL;

-- What few values have is followed by the default order: the first page of one value is the first entries of its range, also when
-- an import of a million has put others before them. Each index costs an import about 2 µs a row, so there is none for quality.
CREATE INDEX contacts_created ON contacts (tenant_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX contacts_status ON contacts (tenant_id, computed_status, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX contacts_engagement ON contacts (tenant_id, engagement_level, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX contacts_domain ON contacts (tenant_id, email_domain, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX contacts_language ON contacts (tenant_id, language NULLS FIRST, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX contacts_source ON contacts (tenant_id, source, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX contacts_name ON contacts (tenant_id, name NULLS FIRST, id) WHERE deleted_at IS NULL;
-- A new contact has none of these, so its import pays nothing for them. (What is missing sorts first in all of these indexes, as the
-- grid asks for it.)
CREATE INDEX contacts_sent ON contacts (tenant_id, last_sent_at NULLS FIRST, id) WHERE deleted_at IS NULL AND last_sent_at IS NOT NULL;
CREATE INDEX contacts_delivered ON contacts (tenant_id, last_delivered_at NULLS FIRST, id)
    WHERE deleted_at IS NULL AND last_delivered_at IS NOT NULL;
CREATE INDEX contacts_opened ON contacts (tenant_id, last_opened_at NULLS FIRST, id) WHERE deleted_at IS NULL AND last_opened_at IS NOT NULL;
CREATE INDEX contacts_clicked ON contacts (tenant_id, last_clicked_at NULLS FIRST, id) WHERE deleted_at IS NULL AND last_clicked_at IS NOT NULL;
CREATE INDEX contacts_engaged ON contacts (tenant_id, last_engagement_at NULLS FIRST, id)
    WHERE deleted_at IS NULL AND last_engagement_at IS NOT NULL;
CREATE INDEX contacts_activity ON contacts (tenant_id, last_campaign_activity NULLS FIRST, id)
    WHERE deleted_at IS NULL AND last_campaign_activity IS NOT NULL;
CREATE INDEX contacts_suppressed ON contacts (tenant_id, suppression_reason, created_at, id)
    WHERE deleted_at IS NULL AND suppression_reason IS NOT NULL;
CREATE INDEX contacts_suppressed_until ON contacts (suppressed_until) WHERE suppressed_until IS NOT NULL;

-- ── Suppressions, as the grid shows them ────────────────────────────────────────────────────────────────────────────────────────

-- Brings contacts of these addresses in line with the suppressions of the whole tenant. Those of one list or one domain do not
-- count here: such a contact still gets other mail. (The row as JSON: its scope is a column of a later migration.)
CREATE FUNCTION comm_apply_suppressions(tenants uuid[], addresses text[]) RETURNS void
    LANGUAGE sql SET search_path = public
    AS $$
        UPDATE contacts c SET suppression_reason = s.reason, suppressed_at = s.created_at, suppressed_until = s.expires_at
        FROM (SELECT DISTINCT * FROM unnest(tenants, addresses) AS k (tenant_id, email_norm)) k
        LEFT JOIN LATERAL (
            SELECT x.reason, x.created_at, x.expires_at FROM suppressions x
            WHERE x.tenant_id = k.tenant_id AND x.email_norm = k.email_norm
              AND coalesce(to_jsonb(x) ->> 'scope', 'all') IN ('all', 'marketing')
            ORDER BY x.expires_at DESC NULLS FIRST, x.reason = 'complaint' DESC, x.created_at LIMIT 1) s ON true
        WHERE c.tenant_id = k.tenant_id AND c.email_norm = k.email_norm
          AND (c.suppression_reason, c.suppressed_at, c.suppressed_until) IS DISTINCT FROM (s.reason, s.created_at, s.expires_at)
    $$;

CREATE FUNCTION comm_suppressions_changed() RETURNS trigger
    LANGUAGE plpgsql SET search_path = public
    AS $$
BEGIN
    PERFORM comm_apply_suppressions(array_agg(tenant_id), array_agg(email_norm)) FROM changed HAVING count(*) > 0;
    IF TG_OP = 'UPDATE' THEN
        PERFORM comm_apply_suppressions(array_agg(tenant_id), array_agg(email_norm)) FROM before HAVING count(*) > 0;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER grid_added AFTER INSERT ON suppressions REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION comm_suppressions_changed();
CREATE TRIGGER grid_changed AFTER UPDATE ON suppressions REFERENCING NEW TABLE AS changed OLD TABLE AS before
    FOR EACH STATEMENT EXECUTE FUNCTION comm_suppressions_changed();
CREATE TRIGGER grid_removed AFTER DELETE ON suppressions REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION comm_suppressions_changed();

-- ── Text, attributes and tags ───────────────────────────────────────────────────────────────────────────────────────────────────

-- What is searched by parts of words stands beside the contacts, not in an index on them: a projection moves a contact's times
-- with every message, and each move would write all trigrams again. Written only when a contact is made or edited.
--
-- A trigram search under row-level security cannot use its index (the operators are not leak-proof), so comm_api has no right to
-- the table and asks the functions below, which repeat the tenant's condition.
CREATE TABLE contact_search (
    tenant_id  uuid NOT NULL,
    contact_id uuid NOT NULL,
    document   text NOT NULL,          -- address, name, phone, identity: in lower case, a line each
    terms      text[] NOT NULL,        -- attributes as key=value, the first 100 characters of a value
    PRIMARY KEY (tenant_id, contact_id)    -- no foreign key: a trigger keeps it, and a check for each row of an import would cost more
);
CREATE INDEX contact_search_words ON contact_search USING gin (tenant_id, document gin_trgm_ops, terms)
    WITH (gin_pending_list_limit = 16384);
CALL comm_isolate('contact_search');
CREATE POLICY owner_access ON contact_search TO CURRENT_USER USING (true) WITH CHECK (true);

-- A row for each tag of each contact: contacts.tags, by tag.
CREATE TABLE contact_tags (
    tenant_id  uuid NOT NULL,
    tag        text NOT NULL,
    contact_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, tag, contact_id)
);
CALL comm_isolate('contact_tags');
CREATE POLICY owner_access ON contact_tags TO CURRENT_USER USING (true) WITH CHECK (true);
GRANT SELECT ON contact_tags TO comm_api, comm_worker;

CREATE FUNCTION comm_contact_document(email_norm text, name text, phone text, identity_name text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT lower(email_norm || E'\n' || coalesce(name, '') || E'\n' || coalesce(phone, '') || E'\n' || coalesce(identity_name, '')) $$;

CREATE FUNCTION comm_contact_terms(attributes jsonb) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT CASE WHEN attributes = '{}' THEN '{}'::text[]
                 ELSE ARRAY(SELECT key || '=' || left(value, 100) FROM jsonb_each_text(attributes) WHERE value IS NOT NULL) END $$;

-- New contacts, all of a statement at once: their search text, their tags, and what was suppressed before they came.
CREATE FUNCTION comm_contacts_added() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public
    AS $$
BEGIN
    INSERT INTO contact_search (tenant_id, contact_id, document, terms)
    SELECT tenant_id, id, comm_contact_document(email_norm, name, phone, identity_name), comm_contact_terms(attributes) FROM added;
    INSERT INTO contact_tags (tenant_id, tag, contact_id)
    SELECT DISTINCT tenant_id, t.tag, id FROM added CROSS JOIN LATERAL unnest(tags) AS t (tag) WHERE tags <> '{}'
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER grid_added AFTER INSERT ON contacts REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION comm_contacts_added();

-- As the caller, whose row-level security keeps it to its tenant.
CREATE FUNCTION comm_suppressed_added() RETURNS trigger
    LANGUAGE plpgsql SET search_path = public
    AS $$
BEGIN
    PERFORM comm_apply_suppressions(array_agg(a.tenant_id), array_agg(a.email_norm))
       FROM added a JOIN suppressions s ON s.tenant_id = a.tenant_id AND s.email_norm = a.email_norm HAVING count(*) > 0;
    RETURN NULL;
END $$;
CREATE TRIGGER grid_suppressed AFTER INSERT ON contacts REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION comm_suppressed_added();

CREATE FUNCTION comm_contact_edited() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public
    AS $$
BEGIN
    UPDATE contact_search SET document = comm_contact_document(NEW.email_norm, NEW.name, NEW.phone, NEW.identity_name),
                              terms = comm_contact_terms(NEW.attributes)
     WHERE tenant_id = NEW.tenant_id AND contact_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER grid_edited AFTER UPDATE OF email_norm, name, phone, identity_name, attributes ON contacts FOR EACH ROW
    WHEN ((OLD.email_norm, OLD.name, OLD.phone, OLD.identity_name, OLD.attributes)
          IS DISTINCT FROM (NEW.email_norm, NEW.name, NEW.phone, NEW.identity_name, NEW.attributes))
    EXECUTE FUNCTION comm_contact_edited();

CREATE FUNCTION comm_contact_readdressed() RETURNS trigger
    LANGUAGE plpgsql SET search_path = public
    AS $$
BEGIN
    PERFORM comm_apply_suppressions(ARRAY[NEW.tenant_id], ARRAY[NEW.email_norm]);
    RETURN NULL;
END $$;
CREATE TRIGGER grid_readdressed AFTER UPDATE OF email_norm ON contacts FOR EACH ROW
    WHEN (OLD.email_norm <> NEW.email_norm) EXECUTE FUNCTION comm_contact_readdressed();

CREATE FUNCTION comm_contact_tagged() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public
    AS $$
BEGIN
    DELETE FROM contact_tags WHERE tenant_id = OLD.tenant_id AND contact_id = OLD.id AND tag = ANY (OLD.tags) AND tag <> ALL (NEW.tags);
    INSERT INTO contact_tags (tenant_id, tag, contact_id) SELECT NEW.tenant_id, t, NEW.id FROM unnest(NEW.tags) AS t
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER grid_tagged AFTER UPDATE OF tags ON contacts FOR EACH ROW
    WHEN (OLD.tags <> NEW.tags) EXECUTE FUNCTION comm_contact_tagged();

CREATE FUNCTION comm_contacts_removed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public
    AS $$
BEGIN
    DELETE FROM contact_search s USING removed r WHERE s.tenant_id = r.tenant_id AND s.contact_id = r.id;
    DELETE FROM contact_tags t USING removed r
     WHERE r.tags <> '{}' AND t.tenant_id = r.tenant_id AND t.contact_id = r.id AND t.tag = ANY (r.tags);
    RETURN NULL;
END $$;
CREATE TRIGGER grid_removed AFTER DELETE ON contacts REFERENCING OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION comm_contacts_removed();

INSERT INTO contact_search (tenant_id, contact_id, document, terms)
    SELECT tenant_id, id, comm_contact_document(email_norm, name, phone, identity_name), comm_contact_terms(attributes) FROM contacts;
SELECT comm_apply_suppressions(array_agg(tenant_id), array_agg(email_norm)) FROM suppressions HAVING count(*) > 0;

-- The contacts of the transaction's own tenant whose text has this in it; no more than so many. It runs as the owner, whom
-- row-level security leaves alone, and takes the tenant from nowhere but the transaction.
CREATE FUNCTION comm_contacts_containing(part text, most bigint) RETURNS SETOF uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public
    ROWS 1000
    AS $$
BEGIN
    -- Executed as text, so that it is planned for this part: a plan for any part is ten times slower.
    RETURN QUERY EXECUTE 'SELECT contact_id FROM contact_search WHERE tenant_id = $1 AND document LIKE $2 LIMIT $3'
        USING comm_tenant(), '%' || replace(replace(replace(lower(part), '\', '\\'), '%', '\%'), '_', '\_') || '%', most;
END $$;

-- The same for one of these terms, each an attribute's key=value.
CREATE FUNCTION comm_contacts_with_term(wanted text[], most bigint) RETURNS SETOF uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public
    ROWS 1000
    AS $$
BEGIN
    RETURN QUERY EXECUTE 'SELECT contact_id FROM contact_search WHERE tenant_id = $1 AND terms && $2 LIMIT $3'
        USING comm_tenant(), wanted, most;
END $$;

REVOKE ALL ON FUNCTION comm_contacts_containing, comm_contacts_with_term, comm_apply_suppressions FROM PUBLIC;
GRANT EXECUTE ON FUNCTION comm_contacts_containing, comm_contacts_with_term, comm_apply_suppressions TO comm_api, comm_worker;

-- ── Campaigns ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────

-- Who was sent a campaign, who opened or clicked: looked up by contact. Indexes on what is written once anyway cost less than a
-- table of their own would.
CREATE INDEX delivery_events_campaign_contact ON delivery_events (tenant_id, campaign_id, contact_id);
CREATE INDEX email_events_reaction ON email_events (tenant_id, campaign_id, contact_id) WHERE type IN ('opened', 'clicked');

-- ── Filters with a name, and lists that follow one ──────────────────────────────────────────────────────────────────────────────

CREATE TABLE recipient_filters (
    tenant_id  uuid NOT NULL REFERENCES tenants,
    id         uuid NOT NULL,
    name       text NOT NULL,
    filter     jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX recipient_filters_name ON recipient_filters (tenant_id, lower(name));
CALL comm_isolate('recipient_filters');
GRANT SELECT, INSERT, UPDATE, DELETE ON recipient_filters TO comm_api;

-- A smart list is refreshed in steps over the tenant's contacts, in the order of their ids.
ALTER TABLE lists
    ADD COLUMN refreshed_at timestamptz,             -- when the last whole refresh began
    ADD COLUMN refresh_started_at timestamptz,       -- the one under way
    ADD COLUMN refresh_after uuid;                   -- up to which contact it has come
CREATE INDEX lists_followed ON lists (refreshed_at NULLS FIRST) WHERE filter_definition IS NOT NULL AND deleted_at IS NULL;
GRANT UPDATE (refreshed_at, refresh_started_at, refresh_after) ON lists TO comm_worker;
GRANT INSERT, DELETE ON list_contacts TO comm_worker;

-- Up to when the engagement levels of a tenant have aged: the next round looks only at what has passed a limit since.
CREATE TABLE engagement_ageing (
    tenant_id uuid NOT NULL REFERENCES tenants,
    aged_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant_id)
);
CALL comm_isolate('engagement_ageing');
GRANT SELECT, INSERT, UPDATE ON engagement_ageing TO comm_worker;
