-- Mail of requests counts in the statistics of its tenant: what was sent before is counted by comm-stats once.
INSERT INTO rollup_marks (tenant_id, campaign_id, marked_at)
SELECT DISTINCT tenant_id, '00000000-0000-0000-0000-000000000000'::uuid, now() FROM message_requests WHERE channel = 'email'
ON CONFLICT DO NOTHING;

-- Contacts with a number, for what is exported and erased by it: written in any way, it is read with its blanks, but not from the table.
CREATE INDEX contacts_phone ON contacts (tenant_id, phone) INCLUDE (id) WHERE phone IS NOT NULL;

-- Room for the lease of a row in its page: it needs no new entries in the indexes then.
ALTER TABLE message_queue_p0 SET (fillfactor = 60);
ALTER TABLE message_queue_p1 SET (fillfactor = 60);
ALTER TABLE message_queue_p4 SET (fillfactor = 60);

-- The same functions as before, but without STRICT, which keeps the planner from putting them in place: a call costs more than they do.
CREATE OR REPLACE FUNCTION comm_suppression_key(channel text, recipient text) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT CASE channel WHEN 'sms' THEN recipient
                              WHEN 'push' THEN 'push:' || encode(sha256(convert_to(recipient, 'UTF8')), 'hex')
                              ELSE lower(recipient) END $$;

CREATE OR REPLACE FUNCTION comm_address_channel(key text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT CASE WHEN strpos(key, '@') > 0 THEN 'email' WHEN key LIKE '+%' THEN 'sms' WHEN key LIKE 'push:%' THEN 'push'
                      WHEN key IS NOT NULL THEN 'email' END $$;

CREATE OR REPLACE FUNCTION comm_shown_address(channel text, recipient text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT CASE WHEN channel <> 'push' THEN recipient
                      WHEN length(recipient) > 20 THEN left(recipient, 6) || '…' || right(recipient, 4)
                      ELSE left(recipient, 2) || '…' END $$;

-- Addresses and domains to which no tenant sends anything: the operator's own list.
CREATE TABLE global_suppressions (
    id         uuid PRIMARY KEY,
    key        text NOT NULL UNIQUE,              -- what suppressions have in email_norm
    shown      text,                              -- as it was written, of a registration the two ends; NULL for a domain
    reason     text NOT NULL,
    note       text,
    created_at timestamptz NOT NULL,
    expires_at timestamptz
);
CREATE INDEX global_suppressions_newest ON global_suppressions (created_at DESC, id DESC);
GRANT SELECT, INSERT, UPDATE, DELETE ON global_suppressions TO comm_api;
GRANT SELECT, DELETE ON global_suppressions TO comm_worker;
