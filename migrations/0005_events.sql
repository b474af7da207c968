-- The event pipeline: what comes back.

-- Facts made durable before they are understood: written by comm-api, claimed and stored by comm-stats.
CREATE TABLE event_inbox (
    id          uuid PRIMARY KEY,
    source      text NOT NULL,                    -- motorical, motorical_log, tracking, dispatch
    payload     jsonb NOT NULL,
    received_at timestamptz NOT NULL,
    attempts    smallint NOT NULL DEFAULT 0,
    due_at      timestamptz NOT NULL,
    last_error  text
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 2000);
CREATE INDEX event_inbox_due ON event_inbox (due_at, id);
GRANT INSERT ON event_inbox TO comm_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON event_inbox TO comm_worker;

-- Every fact once. The id is made of what identifies the fact, so duplicates and replays meet the key. The partition follows
-- the message's own time (else the time of the fact): all facts of a message meet in one partition and the key is exact.
CREATE TABLE email_events (
    tenant_id   uuid NOT NULL,
    id          uuid NOT NULL,
    bucket_at   timestamptz NOT NULL,
    type        text NOT NULL CHECK (type IN ('sent', 'delivered', 'deferred', 'bounced', 'complained', 'failed', 'blocked',
                                              'opened', 'clicked', 'unsubscribed', 'resubscribed')),
    campaign_id uuid,
    contact_id  uuid,
    message_id  uuid,
    source      text NOT NULL,
    payload     jsonb NOT NULL,
    occurred_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id, bucket_at)
) PARTITION BY RANGE (bucket_at);
CREATE INDEX email_events_campaign ON email_events (tenant_id, campaign_id, occurred_at DESC);
CALL comm_isolate('email_events');
GRANT SELECT, INSERT ON email_events TO comm_api, comm_worker;

-- The motor blocks of campaigns, whose events the platform is asked to report: a wish left by comm-api, granted by comm-stats.
CREATE TABLE webhook_registrations (
    tenant_id      uuid NOT NULL REFERENCES tenants,
    motor_block_id uuid NOT NULL,
    url            text,                          -- what was or is to be registered; another one is registered anew
    attempts       smallint NOT NULL DEFAULT 0,
    due_at         timestamptz NOT NULL,
    last_error     text,
    registered_at  timestamptz,
    created_at     timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, motor_block_id)
);
CALL comm_isolate('webhook_registrations');
GRANT SELECT, INSERT ON webhook_registrations TO comm_api;
GRANT SELECT, UPDATE ON webhook_registrations TO comm_worker;

-- Makes the partition of the given month, with its wall, if it is not there. Owned by the migrating role, so that the daemons
-- need no right to create tables.
CREATE FUNCTION comm_ensure_partition(parent text, month date) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public
    AS $$
DECLARE
    first_day date := date_trunc('month', month)::date;
    child text := parent || '_' || to_char(first_day, 'YYYYMM');
BEGIN
    IF parent NOT IN ('delivery_events', 'email_events') THEN
        RAISE EXCEPTION 'no partitions are kept for %', parent;
    END IF;
    IF to_regclass(child) IS NOT NULL THEN RETURN false; END IF;
    PERFORM pg_advisory_xact_lock(hashtext('comm_ensure_partition'));
    IF to_regclass(child) IS NOT NULL THEN RETURN false; END IF;
    EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', child, parent,
                   first_day::timestamp AT TIME ZONE 'UTC', (first_day + interval '1 month') AT TIME ZONE 'UTC');
    EXECUTE format('CALL comm_isolate(%L)', child);
    RETURN true;
END $$;
REVOKE ALL ON FUNCTION comm_ensure_partition FROM PUBLIC;
GRANT EXECUTE ON FUNCTION comm_ensure_partition TO comm_worker;

-- A row without a month of its own still has a place: nothing is refused because a partition is missing.
CREATE TABLE delivery_events_default PARTITION OF delivery_events DEFAULT;
CREATE TABLE email_events_default PARTITION OF email_events DEFAULT;
CALL comm_isolate('delivery_events_default');
CALL comm_isolate('email_events_default');

SELECT comm_ensure_partition(parent, (now() AT TIME ZONE 'UTC' + n * interval '1 month')::date)
    FROM unnest(ARRAY['delivery_events', 'email_events']) AS parent, generate_series(0, 3) AS n;
