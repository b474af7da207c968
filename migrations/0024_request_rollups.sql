-- Mail of requests counts in the statistics of its tenant: what was sent before is counted by comm-stats once.
INSERT INTO rollup_marks (tenant_id, campaign_id, marked_at)
SELECT DISTINCT tenant_id, '00000000-0000-0000-0000-000000000000'::uuid, now() FROM message_requests WHERE channel = 'email'
ON CONFLICT DO NOTHING;

-- Contacts with a number, for what is exported and erased by it: written in any way, it is read with its blanks, but not from the table.
CREATE INDEX contacts_phone ON contacts (tenant_id, phone) INCLUDE (id) WHERE phone IS NOT NULL;
