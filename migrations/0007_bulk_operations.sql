-- Bulk operations on contacts: what was asked, who is meant, and for each changed contact what it was before and after.

-- The operation that put a contact into the recycle bin. Only meant while deleted_at is set.
ALTER TABLE contacts ADD COLUMN deletion_id uuid;
-- The recycle bin, newest first.
CREATE INDEX contacts_deleted ON contacts (tenant_id, deleted_at DESC, id DESC) WHERE deleted_at IS NOT NULL;

CREATE TABLE bulk_operations (
    tenant_id        uuid NOT NULL REFERENCES tenants,
    id               uuid NOT NULL,
    kind             text NOT NULL,
    parameters       jsonb NOT NULL,
    selection        jsonb NOT NULL,          -- ids (their number only), a filter with exceptions, or the operation to be undone
    undoes           uuid,                    -- set: this operation takes that one back
    undone_by        uuid,
    state            text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'completed', 'cancelled', 'failed')),
    cancel_requested boolean NOT NULL DEFAULT false,
    requested        bigint,                  -- ids that were given
    matched          bigint,                  -- NULL until the selection is frozen
    processed        bigint NOT NULL DEFAULT 0,
    changed          bigint NOT NULL DEFAULT 0,
    skipped          bigint NOT NULL DEFAULT 0,
    next_batch       int NOT NULL DEFAULT 0,  -- where it goes on after a crash
    error            text,
    created_by       text NOT NULL,
    created_at       timestamptz NOT NULL,
    started_at       timestamptz,
    finished_at      timestamptz,
    undo_until       timestamptz,
    -- One worker at a time: a lease with an end, fenced by its token.
    lease_token      uuid,
    lease_until      timestamptz,
    due_at           timestamptz NOT NULL,    -- not before (after a failure)
    served_at        timestamptz,             -- fairness: who waited longest is next
    attempts         smallint NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX bulk_operations_unfinished ON bulk_operations (tenant_id, created_at, id) WHERE state IN ('queued', 'running');
CREATE INDEX bulk_operations_kept ON bulk_operations (undo_until) WHERE undo_until IS NOT NULL;
CALL comm_isolate('bulk_operations');
GRANT SELECT, INSERT, UPDATE ON bulk_operations TO comm_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON bulk_operations TO comm_worker;

-- Who is meant, frozen when the operation begins: a few thousand ids to a row, so that a batch is one row and nothing is sorted twice.
CREATE TABLE bulk_operation_batches (
    tenant_id    uuid NOT NULL,
    operation_id uuid NOT NULL,
    batch_no     int NOT NULL,
    contact_ids  uuid[] NOT NULL,
    PRIMARY KEY (tenant_id, operation_id, batch_no),
    FOREIGN KEY (tenant_id, operation_id) REFERENCES bulk_operations ON DELETE CASCADE
);
CALL comm_isolate('bulk_operation_batches');
GRANT SELECT, INSERT, DELETE ON bulk_operation_batches TO comm_api, comm_worker;

-- What an operation did to a contact, or why it did nothing. `before` and `after` hold the one facet that the operation changes.
CREATE TABLE bulk_operation_items (
    tenant_id    uuid NOT NULL,
    operation_id uuid NOT NULL,
    contact_id   uuid NOT NULL,
    before       jsonb,
    after        jsonb,
    skipped      text,
    PRIMARY KEY (tenant_id, operation_id, contact_id)
);
CALL comm_isolate('bulk_operation_items');
CREATE INDEX bulk_operation_items_contact ON bulk_operation_items (tenant_id, contact_id);   -- who is to be forgotten
GRANT SELECT, INSERT, DELETE ON bulk_operation_items TO comm_api, comm_worker;

-- The worker changes what the API may change.
GRANT INSERT, DELETE ON list_contacts TO comm_worker;
GRANT DELETE ON contacts, suppressions TO comm_worker;
GRANT INSERT, DELETE ON contact_tags TO comm_api, comm_worker;

-- A batch writes the rows of contact_tags itself, all at once, and says so (app.counts_tags); everything else row by row as before.
DROP TRIGGER grid_tagged ON contacts;
CREATE TRIGGER grid_tagged AFTER UPDATE OF tags ON contacts FOR EACH ROW
    WHEN (OLD.tags <> NEW.tags AND current_setting('app.counts_tags', true) IS DISTINCT FROM 'batch')
    EXECUTE FUNCTION comm_contact_tagged();

-- How many contacts have a tag: kept sums, and changes that are not yet in them. Changes are only ever added, so that two writers of
-- the same tag never wait for each other.
CREATE TABLE contact_tag_counts (
    tenant_id uuid NOT NULL REFERENCES tenants,
    tag       text NOT NULL,
    contacts  bigint NOT NULL,
    PRIMARY KEY (tenant_id, tag)
);
CALL comm_isolate('contact_tag_counts');
GRANT SELECT ON contact_tag_counts TO comm_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON contact_tag_counts TO comm_worker;

CREATE TABLE contact_tag_changes (
    tenant_id uuid NOT NULL,
    id        bigint GENERATED ALWAYS AS IDENTITY,
    tag       text NOT NULL,
    change    bigint NOT NULL,
    PRIMARY KEY (tenant_id, id)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 2000);
CALL comm_isolate('contact_tag_changes');
GRANT SELECT, INSERT ON contact_tag_changes TO comm_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON contact_tag_changes TO comm_worker;   -- UPDATE: to lock what is folded

-- Row by row, and only where tags or the deletion really change: the projections, which write the other columns, pay nothing. A batch
-- counts for itself.
CREATE FUNCTION comm_count_tags() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    old_tags text[] := '{}';
    new_tags text[] := '{}';
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.deleted_at IS NULL THEN old_tags := OLD.tags; END IF;
    IF TG_OP <> 'DELETE' AND NEW.deleted_at IS NULL THEN new_tags := NEW.tags; END IF;
    INSERT INTO contact_tag_changes (tenant_id, tag, change)
    SELECT coalesce(NEW.tenant_id, OLD.tenant_id), tag, sum(change)
      FROM (SELECT unnest(old_tags) AS tag, -1 AS change UNION ALL SELECT unnest(new_tags), 1) AS changes
     GROUP BY tag HAVING sum(change) <> 0;
    RETURN NULL;
END $$;
CREATE TRIGGER contacts_count_tags_insert AFTER INSERT ON contacts FOR EACH ROW
    WHEN (NEW.tags <> '{}') EXECUTE FUNCTION comm_count_tags();
CREATE TRIGGER contacts_count_tags_update AFTER UPDATE OF tags, deleted_at ON contacts FOR EACH ROW
    WHEN ((OLD.tags <> '{}' OR NEW.tags <> '{}')
          AND (OLD.tags IS DISTINCT FROM NEW.tags OR (OLD.deleted_at IS NULL) <> (NEW.deleted_at IS NULL))
          AND current_setting('app.counts_tags', true) IS DISTINCT FROM 'batch')
    EXECUTE FUNCTION comm_count_tags();
CREATE TRIGGER contacts_count_tags_delete AFTER DELETE ON contacts FOR EACH ROW
    WHEN (OLD.tags <> '{}' AND OLD.deleted_at IS NULL) EXECUTE FUNCTION comm_count_tags();

INSERT INTO contact_tag_counts (tenant_id, tag, contacts)
SELECT tenant_id, tag, count(*) FROM contacts, unnest(tags) AS tag WHERE deleted_at IS NULL GROUP BY 1, 2;

-- A contact that is gone for good is forgotten in what was sent and what came back.
CREATE INDEX delivery_events_contact ON delivery_events (tenant_id, contact_id);
GRANT UPDATE (contact_id) ON email_events, delivery_events TO comm_api, comm_worker;
