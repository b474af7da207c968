-- Reading and controlling the queue: pauses as rows, wishes to try again for messages of any kind, counters by channel and gateway.

-- ── Pauses ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

-- What a tenant holds back of its own. Looked at by every claim, so what waits says by whom and until when.
CREATE TABLE queue_pauses (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id        uuid NOT NULL,
    scope     text NOT NULL CHECK (scope IN ('tenant', 'channel', 'gateway')),
    target    text NOT NULL DEFAULT '',           -- the channel or the gateway
    reason    text,
    paused_by text NOT NULL,
    paused_at timestamptz NOT NULL,
    until     timestamptz,                        -- ends by itself; NULL: when somebody resumes
    ended_by  text,
    ended_at  timestamptz,
    PRIMARY KEY (tenant_id, id),
    CHECK ((scope = 'tenant') = (target = ''))
);
CREATE UNIQUE INDEX queue_pauses_open ON queue_pauses (tenant_id, scope, target) WHERE ended_at IS NULL;
CALL comm_isolate('queue_pauses');
CALL comm_audit('queue_pauses', 'queue_pause', 'id');
GRANT SELECT, INSERT, UPDATE, DELETE ON queue_pauses TO comm_api;
GRANT SELECT, UPDATE, DELETE ON queue_pauses TO comm_worker;

-- What the operator holds back of everybody. No tenant's data: the API shows of it only why a message waits.
CREATE TABLE queue_stops (
    id        uuid PRIMARY KEY,
    scope     text NOT NULL CHECK (scope IN ('all', 'channel', 'gateway')),
    target    text NOT NULL DEFAULT '',
    reason    text,
    paused_by text NOT NULL,
    paused_at timestamptz NOT NULL,
    until     timestamptz,
    ended_by  text,
    ended_at  timestamptz,
    CHECK ((scope = 'all') = (target = ''))
);
CREATE UNIQUE INDEX queue_stops_open ON queue_stops (scope, target) WHERE ended_at IS NULL;
GRANT SELECT, INSERT, UPDATE ON queue_stops TO comm_api;
GRANT SELECT, UPDATE, DELETE ON queue_stops TO comm_worker;

-- ── Trying again ────────────────────────────────────────────────────────────────────────────────────────────────────────────────

-- The wish is the same for messages of requests: without a campaign it is about those.
ALTER TABLE campaign_retries
    ALTER COLUMN campaign_id DROP NOT NULL,
    ADD COLUMN request_id  uuid,                  -- only of this request
    ADD COLUMN channel     text,                  -- only of this channel
    ADD COLUMN message_ids uuid[],                -- only these
    ADD CHECK (campaign_id IS NULL OR request_id IS NULL);
ALTER TABLE delivery_attempts
    ALTER COLUMN campaign_id DROP NOT NULL,
    ADD COLUMN request_id uuid;

-- ── Counters ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

-- What became of messages, by hour, channel and gateway: written by comm-stats with the projections, so that nobody counts the log.
CREATE TABLE delivery_counters (
    tenant_id uuid NOT NULL,
    hour      timestamptz NOT NULL,
    channel   text NOT NULL,
    gateway   text NOT NULL,                      -- '': none was asked
    outcome   text NOT NULL,
    total     bigint NOT NULL,
    PRIMARY KEY (tenant_id, hour, channel, gateway, outcome)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
CALL comm_isolate('delivery_counters');
GRANT SELECT ON delivery_counters TO comm_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON delivery_counters TO comm_worker;

-- What senders have recorded of messages of requests and nobody has folded into the counters yet: rows are only added, so senders do not
-- wait for each other.
CREATE TABLE delivery_counter_additions (
    tenant_id uuid NOT NULL,
    hour      timestamptz NOT NULL,
    channel   text NOT NULL,
    gateway   text NOT NULL,
    outcome   text NOT NULL,
    total     bigint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 5000);
CALL comm_isolate('delivery_counter_additions');
GRANT SELECT, INSERT ON delivery_counter_additions TO comm_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON delivery_counter_additions TO comm_worker;

-- ── Reading and cancelling ──────────────────────────────────────────────────────────────────────────────────────────────────────

-- Tags of requests by key: what a list is looked up by must be comparable without being looked into.
CREATE TABLE message_request_tags (
    tenant_id  uuid NOT NULL,
    tag        text NOT NULL,
    request_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, tag, request_id),
    FOREIGN KEY (tenant_id, request_id) REFERENCES message_requests ON DELETE CASCADE
);
CREATE INDEX message_request_tags_request ON message_request_tags (tenant_id, request_id);
CALL comm_isolate('message_request_tags');
GRANT SELECT, INSERT ON message_request_tags TO comm_api;
GRANT SELECT ON message_request_tags TO comm_worker;

CREATE FUNCTION comm_tag_request() RETURNS trigger
    LANGUAGE plpgsql SET search_path = public
    AS $$
BEGIN
    INSERT INTO message_request_tags (tenant_id, tag, request_id)
    SELECT DISTINCT NEW.tenant_id, tag, NEW.id FROM unnest(NEW.tags) AS tag;
    RETURN NULL;
END $$;
CREATE TRIGGER tagged AFTER INSERT ON message_requests FOR EACH ROW WHEN (NEW.tags <> '{}') EXECUTE FUNCTION comm_tag_request();

-- What was not simply sent is found without reading what was; and all that went to one address.
CREATE INDEX delivery_events_request_unsent ON delivery_events (tenant_id, request_id, id) WHERE request_id IS NOT NULL AND outcome <> 'sent';
CREATE INDEX delivery_events_request_recipient ON delivery_events (tenant_id, recipient, request_id, id) WHERE request_id IS NOT NULL;

-- Cancelling takes a message out of the queue and writes its outcome in one transaction. The chunk that it lies in is locked meanwhile:
-- comm_api may change nothing of one but how many messages it holds.
GRANT DELETE ON message_queue TO comm_api;
GRANT INSERT ON delivery_events TO comm_api;
GRANT UPDATE (size), DELETE ON queue_chunks TO comm_api;
GRANT DELETE ON campaign_retries TO comm_api;     -- those that are over
