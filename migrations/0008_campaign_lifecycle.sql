-- Campaigns from draft to bin: settings of their own, approval, tests, retries, and what it takes to say why one does not move.

ALTER TABLE campaigns
    ADD COLUMN reply_to           text,
    ADD COLUMN language           text,                       -- of dates and numbers, for recipients who have none
    ADD COLUMN send_at_local_time boolean NOT NULL DEFAULT false,
    ADD COLUMN starts_at          timestamptz,                -- when the first recipient's clock shows the time; NULL: scheduled_at
    ADD COLUMN sending_windows    jsonb CHECK (jsonb_typeof(sending_windows) = 'array'),  -- NULL: the tenant's
    ADD COLUMN window_opens_at    timestamptz,                -- the window that is open or comes next; both NULL: always open
    ADD COLUMN window_closes_at   timestamptz,
    ADD COLUMN created_by         text,                       -- credentials, as in idempotency scopes
    ADD COLUMN changed_by         text,
    ADD COLUMN status_by          text,
    ADD COLUMN status_at          timestamptz,
    ADD COLUMN approval           text CHECK (approval IN ('submitted', 'approved', 'rejected')),
    ADD COLUMN approval_hash      text,                       -- of content, audience and settings when it was asked for
    ADD COLUMN approval_size      bigint,                     -- recipients when it was asked for
    ADD COLUMN submitted_by       text;
GRANT DELETE ON campaigns TO comm_api;

-- The bin.
CREATE INDEX campaigns_deleted ON campaigns (tenant_id, deleted_at) WHERE deleted_at IS NOT NULL;

ALTER TABLE tenant_settings
    ADD COLUMN IF NOT EXISTS timezone text,
    ADD COLUMN sending_windows    jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(sending_windows) = 'array'),
    ADD COLUMN approval_threshold bigint CHECK (approval_threshold > 0);      -- NULL: nothing needs approval

-- Members of these lists get nothing, whatever other lists they are in.
CREATE TABLE campaign_exclude_lists (
    tenant_id   uuid NOT NULL,
    campaign_id uuid NOT NULL,
    list_id     uuid NOT NULL,
    PRIMARY KEY (tenant_id, campaign_id, list_id),
    FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaigns ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, list_id) REFERENCES lists ON DELETE CASCADE
);
CALL comm_isolate('campaign_exclude_lists');
GRANT SELECT, INSERT, DELETE ON campaign_exclude_lists TO comm_api;
GRANT SELECT ON campaign_exclude_lists TO comm_worker;

ALTER TABLE comm_audience_snapshots ADD COLUMN excluded_lists uuid[] NOT NULL DEFAULT '{}';

-- Who asked for approval, who gave or refused it, with what words: append-only.
CREATE TABLE campaign_approvals (
    tenant_id   uuid NOT NULL,
    id          uuid NOT NULL,
    campaign_id uuid NOT NULL,
    action      text NOT NULL CHECK (action IN ('submitted', 'approved', 'rejected', 'voided')),
    who         text,
    comment     text,
    recipients  bigint,
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaigns ON DELETE CASCADE
);
CREATE INDEX campaign_approvals_campaign ON campaign_approvals (tenant_id, campaign_id, id);
CALL comm_isolate('campaign_approvals');
GRANT SELECT, INSERT ON campaign_approvals TO comm_api;

-- A chunk of a local-time group is not claimed before its time.
ALTER TABLE queue_chunks ADD COLUMN due_at timestamptz;

ALTER TABLE message_queue
    ADD COLUMN is_test  boolean NOT NULL DEFAULT false,
    ADD COLUMN age_from timestamptz;             -- from when on its age counts; NULL: from its id
CREATE INDEX message_queue_single ON message_queue (tenant_id, campaign_id, id) WHERE NOT in_chunk;

ALTER TABLE delivery_events ADD COLUMN is_test boolean NOT NULL DEFAULT false;
-- What is not simply sent is found without reading what was; rows of what was sent are in no second index.
CREATE INDEX delivery_events_unsent ON delivery_events (tenant_id, campaign_id, outcome, id) WHERE outcome <> 'sent';
CREATE INDEX delivery_events_tests ON delivery_events (tenant_id, campaign_id) WHERE is_test;
GRANT DELETE ON delivery_events TO comm_worker;  -- a failed message goes back to the queue; its row moves to delivery_attempts

-- Which messages a page of the expansion made: contacts come in the order of their ids, so a contact's message is one of a few thousand.
CREATE TABLE campaign_expansion_pages (
    tenant_id    uuid NOT NULL,
    campaign_id  uuid NOT NULL,
    last_contact uuid NOT NULL,
    first_id     uuid NOT NULL,
    last_id      uuid NOT NULL,
    PRIMARY KEY (tenant_id, campaign_id, last_contact),
    FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaigns ON DELETE CASCADE
);
CALL comm_isolate('campaign_expansion_pages');
GRANT SELECT ON campaign_expansion_pages TO comm_api;
GRANT SELECT, INSERT ON campaign_expansion_pages TO comm_worker;

-- Outcomes that a retry has overtaken.
CREATE TABLE delivery_attempts (
    tenant_id   uuid NOT NULL,
    message_id  uuid NOT NULL,
    attempt     smallint NOT NULL,
    campaign_id uuid NOT NULL,
    outcome     text NOT NULL,
    reason      text,
    gateway     text,
    occurred_at timestamptz NOT NULL,
    retried_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, message_id, attempt),
    FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaigns ON DELETE CASCADE
);
CREATE INDEX delivery_attempts_campaign ON delivery_attempts (tenant_id, campaign_id);
CALL comm_isolate('delivery_attempts');
GRANT SELECT ON delivery_attempts TO comm_api;
GRANT SELECT, INSERT ON delivery_attempts TO comm_worker;

-- A wish to try failed messages again, left by comm-api and granted page by page by comm-sender.
CREATE TABLE campaign_retries (
    tenant_id    uuid NOT NULL,
    id           uuid NOT NULL,
    campaign_id  uuid NOT NULL,
    classes      text[] NOT NULL,
    requested_by text,
    requested    bigint NOT NULL,                -- messages that were meant
    retried      bigint NOT NULL DEFAULT 0,
    cursor_id    uuid,
    created_at   timestamptz NOT NULL,
    finished_at  timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaigns ON DELETE CASCADE
);
CREATE INDEX campaign_retries_open ON campaign_retries (created_at) WHERE finished_at IS NULL;
CREATE INDEX campaign_retries_campaign ON campaign_retries (tenant_id, campaign_id, id);
CALL comm_isolate('campaign_retries');
GRANT SELECT, INSERT ON campaign_retries TO comm_api;
GRANT SELECT, UPDATE ON campaign_retries TO comm_worker;

ALTER TABLE campaign_delivery_metrics ADD COLUMN retried bigint NOT NULL DEFAULT 0;

-- Who is alive, and how its lanes fare. No tenant's data: the API shows of it only why a campaign waits.
CREATE TABLE daemon_heartbeats (
    daemon        text NOT NULL,
    instance      text NOT NULL,
    started_at    timestamptz NOT NULL,
    seen_at       timestamptz NOT NULL,
    gateway       text,
    gateway_state text CHECK (gateway_state IN ('open', 'full', 'paused')),
    gateway_since timestamptz,
    retry_at      timestamptz,
    PRIMARY KEY (daemon, instance)
);
GRANT SELECT ON daemon_heartbeats TO comm_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON daemon_heartbeats TO comm_worker;

-- Zone names as PostgreSQL knows them; the view behind it reads files, so it is asked when a setting changes and not otherwise.
CREATE FUNCTION comm_is_timezone(zone text) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT EXISTS (SELECT FROM pg_timezone_names WHERE name = zone) $$;
