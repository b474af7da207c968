-- Compliance: what may not be mailed and why, who changed what, what is kept of a person and for how long.

-- ---------------------------------------------------------------------------------------------------------------------
-- Suppressions: four scopes. `email_norm` is what is looked up when a message leaves:
--   all, marketing, list   the address as contacts have it        all      nothing is sent
--   domain                 '@' and the domain                     marketing  campaigns and newsletters are not sent
--   of an erased person    '#' and the mark of the address        list     as if it were no member of that list
ALTER TABLE suppressions ADD COLUMN scope text NOT NULL DEFAULT 'all' CHECK (scope IN ('all', 'marketing', 'list', 'domain'));
ALTER TABLE suppressions ADD COLUMN list_id uuid;
ALTER TABLE suppressions ALTER COLUMN email DROP NOT NULL;   -- a domain has none, and an erased person's is not kept
ALTER TABLE suppressions DROP CONSTRAINT suppressions_tenant_id_email_norm_key;
ALTER TABLE suppressions ADD CONSTRAINT suppressions_key UNIQUE NULLS NOT DISTINCT (tenant_id, email_norm, scope, list_id);
ALTER TABLE suppressions ADD CONSTRAINT suppressions_list FOREIGN KEY (tenant_id, list_id) REFERENCES lists ON DELETE CASCADE;
ALTER TABLE suppressions ADD CHECK ((scope = 'list') = (list_id IS NOT NULL));
ALTER TABLE suppressions ADD CHECK ((scope = 'domain') = (email_norm LIKE '@%'));
ALTER TABLE suppressions ADD CHECK (email IS NOT NULL OR email_norm LIKE '@%' OR email_norm LIKE '#%');
CREATE INDEX suppressions_newest ON suppressions (tenant_id, created_at DESC, id DESC);
CREATE INDEX suppressions_of_list ON suppressions (tenant_id, list_id) WHERE list_id IS NOT NULL;
CREATE INDEX suppressions_end ON suppressions (expires_at) WHERE expires_at IS NOT NULL;
GRANT DELETE ON suppressions TO comm_worker;   -- entries whose time is over

-- Whoever was erased must stay unmailable without being known: the address is kept as an HMAC-SHA256 under a key of the tenant.
-- The key is kept as its two pads, so that the database itself can compute the mark of an address.
CREATE TABLE erasure_keys (
    tenant_id uuid PRIMARY KEY REFERENCES tenants,
    inner_pad bytea NOT NULL CHECK (length(inner_pad) = 64),
    outer_pad bytea NOT NULL CHECK (length(outer_pad) = 64)
);
CALL comm_isolate('erasure_keys');
GRANT SELECT, INSERT ON erasure_keys TO comm_api;
GRANT SELECT ON erasure_keys TO comm_worker;

CREATE FUNCTION comm_address_mark(address text, inner_pad bytea, outer_pad bytea) RETURNS text
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    AS $$ SELECT '#' || encode(sha256(outer_pad || sha256(inner_pad || convert_to(address, 'UTF8'))), 'hex') $$;

-- Everything that ever happened to an entry of the list. Only ever added to.
CREATE TABLE suppression_history (
    tenant_id      uuid NOT NULL,
    id             uuid NOT NULL DEFAULT gen_random_uuid(),
    suppression_id uuid NOT NULL,
    action         text NOT NULL CHECK (action IN ('added', 'changed', 'removed', 'expired', 'erased')),
    email_norm     text NOT NULL,
    scope          text NOT NULL,
    list_id        uuid,
    reason         text NOT NULL,
    source         text NOT NULL,
    event_id       uuid,
    expires_at     timestamptz,
    actor          text,                -- who asked; NULL: the event pipeline
    note           text,                -- why it was removed
    at             timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX suppression_history_entry ON suppression_history (tenant_id, suppression_id, at);
CREATE INDEX suppression_history_address ON suppression_history (tenant_id, email_norm, at);
CALL comm_isolate('suppression_history');
CREATE POLICY owner_access ON suppression_history TO CURRENT_USER USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON suppression_history TO comm_api, comm_worker;

-- One statement makes one insert, whatever number of rows it touches.
CREATE FUNCTION comm_keep_suppression_history() RETURNS trigger
    LANGUAGE plpgsql SET search_path = public
    AS $$
DECLARE
    who text := nullif(current_setting('app.actor', true), '');
    why text := nullif(current_setting('app.note', true), '');
    what text := coalesce(nullif(current_setting('app.suppression_end', true), ''), 'removed');
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO suppression_history (tenant_id, suppression_id, action, email_norm, scope, list_id, reason, source, event_id,
                                         expires_at, actor, note, at)
        SELECT tenant_id, id, 'added', email_norm, scope, list_id, reason, source, event_id, expires_at, who, coalesce(why, note), clock_timestamp()
        FROM new_rows;
    ELSIF TG_OP = 'UPDATE' THEN
        INSERT INTO suppression_history (tenant_id, suppression_id, action, email_norm, scope, list_id, reason, source, event_id,
                                         expires_at, actor, note, at)
        SELECT n.tenant_id, n.id, 'changed', n.email_norm, n.scope, n.list_id, n.reason, n.source, n.event_id, n.expires_at, who,
               coalesce(why, n.note), clock_timestamp()
        FROM new_rows n JOIN old_rows o ON o.tenant_id = n.tenant_id AND o.id = n.id
        WHERE (o.reason, o.source, o.scope, o.email_norm) IS DISTINCT FROM (n.reason, n.source, n.scope, n.email_norm)
           OR o.expires_at IS DISTINCT FROM n.expires_at OR o.note IS DISTINCT FROM n.note;
    ELSE
        INSERT INTO suppression_history (tenant_id, suppression_id, action, email_norm, scope, list_id, reason, source, event_id,
                                         expires_at, actor, note, at)
        SELECT tenant_id, id, what, email_norm, scope, list_id, reason, source, event_id, expires_at, who, why, clock_timestamp() FROM old_rows;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER history_added AFTER INSERT ON suppressions REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION comm_keep_suppression_history();
CREATE TRIGGER history_changed AFTER UPDATE ON suppressions REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION comm_keep_suppression_history();
CREATE TRIGGER history_removed AFTER DELETE ON suppressions REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION comm_keep_suppression_history();

-- ---------------------------------------------------------------------------------------------------------------------
-- Partitions: any table that is partitioned by range gets its months from here.
CREATE OR REPLACE FUNCTION comm_ensure_partition(parent text, month date) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public
    AS $$
DECLARE
    first_day date := date_trunc('month', month)::date;
    child text := parent || '_' || to_char(first_day, 'YYYYMM');
BEGIN
    IF NOT EXISTS (SELECT FROM pg_partitioned_table WHERE partrelid = to_regclass(parent) AND partstrat = 'r') THEN
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

-- ---------------------------------------------------------------------------------------------------------------------
-- The audit log: who changed what, with what was there before and after. No role may change or delete an entry.
CREATE TABLE audit_logs (
    tenant_id       uuid NOT NULL,
    id              uuid NOT NULL DEFAULT gen_random_uuid(),
    created_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    event_type      text NOT NULL,                -- change, csv_upload, gdpr_export, gdpr_erase, …
    action          text NOT NULL,                -- created, updated, deleted, imported, …
    resource_type   text NOT NULL,
    resource_id     uuid,
    user_identifier text,                         -- the client's address, of uploads
    actor           text NOT NULL,                -- key:<id>, platform, system
    request_id      text,
    details         jsonb NOT NULL DEFAULT '{}',
    before          jsonb,
    after           jsonb,
    PRIMARY KEY (tenant_id, id, created_at)
) PARTITION BY RANGE (created_at);
CREATE INDEX audit_logs_newest ON audit_logs (tenant_id, created_at DESC, id DESC);
CREATE INDEX audit_logs_resource ON audit_logs (tenant_id, resource_id, created_at DESC) WHERE resource_id IS NOT NULL;
CALL comm_isolate('audit_logs');
CREATE POLICY owner_access ON audit_logs TO CURRENT_USER USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON audit_logs TO comm_api, comm_worker;
CREATE TABLE audit_logs_default PARTITION OF audit_logs DEFAULT;
CALL comm_isolate('audit_logs_default');
SELECT comm_ensure_partition('audit_logs', (now() AT TIME ZONE 'UTC' + n * interval '1 month')::date) FROM generate_series(0, 3) AS n;

-- Not even the owner changes either log by accident; erasing a person and retention do it on purpose.
CREATE FUNCTION comm_refuse_rewriting() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF coalesce(current_setting('app.rewriting', true), '') <> 'on' THEN
        RAISE EXCEPTION '% is only ever added to', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_logs FOR EACH ROW EXECUTE FUNCTION comm_refuse_rewriting();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON suppression_history FOR EACH ROW EXECUTE FUNCTION comm_refuse_rewriting();

-- What the log keeps of a row: no secrets, no tenant, and of long texts their size and sum only.
CREATE FUNCTION comm_audit_value(value jsonb) RETURNS jsonb
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT CASE WHEN length(value::text) <= 2000 THEN value
                      ELSE jsonb_build_object('length', length(value::text),
                                              'sha256', encode(sha256(convert_to(value::text, 'UTF8')), 'hex')) END $$;

CREATE FUNCTION comm_audit_row(content jsonb) RETURNS jsonb
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT jsonb_object_agg(key, comm_audit_value(value)) FROM jsonb_each(content)
          WHERE key NOT IN ('tenant_id', 'secret_hash', 'motorical_account_id') AND value <> 'null' $$;

-- The members of two rows that differ: what they were, what they are. What the database derives by itself is no change.
CREATE FUNCTION comm_audit_difference(old_row jsonb, new_row jsonb, OUT before jsonb, OUT after jsonb)
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT jsonb_object_agg(key, comm_audit_value(o.value)), jsonb_object_agg(key, comm_audit_value(n.value))
          FROM jsonb_each(old_row) o JOIN jsonb_each(new_row) n USING (key)
          WHERE o.value <> n.value
            AND key NOT IN ('secret_hash', 'updated_at', 'last_used_at', 'version', 'computed_status', 'email_domain', 'engagement_level',
                            'suppression_reason', 'suppressed_at', 'suppressed_until') $$;

CREATE FUNCTION comm_audit_key(content jsonb, keys text[]) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT string_agg(content ->> k, '/' ORDER BY n) FROM unnest(keys) WITH ORDINALITY AS u(k, n) $$;

-- Statement trigger with the arguments resource type, then the columns of the key (the first is the resource's id).
CREATE FUNCTION comm_audit_statement() RETURNS trigger
    LANGUAGE plpgsql SET search_path = public
    AS $$
DECLARE
    acting text := current_setting('app.actor', true);
    request text := nullif(current_setting('app.request_id', true), '');
    keys text[] := TG_ARGV[1:];
    most CONSTANT int := 100;
    touched bigint;
    owner_id uuid;
BEGIN
    IF TG_OP = 'DELETE' THEN
        SELECT count(*), min(tenant_id::text)::uuid INTO touched, owner_id FROM old_rows;
    ELSE
        SELECT count(*), min(tenant_id::text)::uuid INTO touched, owner_id FROM new_rows;
    END IF;
    IF touched > most THEN
        INSERT INTO audit_logs (tenant_id, event_type, action, resource_type, actor, request_id, details)
        VALUES (owner_id, 'change', CASE TG_OP WHEN 'INSERT' THEN 'created' WHEN 'UPDATE' THEN 'updated' ELSE 'deleted' END,
                TG_ARGV[0], acting, request, jsonb_build_object('rows', touched));
    ELSIF TG_OP = 'INSERT' THEN
        INSERT INTO audit_logs (tenant_id, event_type, action, resource_type, resource_id, actor, request_id, after)
        SELECT tenant_id, 'change', 'created', TG_ARGV[0], (to_jsonb(n) ->> keys[1])::uuid, acting, request, comm_audit_row(to_jsonb(n))
        FROM new_rows n;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO audit_logs (tenant_id, event_type, action, resource_type, resource_id, actor, request_id, before)
        SELECT tenant_id, 'change', 'deleted', TG_ARGV[0], (to_jsonb(o) ->> keys[1])::uuid, acting, request, comm_audit_row(to_jsonb(o))
        FROM old_rows o;
    ELSE
        INSERT INTO audit_logs (tenant_id, event_type, action, resource_type, resource_id, actor, request_id, before, after)
        SELECT n.tenant_id, 'change', 'updated', TG_ARGV[0], (to_jsonb(n) ->> keys[1])::uuid, acting, request, d.before, d.after
        FROM new_rows n
        JOIN old_rows o ON o.tenant_id = n.tenant_id AND comm_audit_key(to_jsonb(o), keys) = comm_audit_key(to_jsonb(n), keys)
        CROSS JOIN LATERAL comm_audit_difference(to_jsonb(o), to_jsonb(n)) d
        WHERE d.after IS NOT NULL;
    END IF;
    RETURN NULL;
END $$;

-- Only what somebody asked for is audited: what the daemons do by themselves is in the delivery log and in the events.
CREATE FUNCTION comm_is_audited() RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT nullif(current_setting('app.actor', true), '') IS NOT NULL
             AND coalesce(current_setting('app.audit_rows', true), '') <> 'off' $$;

-- Puts the log behind a table: its name, what an entry calls a row of it, the columns of its key beside the tenant.
CREATE PROCEDURE comm_audit(target text, resource text, keys text)
    LANGUAGE plpgsql
    AS $$
DECLARE
    arguments text := quote_literal(resource) || ', ' || (SELECT string_agg(quote_literal(k), ', ') FROM unnest(string_to_array(keys, ',')) k);
BEGIN
    IF to_regclass(target) IS NULL THEN RETURN; END IF;
    EXECUTE format('CREATE TRIGGER audit_created AFTER INSERT ON %I REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
        WHEN (comm_is_audited()) EXECUTE FUNCTION comm_audit_statement(%s)', target, arguments);
    EXECUTE format('CREATE TRIGGER audit_updated AFTER UPDATE ON %I REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
        FOR EACH STATEMENT WHEN (comm_is_audited()) EXECUTE FUNCTION comm_audit_statement(%s)', target, arguments);
    EXECUTE format('CREATE TRIGGER audit_deleted AFTER DELETE ON %I REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT
        WHEN (comm_is_audited()) EXECUTE FUNCTION comm_audit_statement(%s)', target, arguments);
END $$;
CALL comm_audit('lists', 'list', 'id');
CALL comm_audit('templates', 'template', 'id');
CALL comm_audit('campaigns', 'campaign', 'id');
CALL comm_audit('campaign_lists', 'campaign_list', 'campaign_id,list_id');
CALL comm_audit('campaign_send_settings', 'campaign_settings', 'campaign_id');
CALL comm_audit('tenant_settings', 'settings', 'tenant_id');
CALL comm_audit('suppressions', 'suppression', 'id');
CALL comm_audit('api_keys', 'api_key', 'id');
CALL comm_audit('recipient_filters', 'recipient_filter', 'id');
CALL comm_audit('bulk_operations', 'bulk_operation', 'id');
CALL comm_audit('campaign_exclude_lists', 'campaign_exclude_list', 'campaign_id,list_id');
CALL comm_audit('campaign_approvals', 'campaign_approval', 'id');
CALL comm_audit('campaign_retries', 'campaign_retry', 'id');

-- Memberships come and go by statement, too; their status is the workers'.
CREATE TRIGGER audit_created AFTER INSERT ON list_contacts REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
    WHEN (comm_is_audited()) EXECUTE FUNCTION comm_audit_statement('list_member', 'list_id', 'contact_id');
CREATE TRIGGER audit_deleted AFTER DELETE ON list_contacts REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT
    WHEN (comm_is_audited()) EXECUTE FUNCTION comm_audit_statement('list_member', 'list_id', 'contact_id');

-- Contacts are edited one by one by people and by the million by projections, imports and bulk operations: a row trigger, whose
-- condition costs those nothing.
CREATE FUNCTION comm_audit_contact() RETURNS trigger
    LANGUAGE plpgsql SET search_path = public
    AS $$
DECLARE
    was jsonb;
    is_now jsonb;
    row_tenant uuid;
    row_id uuid;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        SELECT d.before, d.after INTO was, is_now FROM comm_audit_difference(to_jsonb(OLD), to_jsonb(NEW)) d;
        IF is_now IS NULL THEN RETURN NULL; END IF;
    ELSIF TG_OP = 'DELETE' THEN
        was := comm_audit_row(to_jsonb(OLD));
    ELSE
        is_now := comm_audit_row(to_jsonb(NEW));
    END IF;
    IF TG_OP = 'DELETE' THEN
        row_tenant := OLD.tenant_id;
        row_id := OLD.id;
    ELSE
        row_tenant := NEW.tenant_id;
        row_id := NEW.id;
    END IF;
    INSERT INTO audit_logs (tenant_id, event_type, action, resource_type, resource_id, actor, request_id, before, after)
    VALUES (row_tenant, 'change', CASE TG_OP WHEN 'INSERT' THEN 'created' WHEN 'UPDATE' THEN 'updated' ELSE 'deleted' END, 'contact', row_id,
            current_setting('app.actor', true), nullif(current_setting('app.request_id', true), ''), was, is_now);
    RETURN NULL;
END $$;
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON contacts FOR EACH ROW
    WHEN (comm_is_audited()) EXECUTE FUNCTION comm_audit_contact();

-- ---------------------------------------------------------------------------------------------------------------------
-- Consent: every statement of a person, newest wins. The contact's own columns follow it.
CREATE TABLE consent_records (
    tenant_id    uuid NOT NULL,
    id           uuid NOT NULL,
    contact_id   uuid NOT NULL,
    purpose      text NOT NULL,                   -- marketing, profiling, … a word of the tenant
    state        text NOT NULL CHECK (state IN ('given', 'withdrawn')),
    source       text NOT NULL,                   -- form, import, phone, …
    text_version text,                            -- which wording was agreed to
    ip           text,
    at           timestamptz NOT NULL,            -- when the person said so
    recorded_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts ON DELETE CASCADE
);
CREATE INDEX consent_records_contact ON consent_records (tenant_id, contact_id, at DESC, id DESC);
CALL comm_isolate('consent_records');
CALL comm_audit('consent_records', 'consent', 'id');
GRANT SELECT, INSERT ON consent_records TO comm_api;
GRANT SELECT, DELETE ON consent_records TO comm_worker;

-- ---------------------------------------------------------------------------------------------------------------------
-- Erasure: a job first and then its certificate. The address is kept only until the work is done.
CREATE TABLE erasures (
    tenant_id    uuid NOT NULL REFERENCES tenants,
    id           uuid NOT NULL,
    email        text,                            -- NULL once done
    contact_id   uuid,                            -- NULL once done
    mark         text NOT NULL,                   -- the address's HMAC: proves later that it was erased
    state        text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'done')),
    requested_by text NOT NULL,
    requested_at timestamptz NOT NULL,
    finished_at  timestamptz,
    attempts     int NOT NULL DEFAULT 0,
    due_at       timestamptz NOT NULL,
    last_error   text,
    erased       jsonb NOT NULL DEFAULT '{}',     -- how many rows of what
    PRIMARY KEY (tenant_id, id),
    CHECK ((state = 'done') = (email IS NULL))
);
CREATE INDEX erasures_due ON erasures (due_at) WHERE state <> 'done';
CALL comm_isolate('erasures');
GRANT SELECT, INSERT ON erasures TO comm_api;
GRANT SELECT, UPDATE ON erasures TO comm_worker;
-- What the erasure and the retention take away.
GRANT DELETE ON contacts, email_events, delivery_events TO comm_worker;
GRANT UPDATE ON email_events TO comm_worker;

-- Takes a person out of both logs, which nobody else may rewrite: the address becomes its mark, everything else said of the
-- person goes.
CREATE FUNCTION comm_erase_from_logs(owner_id uuid, address text, person uuid, address_mark text) RETURNS TABLE (audited bigint, history bigint)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public
    AS $$
DECLARE
    pattern text := '"' || address || '"';
BEGIN
    PERFORM set_config('app.rewriting', 'on', true);
    UPDATE suppression_history SET email_norm = address_mark, note = NULL WHERE tenant_id = owner_id AND email_norm = address;
    GET DIAGNOSTICS history = ROW_COUNT;
    UPDATE audit_logs
       SET resource_id = nullif(resource_id, person),
           before = CASE WHEN before IS NULL THEN NULL ELSE jsonb_build_object('erased', address_mark) END,
           after = CASE WHEN after IS NULL THEN NULL ELSE jsonb_build_object('erased', address_mark) END,
           details = CASE WHEN strpos(lower(details::text), pattern) > 0 THEN jsonb_build_object('erased', address_mark) ELSE details END
     WHERE tenant_id = owner_id
       AND (person IS NOT NULL AND resource_id = person
            OR strpos(lower(concat_ws(' ', before::text, after::text, details::text)), pattern) > 0
            OR person IS NOT NULL AND strpos(concat_ws(' ', before::text, after::text, details::text), person::text) > 0);
    GET DIAGNOSTICS audited = ROW_COUNT;
    PERFORM set_config('app.rewriting', '', true);
    RETURN NEXT;
END $$;
REVOKE ALL ON FUNCTION comm_erase_from_logs FROM PUBLIC;
GRANT EXECUTE ON FUNCTION comm_erase_from_logs TO comm_worker;

-- ---------------------------------------------------------------------------------------------------------------------
-- Retention, in days; NULL: kept for ever. No row: the defaults. What nobody asked to be deleted is kept, but for refused import rows.
CREATE TABLE retention_settings (
    tenant_id             uuid PRIMARY KEY REFERENCES tenants,
    events_days           int CHECK (events_days BETWEEN 30 AND 36500),
    deliveries_days       int CHECK (deliveries_days BETWEEN 30 AND 36500),
    audit_days            int CHECK (audit_days BETWEEN 90 AND 36500),
    import_errors_days    int DEFAULT 90 CHECK (import_errors_days BETWEEN 1 AND 36500),
    deleted_contacts_days int CHECK (deleted_contacts_days BETWEEN 1 AND 36500),
    updated_at            timestamptz NOT NULL
);
CALL comm_isolate('retention_settings');
CALL comm_audit('retention_settings', 'retention', 'tenant_id');
GRANT SELECT, INSERT, UPDATE ON retention_settings TO comm_api;
GRANT SELECT ON retention_settings TO comm_worker;

-- Deletes some of a tenant's audit entries that are older than it keeps them, by its own setting only.
CREATE FUNCTION comm_expire_audit(owner_id uuid, at timestamptz, most int) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public
    AS $$
DECLARE
    kept int := (SELECT audit_days FROM retention_settings WHERE tenant_id = owner_id);
    gone bigint;
BEGIN
    IF kept IS NULL THEN RETURN 0; END IF;
    PERFORM set_config('app.rewriting', 'on', true);
    DELETE FROM audit_logs a USING (
        SELECT id, created_at FROM audit_logs WHERE tenant_id = owner_id AND created_at < at - make_interval(days => kept)
        ORDER BY created_at LIMIT most) old
    WHERE a.tenant_id = owner_id AND a.id = old.id AND a.created_at = old.created_at;
    GET DIAGNOSTICS gone = ROW_COUNT;
    PERFORM set_config('app.rewriting', '', true);
    RETURN gone;
END $$;
CREATE POLICY owner_access ON retention_settings FOR SELECT TO CURRENT_USER USING (true);

-- Drops the months of a table that hold no row any more and whose time is long over.
CREATE FUNCTION comm_drop_empty_partitions(parent text, before date) RETURNS int
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public SET lock_timeout = '1s' SET row_security = off
    AS $$
DECLARE
    child text;
    is_empty boolean;
    dropped int := 0;
BEGIN
    IF before > current_date - 60 THEN RAISE EXCEPTION 'partitions younger than 60 days are not dropped'; END IF;
    FOR child IN
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = to_regclass(parent) AND c.relname ~ ('^' || parent || '_\d{6}$')
          AND right(c.relname, 6) < to_char(before, 'YYYYMM')
    LOOP
        -- The owner must see through its own wall to know, or every month would look empty.
        EXECUTE format('ALTER TABLE %I NO FORCE ROW LEVEL SECURITY', child);
        EXECUTE format('SELECT NOT EXISTS (SELECT FROM %I)', child) INTO is_empty;
        IF is_empty THEN
            EXECUTE format('DROP TABLE %I', child);
            dropped := dropped + 1;
        ELSE
            EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', child);
        END IF;
    END LOOP;
    RETURN dropped;
END $$;
REVOKE ALL ON FUNCTION comm_expire_audit, comm_drop_empty_partitions FROM PUBLIC;
GRANT EXECUTE ON FUNCTION comm_expire_audit, comm_drop_empty_partitions TO comm_worker;
