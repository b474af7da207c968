-- What can be asked about a message, and about a person who is known by a number or a device.

-- ── The next channel ────────────────────────────────────────────────────────────────────────────────────────────────────────────

-- A fallback stays known once it went out or was taken back: the message before it tells of it, and is not tried again beside it.
ALTER TABLE message_fallbacks
    ADD COLUMN used_at      timestamptz,          -- when it went into the queue
    ADD COLUMN cancelled_at timestamptz,
    ADD CHECK (used_at IS NULL OR cancelled_at IS NULL);
CREATE UNIQUE INDEX message_fallbacks_id ON message_fallbacks (tenant_id, id);
CREATE INDEX message_fallbacks_request ON message_fallbacks (tenant_id, request_id, id);
CREATE INDEX message_fallbacks_recipient ON message_fallbacks (tenant_id, recipient, request_id, id);
GRANT UPDATE (used_at, cancelled_at) ON message_fallbacks TO comm_api, comm_worker;

-- Wishes that leave out messages whose fallback went out say how many.
ALTER TABLE campaign_retries ADD COLUMN replaced bigint NOT NULL DEFAULT 0;
