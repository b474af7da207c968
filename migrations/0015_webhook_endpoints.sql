-- Webhooks out and the stream of events.

-- ---- The feed: a tenant's events in the order in which they were committed ----------------------------------------------------

-- Only tenants whose events somebody reads have one, so the others' events cost nothing more. The row is locked by whoever adds to the
-- feed, as the last thing of its transaction: a position that can be seen has no position before it that is still to come.
CREATE TABLE event_feeds (
    tenant_id     uuid PRIMARY KEY REFERENCES tenants,
    last_position bigint NOT NULL DEFAULT 0,
    kept_from     bigint NOT NULL DEFAULT 1,      -- what is older has been deleted
    is_open       boolean NOT NULL DEFAULT true,
    used_at       timestamptz NOT NULL            -- when a stream last asked for it
);
CALL comm_isolate('event_feeds');
GRANT SELECT, INSERT, UPDATE ON event_feeds TO comm_api, comm_worker;

-- Which event it is, and what subscriptions filter by; nothing about a person. What an event says is read when it is told.
CREATE TABLE event_feed (
    tenant_id    uuid NOT NULL,
    position     bigint NOT NULL,
    event_id     uuid NOT NULL,
    bucket_at    timestamptz NOT NULL,
    type         text NOT NULL,
    campaign_id  uuid,
    channel      text NOT NULL,
    is_automated boolean NOT NULL,                -- a click or open of a scanner or machine
    data         jsonb,                           -- of notices, which are no events of a message
    recorded_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, position)
);
CALL comm_isolate('event_feed');
GRANT SELECT, INSERT ON event_feed TO comm_api;
GRANT SELECT, INSERT, DELETE ON event_feed TO comm_worker;

-- ---- Endpoints ------------------------------------------------------------------------------------------------------------------

CREATE TABLE webhook_endpoints (
    tenant_id          uuid NOT NULL REFERENCES tenants,
    id                 uuid NOT NULL,
    url                text NOT NULL,
    description        text,
    event_types        text[] NOT NULL,           -- as they were asked for, wildcards and all
    campaign_ids       uuid[],                    -- NULL: of all, and of none
    channels           text[],                    -- NULL: all
    include_automated  boolean NOT NULL DEFAULT false,
    header_names       text[] NOT NULL DEFAULT '{}',
    ordering           text NOT NULL DEFAULT 'endpoint' CHECK (ordering IN ('endpoint', 'message')),
    max_concurrency    smallint NOT NULL DEFAULT 8 CHECK (max_concurrency BETWEEN 1 AND 32),
    max_per_second     smallint CHECK (max_per_second BETWEEN 1 AND 1000),
    enabled            boolean NOT NULL DEFAULT true,
    disabled_reason    text,                      -- by_owner, gone, failing
    disabled_at        timestamptz,
    secret_changed_at  timestamptz NOT NULL,
    created_at         timestamptz NOT NULL,
    updated_at         timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CALL comm_isolate('webhook_endpoints');
CALL comm_audit('webhook_endpoints', 'webhook_endpoint', 'id');
GRANT SELECT, INSERT, UPDATE, DELETE ON webhook_endpoints TO comm_api;
GRANT SELECT, UPDATE ON webhook_endpoints TO comm_worker;

-- Signing secrets and the values of added headers, encrypted by the application: the database alone does not know them.
CREATE TABLE webhook_credentials (
    tenant_id   uuid NOT NULL,
    endpoint_id uuid NOT NULL,
    id          uuid NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('secret', 'headers')),
    sealed      bytea NOT NULL,
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz,                      -- of a secret that another one has followed
    PRIMARY KEY (tenant_id, endpoint_id, id),
    FOREIGN KEY (tenant_id, endpoint_id) REFERENCES webhook_endpoints ON DELETE CASCADE
);
CALL comm_isolate('webhook_credentials');
GRANT SELECT, INSERT, UPDATE, DELETE ON webhook_credentials TO comm_api;
GRANT SELECT, UPDATE, DELETE ON webhook_credentials TO comm_worker;

-- How far an endpoint has been told, and who is telling it; apart from what its owner sets, because it moves all the time.
CREATE TABLE webhook_states (
    tenant_id       uuid NOT NULL,
    endpoint_id     uuid NOT NULL,
    position        bigint NOT NULL,              -- everything in the feed up to here has been told, or is pending
    is_held         boolean NOT NULL DEFAULT false,  -- pending deliveries hold up what comes next in the feed
    due_at          timestamptz NOT NULL,         -- nothing but tests and resends before: the rate, or a pause after failures
    wake_at         timestamptz,                  -- when the next pending delivery is due
    served_at       timestamptz NOT NULL,
    lease_owner     text,
    lease_until     timestamptz,
    lease_token     uuid,                         -- fencing: only the holder of the newest may record
    is_slow         boolean NOT NULL DEFAULT false,
    failures        int NOT NULL DEFAULT 0,       -- attempts in a row
    failing_since   timestamptz,
    last_success_at timestamptz,
    last_failure_at timestamptz,
    last_error      text,
    PRIMARY KEY (tenant_id, endpoint_id),
    FOREIGN KEY (tenant_id, endpoint_id) REFERENCES webhook_endpoints ON DELETE CASCADE
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);
CALL comm_isolate('webhook_states');
GRANT SELECT, INSERT, UPDATE ON webhook_states TO comm_api;
GRANT SELECT, UPDATE ON webhook_states TO comm_worker;

-- What is to be told out of turn: again after a failure, on request, of a replay, as a test. At most a few hundred an endpoint.
CREATE TABLE webhook_pending (
    tenant_id        uuid NOT NULL,
    endpoint_id      uuid NOT NULL,
    id               uuid NOT NULL,
    kind             text NOT NULL CHECK (kind IN ('live', 'replay', 'resend', 'test')),
    position         bigint,                      -- in the feed; NULL: a test
    event_id         uuid NOT NULL,
    event_type       text NOT NULL,
    bucket_at        timestamptz NOT NULL,
    attempts         smallint NOT NULL DEFAULT 0,
    first_attempt_at timestamptz,
    due_at           timestamptz NOT NULL,
    holds            boolean NOT NULL DEFAULT false,
    lane             uuid,                        -- what it holds up: the endpoint's own id for everything, else what is about one message
    created_at       timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, endpoint_id, id),
    FOREIGN KEY (tenant_id, endpoint_id) REFERENCES webhook_endpoints ON DELETE CASCADE
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500);
CREATE INDEX webhook_pending_due ON webhook_pending (tenant_id, endpoint_id, due_at);
CALL comm_isolate('webhook_pending');
GRANT SELECT, INSERT, UPDATE ON webhook_pending TO comm_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON webhook_pending TO comm_worker;

-- A stretch of the feed that is told again; comm-stats moves it into webhook_pending little by little.
CREATE TABLE webhook_replays (
    tenant_id    uuid NOT NULL,
    endpoint_id  uuid NOT NULL,
    id           uuid NOT NULL,
    from_time    timestamptz NOT NULL,
    to_time      timestamptz NOT NULL,
    position     bigint NOT NULL,                 -- moved up to here
    to_position  bigint NOT NULL,
    failed_only  boolean NOT NULL DEFAULT false,
    event_types  text[],                          -- NULL: those of the endpoint
    queued       bigint NOT NULL DEFAULT 0,
    requested_by text NOT NULL,
    created_at   timestamptz NOT NULL,
    finished_at  timestamptz,
    PRIMARY KEY (tenant_id, endpoint_id, id),
    FOREIGN KEY (tenant_id, endpoint_id) REFERENCES webhook_endpoints ON DELETE CASCADE
);
CREATE INDEX webhook_replays_running ON webhook_replays (tenant_id, endpoint_id) WHERE finished_at IS NULL;
CALL comm_isolate('webhook_replays');
GRANT SELECT, INSERT, UPDATE ON webhook_replays TO comm_api;
GRANT SELECT, UPDATE, DELETE ON webhook_replays TO comm_worker;

-- The delivery log: a row for each request, whatever came of it.
CREATE TABLE webhook_attempts (
    tenant_id   uuid NOT NULL,
    id          uuid NOT NULL,
    at          timestamptz NOT NULL,
    endpoint_id uuid NOT NULL,
    event_id    uuid NOT NULL,
    event_type  text NOT NULL,
    kind        text NOT NULL,
    attempt     smallint NOT NULL,
    outcome     text NOT NULL CHECK (outcome IN ('delivered', 'failed', 'given_up')),
    status      smallint,                         -- NULL: no answer
    latency_ms  int NOT NULL,
    error       text,
    response    text,                             -- how the answer began
    retry_at    timestamptz,
    PRIMARY KEY (tenant_id, id, at)
) PARTITION BY RANGE (at);
CREATE INDEX webhook_attempts_newest ON webhook_attempts (tenant_id, endpoint_id, at DESC, id DESC);
CREATE INDEX webhook_attempts_event ON webhook_attempts (tenant_id, event_id);
CALL comm_isolate('webhook_attempts');
GRANT SELECT ON webhook_attempts TO comm_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON webhook_attempts TO comm_worker;
CREATE TABLE webhook_attempts_default PARTITION OF webhook_attempts DEFAULT;
CALL comm_isolate('webhook_attempts_default');
SELECT comm_ensure_partition('webhook_attempts', (now() AT TIME ZONE 'UTC' + n * interval '1 month')::date) FROM generate_series(0, 3) AS n;

-- Counts by hour, written with the log, so that statistics need not count it.
CREATE TABLE webhook_hours (
    tenant_id    uuid NOT NULL,
    endpoint_id  uuid NOT NULL,
    hour         timestamptz NOT NULL,
    delivered    bigint NOT NULL DEFAULT 0,
    failed       bigint NOT NULL DEFAULT 0,       -- attempts; those that were the last one too
    given_up     bigint NOT NULL DEFAULT 0,
    latency_ms   bigint NOT NULL DEFAULT 0,       -- sum over delivered and failed
    slowest_ms   int NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, endpoint_id, hour),
    FOREIGN KEY (tenant_id, endpoint_id) REFERENCES webhook_endpoints ON DELETE CASCADE
) WITH (fillfactor = 70);
CALL comm_isolate('webhook_hours');
GRANT SELECT ON webhook_hours TO comm_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON webhook_hours TO comm_worker;
