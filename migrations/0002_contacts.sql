-- Contacts, lists, suppressions, imports.

CREATE TABLE contacts (
    tenant_id          uuid NOT NULL REFERENCES tenants,
    id                 uuid NOT NULL,
    email              text NOT NULL,          -- as it was first written
    email_norm         text NOT NULL,          -- lower case, domain in its ASCII form: the key
    name               text,
    phone              text,
    identity_type      text CHECK (identity_type IN ('company', 'individual')),
    identity_name      text,
    attributes         jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(attributes) = 'object'),
    language           text,
    source             text NOT NULL DEFAULT 'api',
    status             text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'unsubscribed', 'bounced', 'complained')),
    quality_index      smallint NOT NULL DEFAULT 50,
    consent_given_at   timestamptz,
    consent_source     text,
    -- What the Mega List filters and sorts by: columns kept by the projections of comm-stats.
    sent_count         int NOT NULL DEFAULT 0,
    delivered_count    int NOT NULL DEFAULT 0,
    opened_count       int NOT NULL DEFAULT 0,
    clicked_count      int NOT NULL DEFAULT 0,
    last_sent_at       timestamptz,
    last_delivered_at  timestamptz,
    last_opened_at     timestamptz,
    last_clicked_at    timestamptz,
    last_engagement_at timestamptz,
    created_at         timestamptz NOT NULL,
    updated_at         timestamptz NOT NULL,
    deleted_at         timestamptz,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, email_norm)
) WITH (fillfactor = 85);                      -- room for the projections' updates in place
CALL comm_isolate('contacts');
GRANT SELECT, INSERT, UPDATE ON contacts TO comm_api, comm_worker;
GRANT DELETE ON contacts TO comm_api;

CREATE TABLE lists (
    tenant_id         uuid NOT NULL REFERENCES tenants,
    id                uuid NOT NULL,
    name              text NOT NULL,
    description       text,
    type              text NOT NULL DEFAULT 'user' CHECK (type IN ('user', 'smart', 'snapshot', 'system')),
    filter_definition jsonb,
    created_at        timestamptz NOT NULL,
    deleted_at        timestamptz,
    PRIMARY KEY (tenant_id, id)
);
CALL comm_isolate('lists');
GRANT SELECT, INSERT, UPDATE, DELETE ON lists TO comm_api;
GRANT SELECT ON lists TO comm_worker;

CREATE TABLE list_contacts (
    tenant_id  uuid NOT NULL,
    list_id    uuid NOT NULL,
    contact_id uuid NOT NULL,
    status     text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'unsubscribed')),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, list_id, contact_id),
    FOREIGN KEY (tenant_id, list_id) REFERENCES lists ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts ON DELETE CASCADE
);
CREATE INDEX list_contacts_contact ON list_contacts (tenant_id, contact_id);
CALL comm_isolate('list_contacts');
GRANT SELECT, INSERT, UPDATE, DELETE ON list_contacts TO comm_api;
GRANT SELECT, UPDATE ON list_contacts TO comm_worker;

CREATE TABLE suppressions (
    tenant_id            uuid NOT NULL REFERENCES tenants,
    id                   uuid NOT NULL,
    motorical_account_id uuid NOT NULL,
    email                text NOT NULL,
    email_norm           text NOT NULL,
    reason               text NOT NULL,          -- unsubscribe, bounce, complaint, manual, …
    source               text NOT NULL,          -- link, one_click, webhook, admin, …
    landing_variant      text,
    note                 text,
    event_id             uuid,                   -- the event that caused it
    created_at           timestamptz NOT NULL,
    expires_at           timestamptz,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, email_norm)
);
CALL comm_isolate('suppressions');
GRANT SELECT, INSERT, UPDATE, DELETE ON suppressions TO comm_api;
GRANT SELECT, INSERT, UPDATE ON suppressions TO comm_worker;

-- One row per CSV import; its refused rows are kept for download.
CREATE TABLE import_jobs (
    tenant_id   uuid NOT NULL REFERENCES tenants,
    id          uuid NOT NULL,
    list_id     uuid NOT NULL,
    file_name   text,
    dry_run     boolean NOT NULL,
    report      jsonb NOT NULL,
    created_at  timestamptz NOT NULL,
    finished_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CALL comm_isolate('import_jobs');
GRANT SELECT, INSERT ON import_jobs TO comm_api;
GRANT SELECT, DELETE ON import_jobs TO comm_worker;

CREATE TABLE import_errors (
    tenant_id  uuid NOT NULL,
    import_id  uuid NOT NULL,
    row_number bigint NOT NULL,
    column_name text,
    code       text NOT NULL,
    message    text NOT NULL,
    value      text,
    PRIMARY KEY (tenant_id, import_id, row_number),
    FOREIGN KEY (tenant_id, import_id) REFERENCES import_jobs ON DELETE CASCADE
);
CALL comm_isolate('import_errors');
GRANT SELECT, INSERT ON import_errors TO comm_api;
GRANT SELECT, DELETE ON import_errors TO comm_worker;

-- A large import changes what the planner should know long before autovacuum looks again; comm_api owns no table and may not
-- analyse one itself.
CREATE FUNCTION comm_analyze_contacts() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public
    AS $$
BEGIN
    ANALYZE contacts;
    ANALYZE list_contacts;
END $$;
REVOKE ALL ON FUNCTION comm_analyze_contacts FROM PUBLIC;
GRANT EXECUTE ON FUNCTION comm_analyze_contacts TO comm_api;
