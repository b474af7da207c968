-- What a row costs when there are a million of them.

-- ── Memberships ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────

-- A foreign key is checked and cascaded row by row: 17 of the 21 µs that a membership of an import took. These triggers keep the same
-- promise for all rows of a statement at once: a membership is of a list and a contact of its own tenant, and goes when one of them
-- goes. See docs/decisions/0008-what-a-contact-costs.md. (Keys of lists, contacts and memberships are never updated.)
ALTER TABLE list_contacts
    DROP CONSTRAINT list_contacts_tenant_id_contact_id_fkey,
    DROP CONSTRAINT list_contacts_tenant_id_list_id_fkey;

CREATE FUNCTION comm_memberships_added() RETURNS trigger
    LANGUAGE plpgsql SET search_path = public
    AS $$
BEGIN
    -- Locked as a foreign key locks them: who deletes one of them waits for us, and then sees the membership.
    IF (SELECT count(*) FROM (SELECT 1 FROM lists l JOIN (SELECT DISTINCT tenant_id, list_id FROM added) a
                                         ON l.tenant_id = a.tenant_id AND l.id = a.list_id FOR KEY SHARE OF l) AS found)
        <> (SELECT count(*) FROM (SELECT DISTINCT tenant_id, list_id FROM added) AS given) THEN
        RAISE foreign_key_violation USING MESSAGE = 'a membership is of a list that is not there', TABLE = 'list_contacts',
            CONSTRAINT = 'list_contacts_list';
    END IF;
    IF (SELECT count(*) FROM (SELECT 1 FROM added a JOIN contacts c ON c.tenant_id = a.tenant_id AND c.id = a.contact_id
                                 FOR KEY SHARE OF c) AS found) <> (SELECT count(*) FROM added) THEN
        RAISE foreign_key_violation USING MESSAGE = 'a membership is of a contact that is not there', TABLE = 'list_contacts',
            CONSTRAINT = 'list_contacts_contact';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER refers AFTER INSERT ON list_contacts REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION comm_memberships_added();

CREATE FUNCTION comm_contacts_lose_memberships() RETURNS trigger
    LANGUAGE plpgsql SET search_path = public
    AS $$
BEGIN
    DELETE FROM list_contacts m USING removed r WHERE m.tenant_id = r.tenant_id AND m.contact_id = r.id;
    RETURN NULL;
END $$;
CREATE TRIGGER memberships_removed AFTER DELETE ON contacts REFERENCING OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION comm_contacts_lose_memberships();

CREATE FUNCTION comm_lists_lose_memberships() RETURNS trigger
    LANGUAGE plpgsql SET search_path = public
    AS $$
BEGIN
    DELETE FROM list_contacts m USING removed r WHERE m.tenant_id = r.tenant_id AND m.list_id = r.id;
    RETURN NULL;
END $$;
CREATE TRIGGER memberships_removed AFTER DELETE ON lists REFERENCING OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION comm_lists_lose_memberships();

-- ── The order of age ────────────────────────────────────────────────────────────────────────────────────────────────────────────

-- A contact's id is a UUIDv7 of the time it was created, so the order of ids is the order of age: the primary key serves it. It also
-- is the order in which the indexes of memberships and of deliveries have their contacts.
COMMENT ON COLUMN contacts.id IS 'UUIDv7 of created_at: the Mega List takes the order of ids for the order of age';
DROP INDEX contacts_created, contacts_status, contacts_engagement, contacts_domain, contacts_language, contacts_source, contacts_suppressed;
CREATE INDEX contacts_status ON contacts (tenant_id, computed_status, id) WHERE deleted_at IS NULL;
CREATE INDEX contacts_engagement ON contacts (tenant_id, engagement_level, id) WHERE deleted_at IS NULL;
CREATE INDEX contacts_domain ON contacts (tenant_id, email_domain, id) WHERE deleted_at IS NULL;
CREATE INDEX contacts_language ON contacts (tenant_id, language NULLS FIRST, id) WHERE deleted_at IS NULL;
CREATE INDEX contacts_source ON contacts (tenant_id, source, id) WHERE deleted_at IS NULL;
CREATE INDEX contacts_suppressed ON contacts (tenant_id, suppression_reason, id)
    WHERE deleted_at IS NULL AND suppression_reason IS NOT NULL;
