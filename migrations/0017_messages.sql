-- Messages that clients ask for one by one or in bulk, on every channel: what was asked for, its compiled content, and templates of it.

-- Named content of messages, one per channel and language; what is sent is what was compiled of it.
CREATE TABLE message_templates (
    tenant_id   uuid NOT NULL REFERENCES tenants,
    id          uuid NOT NULL,
    name        text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    channel     text NOT NULL CHECK (channel IN ('email', 'sms', 'push')),
    language    text NOT NULL,                   -- BCP 47; the fallback of the others is the tenant's template in 'en', else the oldest
    subject     text,                            -- of a mail; the title of a push message
    body_html   text COMPRESSION lz4,
    body_text   text COMPRESSION lz4,
    artifact_id uuid NOT NULL,                   -- what is sent
    version     int NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, name, channel, language)
);
CALL comm_isolate('message_templates');
GRANT SELECT, INSERT, UPDATE, DELETE ON message_templates TO comm_api;
CALL comm_audit('message_templates', 'message_template', 'id');

-- The class of a tenant's own types of messages; what stands here wins over the product's own table.
CREATE TABLE message_types (
    tenant_id    uuid NOT NULL REFERENCES tenants,
    message_type text NOT NULL,
    priority     smallint NOT NULL CHECK (priority BETWEEN 0 AND 4),
    updated_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, message_type)
);
CALL comm_isolate('message_types');
GRANT SELECT, INSERT, UPDATE, DELETE ON message_types TO comm_api;
CALL comm_audit('message_types', 'message_type', 'tenant_id,message_type');

-- Compiled content: immutable, and there once however often it is asked for.
CREATE TABLE message_artifacts (
    tenant_id  uuid NOT NULL REFERENCES tenants,
    id         uuid NOT NULL,
    channel    text NOT NULL CHECK (channel IN ('email', 'sms', 'push')),
    hash       text NOT NULL,                    -- SHA-256 of the program, hexadecimal
    program    jsonb COMPRESSION lz4 NOT NULL,   -- segments ready to concatenate
    fields     text[] NOT NULL,                  -- what it asks of a recipient, in the order of the merge values
    created_at timestamptz NOT NULL,
    used_at    timestamptz NOT NULL,             -- what nothing has used for long is deleted
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, channel, hash)
);
CALL comm_isolate('message_artifacts');
GRANT SELECT, INSERT, UPDATE (used_at) ON message_artifacts TO comm_api;
GRANT SELECT, DELETE ON message_artifacts TO comm_worker;
GRANT SELECT ON message_templates TO comm_worker;

-- What one request asked for, shared by all its messages; immutable.
CREATE TABLE message_requests (
    tenant_id    uuid NOT NULL REFERENCES tenants,
    id           uuid NOT NULL,
    channel      text NOT NULL CHECK (channel IN ('email', 'sms', 'push')),
    priority     smallint NOT NULL CHECK (priority BETWEEN 0 AND 4),
    message_type text NOT NULL,
    artifact_id  uuid NOT NULL,
    template_id  uuid,
    options      jsonb COMPRESSION lz4 NOT NULL DEFAULT '{}',  -- sender, headers, attachments, push data
    motor_block_id uuid,                         -- under whose account the platform sends
    gateway      text,                           -- the one that was asked for; NULL: by the routes
    source_type  text,
    source_id    text,
    metadata     jsonb,
    tags         text[] NOT NULL DEFAULT '{}',
    expires_at   timestamptz,
    total        int NOT NULL,                   -- messages that were queued
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX message_requests_source ON message_requests (tenant_id, source_type, source_id, id) WHERE source_type IS NOT NULL;
CREATE INDEX message_requests_artifact ON message_requests (tenant_id, artifact_id);
CALL comm_isolate('message_requests');
GRANT SELECT, INSERT ON message_requests TO comm_api;
GRANT SELECT, DELETE ON message_requests TO comm_worker;

-- A message belongs to a campaign or to a request.
ALTER TABLE message_queue ADD COLUMN request_id uuid;
ALTER TABLE delivery_events ADD COLUMN request_id uuid;
CREATE INDEX delivery_events_request ON delivery_events (tenant_id, request_id, id) WHERE request_id IS NOT NULL;

-- What waits on its own, claimed tenant by tenant; each kind has an index that the other kinds are not in.
DROP INDEX message_queue_due, message_queue_single;
CREATE INDEX message_queue_due ON message_queue (priority, due_at) WHERE NOT in_chunk AND campaign_id IS NOT NULL;
CREATE INDEX message_queue_single ON message_queue (tenant_id, campaign_id, id) WHERE NOT in_chunk AND campaign_id IS NOT NULL;
CREATE INDEX message_queue_express ON message_queue (tenant_id, due_at, id)
    WHERE NOT in_chunk AND (request_id IS NOT NULL OR is_test);
CREATE INDEX message_queue_request ON message_queue (tenant_id, request_id, id) WHERE request_id IS NOT NULL;

-- Messages of the express lanes whose gateway may still lose them (a list in memory): followed until it is known to have them.
CREATE TABLE message_handovers (
    tenant_id   uuid NOT NULL REFERENCES tenants,
    id          uuid NOT NULL,                   -- message id
    campaign_id uuid,                            -- of a test
    request_id  uuid,
    artifact_id uuid,                            -- what a test was made of
    priority    smallint NOT NULL,
    channel     text NOT NULL,
    check_after timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX message_handovers_check ON message_handovers (check_after);
CALL comm_isolate('message_handovers');
GRANT SELECT, INSERT, UPDATE, DELETE ON message_handovers TO comm_worker;

-- What is sent when another message cannot be: on the next channel that its client named. It moves to the queue in the transaction that
-- records the failure, so it goes out once.
CREATE TABLE message_fallbacks (
    tenant_id    uuid NOT NULL REFERENCES tenants,
    after_id     uuid NOT NULL,                  -- the message that has to fail first
    id           uuid NOT NULL,
    request_id   uuid NOT NULL,
    priority     smallint NOT NULL,
    channel      text NOT NULL,
    recipient    text NOT NULL,
    merge_values text[] NOT NULL,
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, after_id)
);
CALL comm_isolate('message_fallbacks');
GRANT SELECT, INSERT ON message_fallbacks TO comm_api;
GRANT SELECT, DELETE ON message_fallbacks TO comm_worker;

-- Tests were followed as chunks before.
INSERT INTO message_handovers
    SELECT tenant_id, first_id, campaign_id, NULL, test_artifact_id, priority, 'email', check_after FROM queue_chunks
    WHERE test_artifact_id IS NOT NULL AND state = 'handed_over';
DELETE FROM queue_chunks WHERE test_artifact_id IS NOT NULL;
ALTER TABLE queue_chunks DROP COLUMN test_artifact_id;

-- By which gateways a tenant's messages go; without rows for a channel the installation's own order counts.
CREATE TABLE gateway_routes (
    tenant_id    uuid NOT NULL REFERENCES tenants,
    channel      text NOT NULL CHECK (channel IN ('email', 'sms', 'push')),
    class        text NOT NULL CHECK (class IN ('any', 'P0', 'P1', 'P2', 'P3', 'P4')),
    gateway      text NOT NULL,
    position     smallint NOT NULL,              -- the lowest is tried first
    weight       int NOT NULL CHECK (weight BETWEEN 1 AND 1000),  -- share among routes of one position
    cost         numeric(12, 6) NOT NULL DEFAULT 0,               -- of one message, in the tenant's currency
    daily_budget numeric(14, 4),                 -- cost of a day (UTC) that is not exceeded; NULL: none
    is_enabled   boolean NOT NULL,
    updated_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, channel, class, gateway)
);
CALL comm_isolate('gateway_routes');
GRANT SELECT, INSERT, DELETE ON gateway_routes TO comm_api;
GRANT SELECT ON gateway_routes TO comm_worker;
CALL comm_audit('gateway_routes', 'gateway_route', 'tenant_id,channel,class,gateway');

-- What went by which gateway on a day (UTC); written by senders every few seconds.
CREATE TABLE gateway_usage (
    tenant_id uuid NOT NULL REFERENCES tenants,
    gateway   text NOT NULL,
    day       date NOT NULL,
    messages  bigint NOT NULL,
    cost      numeric(18, 6) NOT NULL,
    PRIMARY KEY (tenant_id, gateway, day)
);
CALL comm_isolate('gateway_usage');
GRANT SELECT ON gateway_usage TO comm_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON gateway_usage TO comm_worker;

-- How each sender finds its gateways: what one has met, the others pass over, too. It belongs to the installation.
CREATE TABLE channel_health (
    gateway    text NOT NULL,
    instance   text NOT NULL,
    channel    text NOT NULL,
    state      text NOT NULL CHECK (state IN ('closed', 'open', 'half_open')),
    open_until timestamptz,
    answered   bigint NOT NULL,                  -- messages of the last minute that got an answer
    unanswered bigint NOT NULL,
    latency_ms double precision NOT NULL,        -- of a hand-over, on average
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (gateway, instance)
);
GRANT SELECT ON channel_health TO comm_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON channel_health TO comm_worker;
