-- Bounces that come back by mail, and addresses that bounce again and again.

-- How far each mailbox was read. Belongs to the installation, not to a tenant. The position moves in the transaction that stores what was
-- read; what the mail server has still to be told is kept with it.
CREATE TABLE bounce_mailboxes (
    id           text PRIMARY KEY,                -- user, host and folder
    uid_validity bigint,                          -- numbering of the folder's mails that last_uid is of
    last_uid     bigint NOT NULL DEFAULT 0,
    unsettled    jsonb,                           -- numbers that were read, and not marked, moved or deleted yet
    reader       uuid,                            -- who reads it now
    leased_until timestamptz,
    mails        bigint NOT NULL DEFAULT 0,       -- read so far
    kept         bigint NOT NULL DEFAULT 0,       -- of them, not understood
    read_at      timestamptz,                     -- last time that it worked
    last_error   text,                            -- NULL: it worked
    failed_since timestamptz
);
GRANT SELECT, INSERT, UPDATE ON bounce_mailboxes TO comm_worker;

-- When an address that bounces without being gone is given a rest. No row: the defaults.
CREATE TABLE bounce_rules (
    tenant_id   uuid PRIMARY KEY REFERENCES tenants,
    soft_limit  smallint NOT NULL DEFAULT 3 CHECK (soft_limit BETWEEN 0 AND 100),       -- bounces; 0: never
    window_days smallint NOT NULL DEFAULT 30 CHECK (window_days BETWEEN 1 AND 365),     -- within so many days
    rest_days   smallint NOT NULL DEFAULT 7 CHECK (rest_days BETWEEN 1 AND 365),        -- how long the first time
    escalation  smallint NOT NULL DEFAULT 2 CHECK (escalation BETWEEN 1 AND 10),        -- each further time so many times as long
    longest_rest_days smallint NOT NULL DEFAULT 180 CHECK (longest_rest_days BETWEEN 1 AND 3650),
    updated_at  timestamptz NOT NULL
);
CALL comm_isolate('bounce_rules');
CALL comm_audit('bounce_rules', 'bounce_rules', 'tenant_id');
GRANT SELECT, INSERT, UPDATE ON bounce_rules TO comm_api;
GRANT SELECT ON bounce_rules TO comm_worker;

-- Bounces that count against an address and have not led to a rest yet.
CREATE TABLE soft_bounces (
    tenant_id  uuid NOT NULL,
    contact_id uuid NOT NULL,
    bounced_at timestamptz[] NOT NULL,            -- within the window, oldest first
    rests      smallint NOT NULL DEFAULT 0,       -- how often the address was given a rest
    PRIMARY KEY (tenant_id, contact_id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts ON DELETE CASCADE
);
CALL comm_isolate('soft_bounces');
GRANT SELECT, INSERT, UPDATE, DELETE ON soft_bounces TO comm_worker;
