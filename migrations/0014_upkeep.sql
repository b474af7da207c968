-- What comm-stats looks after by itself: verdicts of older rules, roll-ups that were never made. What statistics keep of people who are
-- gone.

-- How far a tenant's stored clicks and opens have been judged again by newer rules (docs/tracking.md).
CREATE TABLE verdict_reviews (
    tenant_id    uuid PRIMARY KEY REFERENCES tenants,
    rules        smallint NOT NULL,
    after_id     uuid,                    -- the event up to which it has come
    after_bucket timestamptz,
    messages     bigint NOT NULL DEFAULT 0,
    revised      bigint NOT NULL DEFAULT 0,
    started_at   timestamptz NOT NULL,
    finished_at  timestamptz
);
CREATE INDEX verdict_reviews_open ON verdict_reviews (messages, tenant_id) WHERE finished_at IS NULL;
CALL comm_isolate('verdict_reviews');
GRANT SELECT, INSERT, UPDATE ON verdict_reviews TO comm_worker;

-- Tenants whose campaigns were looked at once for facts that no roll-up has counted: those from before there were roll-ups.
CREATE TABLE rollup_checks (
    tenant_id  uuid PRIMARY KEY REFERENCES tenants,
    checked_at timestamptz NOT NULL,
    incomplete int NOT NULL               -- campaigns that were marked to be counted
);
CALL comm_isolate('rollup_checks');
GRANT SELECT, INSERT ON rollup_checks TO comm_worker;

-- When somebody is gone for good, what was sent to them and what came back no longer says to whom. What reports need of the person
-- stays with it: the day on which they had become a contact.
ALTER TABLE email_events ADD COLUMN joined_on date;
ALTER TABLE delivery_events ADD COLUMN joined_on date;
GRANT UPDATE (joined_on) ON email_events, delivery_events TO comm_api, comm_worker;

-- People who are gone for good, by the quarter of an hour of their latest event of a kind: the part of audience_rollups ("reach") that
-- cannot be counted from contacts any more.
CREATE TABLE departed_reach (
    tenant_id uuid NOT NULL,
    kind      text NOT NULL,
    bucket_at timestamptz NOT NULL,
    total     int NOT NULL,
    PRIMARY KEY (tenant_id, kind, bucket_at)
);
CALL comm_isolate('departed_reach');
GRANT SELECT, INSERT, UPDATE ON departed_reach TO comm_api, comm_worker;

-- Who has left one list is on the suppression list for it from now on, so that what was planned for the list already is kept back, too.
ALTER TABLE list_contacts NO FORCE ROW LEVEL SECURITY;
ALTER TABLE contacts NO FORCE ROW LEVEL SECURITY;
ALTER TABLE suppressions NO FORCE ROW LEVEL SECURITY;
INSERT INTO suppressions (tenant_id, id, motorical_account_id, email, email_norm, scope, list_id, reason, source, created_at)
SELECT m.tenant_id, gen_random_uuid(), t.motorical_account_id, c.email, c.email_norm, 'list', m.list_id, 'unsubscribe', 'upgrade', now()
FROM list_contacts m
JOIN contacts c ON c.tenant_id = m.tenant_id AND c.id = m.contact_id
JOIN tenants t ON t.tenant_id = m.tenant_id
WHERE m.status = 'unsubscribed'
ON CONFLICT DO NOTHING;
ALTER TABLE list_contacts FORCE ROW LEVEL SECURITY;
ALTER TABLE contacts FORCE ROW LEVEL SECURITY;
ALTER TABLE suppressions FORCE ROW LEVEL SECURITY;

-- Files of suppressions have reports and refused rows as files of contacts do.
ALTER TABLE import_jobs ADD COLUMN kind text NOT NULL DEFAULT 'contacts' CHECK (kind IN ('contacts', 'suppressions'));
ALTER TABLE import_jobs ALTER COLUMN list_id DROP NOT NULL;

-- A test that was handed over is followed like everything else: a chunk of one message, numbered below zero, since a draft has no numbers.
ALTER TABLE queue_chunks ADD COLUMN test_artifact_id uuid;     -- NULL: no test, it is what the campaign sends
