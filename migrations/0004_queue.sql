-- The outbound pipeline: live messages, chunks of them under lease, and the log of what became of each.

-- A message id is a UUIDv7 that keeps the order of a campaign's sequence: 48 bits of milliseconds (the campaign's start),
-- 30 bits of sequence number, 44 random bits. So a chunk is a range of ids, and inserts stay in index order.
CREATE FUNCTION comm_message_id(milliseconds bigint, sequence bigint) RETURNS uuid
    LANGUAGE sql VOLATILE PARALLEL SAFE
    AS $$ SELECT (lpad(to_hex(milliseconds), 12, '0')
               || '7' || lpad(to_hex((sequence >> 18) & 4095), 3, '0')
               || to_hex(8 | ((sequence >> 16) & 3)) || lpad(to_hex(sequence & 65535), 4, '0')
               || right(gen_random_uuid()::text, 11))::uuid $$;

-- Live work only: a finished message leaves in the transaction that writes its delivery_events row.
CREATE TABLE message_queue (
    tenant_id    uuid NOT NULL,
    priority     smallint NOT NULL CHECK (priority BETWEEN 0 AND 4),
    id           uuid NOT NULL,
    campaign_id  uuid,
    contact_id   uuid,
    channel      text NOT NULL DEFAULT 'email',
    recipient    text NOT NULL,
    artifact_id  uuid,
    merge_values text[],                          -- frozen when expanded, in the order of the artifact's fields
    in_chunk     boolean NOT NULL,                -- true: leased with its chunk; false: on its own (deferred, or an express lane)
    due_at       timestamptz NOT NULL,
    attempts     smallint NOT NULL DEFAULT 0,
    lease_until  timestamptz,
    lease_token  uuid,
    last_error   text,
    PRIMARY KEY (tenant_id, priority, id)
) PARTITION BY LIST (priority);
CREATE TABLE message_queue_p0 PARTITION OF message_queue FOR VALUES IN (0);
CREATE TABLE message_queue_p1 PARTITION OF message_queue FOR VALUES IN (1);
CREATE TABLE message_queue_p2 PARTITION OF message_queue FOR VALUES IN (2);
CREATE TABLE message_queue_p3 PARTITION OF message_queue FOR VALUES IN (3);
CREATE TABLE message_queue_p4 PARTITION OF message_queue FOR VALUES IN (4);
CREATE INDEX message_queue_due ON message_queue (priority, due_at) WHERE NOT in_chunk;
ALTER TABLE message_queue_p0 SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 200);
ALTER TABLE message_queue_p1 SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 200);
ALTER TABLE message_queue_p2 SET (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 5000);
ALTER TABLE message_queue_p3 SET (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 5000);
ALTER TABLE message_queue_p4 SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 200);
CALL comm_isolate('message_queue');
CALL comm_isolate('message_queue_p0');
CALL comm_isolate('message_queue_p1');
CALL comm_isolate('message_queue_p2');
CALL comm_isolate('message_queue_p3');
CALL comm_isolate('message_queue_p4');
GRANT SELECT, INSERT ON message_queue TO comm_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON message_queue TO comm_worker;

-- Where the expansion of a campaign stands; moved in the transaction that inserts the rows, so it can resume anywhere.
CREATE TABLE campaign_expansions (
    tenant_id    uuid NOT NULL,
    campaign_id  uuid NOT NULL,
    last_contact uuid,
    next_seq     bigint NOT NULL DEFAULT 0,
    next_chunk   int NOT NULL DEFAULT 0,
    finished_at  timestamptz,
    PRIMARY KEY (tenant_id, campaign_id),
    FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaigns ON DELETE CASCADE
);
CALL comm_isolate('campaign_expansions');
GRANT SELECT ON campaign_expansions TO comm_api;
GRANT SELECT, INSERT, UPDATE ON campaign_expansions TO comm_worker;

-- A range of a campaign's messages that one sender works on at a time.
--   open → leased → handed_over → (deleted, once the platform is known to have every one of them)
CREATE TABLE queue_chunks (
    tenant_id      uuid NOT NULL,
    campaign_id    uuid NOT NULL,
    chunk_no       int NOT NULL,
    priority       smallint NOT NULL,
    first_id       uuid NOT NULL,
    last_id        uuid NOT NULL,
    size           int NOT NULL CHECK (size > 0),
    state          text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'leased', 'handed_over')),
    attempts       int NOT NULL DEFAULT 0,        -- claims so far: from the second on, earlier side effects are looked up first
    crashes        int NOT NULL DEFAULT 0,        -- leases that ran out: a message that kills its sender is found by these
    lease_owner    text,
    lease_until    timestamptz,
    lease_token    uuid,                          -- fencing: only the holder of the newest token may record
    scope_no       int,                           -- under which chunk's number the gateway remembers the ids; NULL: as single messages
    check_after    timestamptz,                   -- handed over: when to ask the platform again
    created_at     timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, campaign_id, chunk_no),
    FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaigns ON DELETE CASCADE
);
CREATE INDEX queue_chunks_claim ON queue_chunks (tenant_id, priority, created_at, chunk_no) WHERE state <> 'handed_over';
CREATE INDEX queue_chunks_check ON queue_chunks (check_after) WHERE state = 'handed_over';
CALL comm_isolate('queue_chunks');
GRANT SELECT ON queue_chunks TO comm_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON queue_chunks TO comm_worker;

-- Fair rotation: the tenant that was served longest ago is next.
CREATE TABLE lane_turns (
    tenant_id uuid NOT NULL REFERENCES tenants,
    served_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id)
);
CALL comm_isolate('lane_turns');
GRANT SELECT, INSERT, UPDATE, DELETE ON lane_turns TO comm_worker;

-- The delivery log: exactly one row for each message that left the queue, whatever became of it. The partition follows the
-- message id's own time, so that the key is exact: a message can be recorded once only.
CREATE TABLE delivery_events (
    tenant_id    uuid NOT NULL,
    id           uuid NOT NULL,                   -- message id
    created_at   timestamptz NOT NULL,            -- time part of the message id
    campaign_id  uuid,
    contact_id   uuid,
    channel      text NOT NULL,
    recipient    text NOT NULL,
    outcome      text NOT NULL CHECK (outcome IN ('sent', 'suppressed', 'skipped', 'failed', 'unknown')),
    reason       text,
    gateway      text,
    artifact_id  uuid,
    merge_values text[],
    attempts     smallint NOT NULL,
    occurred_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id, created_at)
) PARTITION BY RANGE (created_at);
CALL comm_isolate('delivery_events');
GRANT SELECT ON delivery_events TO comm_api;
GRANT SELECT, INSERT, UPDATE ON delivery_events TO comm_worker;

-- Counters of a campaign: the first six move in the transaction that writes the delivery log, the rest by projection.
CREATE TABLE campaign_delivery_metrics (
    tenant_id    uuid NOT NULL,
    campaign_id  uuid NOT NULL,
    planned      bigint NOT NULL DEFAULT 0,
    sent         bigint NOT NULL DEFAULT 0,
    suppressed   bigint NOT NULL DEFAULT 0,
    skipped      bigint NOT NULL DEFAULT 0,
    failed       bigint NOT NULL DEFAULT 0,
    unknown      bigint NOT NULL DEFAULT 0,
    accepted     bigint NOT NULL DEFAULT 0,       -- the platform said "sent"
    delivered    bigint NOT NULL DEFAULT 0,
    bounced      bigint NOT NULL DEFAULT 0,
    complained   bigint NOT NULL DEFAULT 0,
    deferred     bigint NOT NULL DEFAULT 0,
    rejected     bigint NOT NULL DEFAULT 0,       -- the platform said "failed"
    opened       bigint NOT NULL DEFAULT 0,
    clicked      bigint NOT NULL DEFAULT 0,
    clicks       bigint NOT NULL DEFAULT 0,       -- every click; "clicked" counts a message once
    unsubscribed bigint NOT NULL DEFAULT 0,
    updated_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, campaign_id),
    FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaigns ON DELETE CASCADE
) WITH (fillfactor = 50);
CALL comm_isolate('campaign_delivery_metrics');
GRANT SELECT, INSERT, UPDATE ON campaign_delivery_metrics TO comm_api, comm_worker;
