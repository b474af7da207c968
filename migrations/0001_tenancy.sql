-- Roles, tenants, API keys, idempotency. Row-level security is the second wall behind the tenant filter of every query.

-- Group roles without login: operators grant them to the login users of the daemons.
--   comm_api     sees one tenant at a time (app.tenant_id)
--   comm_worker  comm-sender and comm-stats: across tenants by nature, but only on the tables they need
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'comm_api') THEN CREATE ROLE comm_api NOLOGIN; END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'comm_worker') THEN CREATE ROLE comm_worker NOLOGIN; END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;  -- another database of the cluster migrates at the same moment
END $$;

GRANT USAGE ON SCHEMA public TO comm_api, comm_worker;

-- The tenant of the running transaction. NULL (so: no row) when it is not set.
CREATE FUNCTION comm_tenant() RETURNS uuid
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT nullif(current_setting('app.tenant_id', true), '')::uuid $$;

-- Puts the standard wall around a tenant-owned table: comm_api sees its tenant only, comm_worker all of them.
CREATE PROCEDURE comm_isolate(target regclass)
    LANGUAGE plpgsql
    AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
    EXECUTE format(
        'CREATE POLICY tenant_isolation ON %s TO comm_api
             USING (tenant_id = nullif(current_setting(''app.tenant_id'', true), '''')::uuid)
             WITH CHECK (tenant_id = nullif(current_setting(''app.tenant_id'', true), '''')::uuid)', target);
    EXECUTE format('CREATE POLICY worker_access ON %s TO comm_worker USING (true) WITH CHECK (true)', target);
END $$;

CREATE TABLE tenants (
    tenant_id            uuid PRIMARY KEY,
    motorical_account_id uuid NOT NULL UNIQUE,
    status               text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'paused', 'closed')),
    created_at           timestamptz NOT NULL DEFAULT now(),
    updated_at           timestamptz NOT NULL DEFAULT now()
);
CALL comm_isolate('tenants');
ALTER TABLE tenants NO FORCE ROW LEVEL SECURITY;   -- the functions below run as the owner
GRANT SELECT ON tenants TO comm_api, comm_worker;

-- Provisioning crosses tenants by nature, so it is a reviewed function and not a grant.
-- The same account again answers the same tenant and updates its status.
CREATE FUNCTION comm_provision_tenant(new_tenant_id uuid, account_id uuid, new_status text, at timestamptz)
    RETURNS TABLE (tenant_id uuid, status text, created boolean)
    LANGUAGE sql SECURITY DEFINER SET search_path = public
    AS $$
        INSERT INTO tenants AS t (tenant_id, motorical_account_id, status, created_at, updated_at)
        VALUES (new_tenant_id, account_id, new_status, at, at)
        ON CONFLICT (motorical_account_id) DO UPDATE SET status = excluded.status, updated_at = excluded.updated_at
        RETURNING t.tenant_id, t.status, t.tenant_id = new_tenant_id
    $$;

CREATE FUNCTION comm_tenant_of_account(account_id uuid)
    RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    AS $$ SELECT tenant_id FROM tenants WHERE motorical_account_id = account_id $$;

CREATE FUNCTION comm_set_tenant_status(target uuid, new_status text, at timestamptz)
    RETURNS boolean
    LANGUAGE sql SECURITY DEFINER SET search_path = public
    AS $$ UPDATE tenants SET status = new_status, updated_at = at WHERE tenant_id = target RETURNING true $$;

REVOKE ALL ON FUNCTION comm_provision_tenant, comm_tenant_of_account, comm_set_tenant_status FROM PUBLIC;
GRANT EXECUTE ON FUNCTION comm_provision_tenant, comm_tenant_of_account, comm_set_tenant_status TO comm_api;

-- The key itself is shown once; only its SHA-256 is kept (256 random bits need no slow hash).
CREATE TABLE api_keys (
    tenant_id    uuid NOT NULL REFERENCES tenants,
    id           uuid NOT NULL,
    name         text NOT NULL,
    secret_hash  bytea NOT NULL CHECK (length(secret_hash) = 32),
    scopes       text[] NOT NULL,
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz,
    revoked_at   timestamptz,
    last_used_at timestamptz,
    PRIMARY KEY (tenant_id, id)
);
CALL comm_isolate('api_keys');
GRANT SELECT, INSERT, UPDATE ON api_keys TO comm_api;

-- One row per (credential, route, key): the stored answer is replayed; a running one is refused until its lease ends.
CREATE TABLE idempotency_keys (
    tenant_id     uuid NOT NULL REFERENCES tenants,
    scope         text NOT NULL,        -- credential, method and route
    key           text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
    fingerprint   bytea NOT NULL,       -- SHA-256 of method, path and body
    created_at    timestamptz NOT NULL,
    locked_until  timestamptz,          -- NULL once the answer is stored
    status        int,
    content_type  text,
    body          bytea COMPRESSION lz4,
    PRIMARY KEY (tenant_id, scope, key)
);
CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at);
CALL comm_isolate('idempotency_keys');
GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency_keys TO comm_api, comm_worker;
