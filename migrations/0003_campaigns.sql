-- Templates, campaigns, and what compile-before-send makes of them: immutable artifacts and audience snapshots.

CREATE TABLE templates (
    tenant_id  uuid NOT NULL REFERENCES tenants,
    id         uuid NOT NULL,
    name       text NOT NULL,
    subject    text NOT NULL,
    type       text NOT NULL CHECK (type IN ('html', 'text')),
    body_html  text COMPRESSION lz4,
    body_text  text COMPRESSION lz4,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CALL comm_isolate('templates');
GRANT SELECT, INSERT, UPDATE, DELETE ON templates TO comm_api;

CREATE TABLE campaigns (
    tenant_id        uuid NOT NULL REFERENCES tenants,
    id               uuid NOT NULL,
    name             text NOT NULL,
    template_id      uuid NOT NULL,
    motor_block_id   uuid NOT NULL,
    status           text NOT NULL DEFAULT 'draft'
        CHECK (status IN ('draft', 'scheduled', 'sending', 'paused', 'completed', 'cancelled', 'failed')),
    status_reason    text,                       -- why it is paused, cancelled or failed
    from_address     text,
    from_name        text,
    google_analytics jsonb NOT NULL DEFAULT '{"enabled": false}',
    scheduled_at     timestamptz,
    timezone         text,
    artifact_id      uuid,                       -- what is sent: fixed when the campaign is scheduled
    snapshot_id      uuid,                       -- who is meant: fixed when the campaign is scheduled
    started_at       timestamptz,                -- first expansion; its milliseconds are the time part of every message id
    completed_at     timestamptz,
    next_chunk_at    timestamptz,                -- pacing: no chunk is claimed before
    created_at       timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL,
    deleted_at       timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, template_id) REFERENCES templates ON DELETE RESTRICT
);
CREATE INDEX campaigns_active ON campaigns (status, scheduled_at) WHERE status IN ('scheduled', 'sending', 'paused', 'cancelled');
CALL comm_isolate('campaigns');
GRANT SELECT, INSERT, UPDATE ON campaigns TO comm_api;
GRANT SELECT, UPDATE ON campaigns TO comm_worker;

CREATE TABLE campaign_lists (
    tenant_id   uuid NOT NULL,
    campaign_id uuid NOT NULL,
    list_id     uuid NOT NULL,
    PRIMARY KEY (tenant_id, campaign_id, list_id),
    FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaigns ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, list_id) REFERENCES lists ON DELETE CASCADE
);
CALL comm_isolate('campaign_lists');
GRANT SELECT, INSERT, DELETE ON campaign_lists TO comm_api;
GRANT SELECT ON campaign_lists TO comm_worker;

-- No row, or NULLs: as fast as the limits allow.
CREATE TABLE campaign_send_settings (
    tenant_id                   uuid NOT NULL,
    campaign_id                 uuid NOT NULL,
    chunk_size                  int CHECK (chunk_size BETWEEN 1 AND 5000),
    delay_seconds_between_chunks int CHECK (delay_seconds_between_chunks BETWEEN 0 AND 86400),
    PRIMARY KEY (tenant_id, campaign_id),
    FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaigns ON DELETE CASCADE
);
CALL comm_isolate('campaign_send_settings');
GRANT SELECT, INSERT, UPDATE ON campaign_send_settings TO comm_api;
GRANT SELECT ON campaign_send_settings TO comm_worker;

CREATE TABLE comm_campaign_artifacts (
    tenant_id     uuid NOT NULL,
    id            uuid NOT NULL,
    campaign_id   uuid NOT NULL,
    version       int NOT NULL,
    hash          text NOT NULL,                 -- SHA-256 of the program, hexadecimal
    subject       text NOT NULL,
    html_compiled text COMPRESSION lz4,
    text_compiled text COMPRESSION lz4,
    program       jsonb COMPRESSION lz4 NOT NULL, -- segments ready to concatenate
    meta          jsonb COMPRESSION lz4 NOT NULL, -- report: links, sizes, fields, warnings, blockers
    created_at    timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, campaign_id, version),
    FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaigns ON DELETE CASCADE
);
CALL comm_isolate('comm_campaign_artifacts');
GRANT SELECT, INSERT ON comm_campaign_artifacts TO comm_api;
-- No role may update one, and not even the owner does so by accident: what was sent can be rebuilt from it at any time.
CREATE FUNCTION comm_refuse_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION 'a row of % is never changed', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$;
CREATE TRIGGER immutable BEFORE UPDATE ON comm_campaign_artifacts FOR EACH ROW EXECUTE FUNCTION comm_refuse_update();
GRANT SELECT ON comm_campaign_artifacts TO comm_worker;

CREATE TABLE comm_audience_snapshots (
    tenant_id        uuid NOT NULL,
    id               uuid NOT NULL,
    campaign_id      uuid NOT NULL,
    version          int NOT NULL,
    total_recipients bigint NOT NULL,            -- members that could be mailed at that moment
    excluded         bigint NOT NULL,            -- members that could not (suppressed, unsubscribed, …)
    included_lists   uuid[] NOT NULL,
    deduped_by       text NOT NULL DEFAULT 'email',
    filters          jsonb,
    created_at       timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, campaign_id, version),
    FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaigns ON DELETE CASCADE
);
CALL comm_isolate('comm_audience_snapshots');
GRANT SELECT, INSERT ON comm_audience_snapshots TO comm_api;
GRANT SELECT ON comm_audience_snapshots TO comm_worker;

-- How a tenant sends; no row: the defaults.
CREATE TABLE tenant_settings (
    tenant_id              uuid PRIMARY KEY REFERENCES tenants,
    unsubscribe_mode       text NOT NULL DEFAULT 'customer' CHECK (unsubscribe_mode IN ('customer', 'motorical')),
    custom_unsubscribe_url text CHECK (custom_unsubscribe_url LIKE 'https://%'),
    preflight              jsonb NOT NULL DEFAULT '{}',   -- which findings stop a campaign, and from which sizes on
    untracked_hosts        text[] NOT NULL DEFAULT '{}',  -- links to these are never tracked
    sender_domains         text[] NOT NULL DEFAULT '{}',  -- what From addresses may name; empty: any
    updated_at             timestamptz NOT NULL
);
CALL comm_isolate('tenant_settings');
GRANT SELECT, INSERT, UPDATE ON tenant_settings TO comm_api;
GRANT SELECT ON tenant_settings TO comm_worker;

-- Reports name the campaign only; the workers find its tenant by it.
CREATE INDEX campaigns_id ON campaigns (id);
