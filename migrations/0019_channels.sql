-- Suppressions and reports of every channel.

-- A suppression is of one address, and an address is of one channel: what it stands under (email_norm) is a mail address, a domain
-- ("@…"), the mark of an erased person ("#…"), a number (E.164) or the hash of a push registration ("push:…"). No two of these can be
-- alike, so the list needs no column for it, and neither its keys nor what looks them up change.
CREATE FUNCTION comm_address_channel(key text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT CASE WHEN strpos(key, '@') > 0 THEN 'email' WHEN key LIKE '+%' THEN 'sms' WHEN key LIKE 'push:%' THEN 'push' ELSE 'email' END $$;

-- What the recipient of a message stands under on the list. A registration is kept as its hash only: whoever has it can send pushes.
CREATE FUNCTION comm_suppression_key(channel text, recipient text) RETURNS text
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    AS $$ SELECT CASE channel WHEN 'sms' THEN recipient
                              WHEN 'push' THEN 'push:' || encode(sha256(convert_to(recipient, 'UTF8')), 'hex')
                              ELSE lower(recipient) END $$;

-- The same for people: of a registration the two ends.
CREATE FUNCTION comm_shown_address(channel text, recipient text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT CASE WHEN channel <> 'push' THEN recipient
                      WHEN length(recipient) > 20 THEN left(recipient, 6) || '…' || right(recipient, 4)
                      ELSE left(recipient, 2) || '…' END $$;

GRANT EXECUTE ON FUNCTION comm_address_channel, comm_suppression_key, comm_shown_address TO comm_api, comm_worker;

-- To whom an answer (STOP) or a report on a device belongs, which name no message: whoever has sent there.
CREATE INDEX delivery_events_reached ON delivery_events (md5(recipient), created_at DESC) WHERE channel <> 'email';

-- Bounces that count against an address of no contact, as soft_bounces has them for contacts.
CREATE TABLE address_bounces (
    tenant_id  uuid NOT NULL REFERENCES tenants,
    address    text NOT NULL,                     -- what it stands under on the suppression list
    bounced_at timestamptz[] NOT NULL,            -- within the window, oldest first
    rests      smallint NOT NULL DEFAULT 0,       -- how often the address was given a rest
    PRIMARY KEY (tenant_id, address)
);
CALL comm_isolate('address_bounces');
GRANT SELECT, INSERT, UPDATE, DELETE ON address_bounces TO comm_worker;
