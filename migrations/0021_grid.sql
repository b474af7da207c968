-- The Mega List's last slow questions: who reacted to a campaign, who got it and is also in something else, who clicked often.

-- Read from the index alone, in the order of contacts: everything that the filters ask of a reaction or a delivery is in it.
DROP INDEX email_events_reaction;
CREATE INDEX email_events_reaction ON email_events (tenant_id, campaign_id, type, contact_id) INCLUDE (verdict, bucket_at)
    WHERE type IN ('opened', 'clicked');
DROP INDEX delivery_events_campaign_contact;
CREATE INDEX delivery_events_campaign_contact ON delivery_events (tenant_id, campaign_id, contact_id) INCLUDE (outcome, created_at);

-- What a contact was sent and did, counted. Only those who were ever written to are in them: an import does not pay.
CREATE INDEX contacts_sent_count ON contacts (tenant_id, sent_count, id) WHERE deleted_at IS NULL AND sent_count > 0;
CREATE INDEX contacts_opened_count ON contacts (tenant_id, opened_count, id) WHERE deleted_at IS NULL AND opened_count > 0;
CREATE INDEX contacts_clicked_count ON contacts (tenant_id, clicked_count, id) WHERE deleted_at IS NULL AND clicked_count > 0;

-- How many contacts have a part of a text or a value of an attribute, in the planner's eyes: what many have need not be looked up.
-- (Only a volatile function may explain.)
CREATE FUNCTION comm_estimate_containing(part text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public
    AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT JSON) SELECT FROM contact_search WHERE tenant_id = $1 AND document LIKE $2' INTO plan
        USING comm_tenant(), '%' || replace(replace(replace(lower(part), '\', '\\'), '%', '\%'), '_', '\_') || '%';
    RETURN (plan -> 0 -> 'Plan' ->> 'Plan Rows')::bigint;
END $$;

CREATE FUNCTION comm_estimate_with_term(wanted text[]) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public
    AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT JSON) SELECT FROM contact_search WHERE tenant_id = $1 AND terms && $2' INTO plan
        USING comm_tenant(), wanted;
    RETURN (plan -> 0 -> 'Plan' ->> 'Plan Rows')::bigint;
END $$;

REVOKE ALL ON FUNCTION comm_estimate_containing, comm_estimate_with_term FROM PUBLIC;
GRANT EXECUTE ON FUNCTION comm_estimate_containing, comm_estimate_with_term TO comm_api, comm_worker;
