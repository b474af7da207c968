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

-- ── What happens in the queue, told to readers of the feed ──────────────────────────────────────────────────────────────────────

-- `queued` and `cancelled` are no events that came back: the queue and the delivery log have them. Their entries name the message as event_id.
-- `queued` is one entry for every message, so it is written only where somebody has asked for it by its name: an endpoint, or a stream.
ALTER TABLE event_feeds ADD COLUMN queued_until timestamptz;   -- a stream has asked for it: at least until then

-- ── Erasure of a person who is known by a number or a device ────────────────────────────────────────────────────────────────────

-- A person is asked for by one address of any channel; the number of the contact goes with its mail address, and the other way round.
ALTER TABLE erasures
    ADD COLUMN channel     text NOT NULL DEFAULT 'email' CHECK (channel IN ('email', 'sms', 'push')),  -- of `email`, what was asked for
    ADD COLUMN others      text[],                -- further addresses of the person; NULL once done
    ADD COLUMN other_marks text[] NOT NULL DEFAULT '{}';

-- ── Retention ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────

-- Addresses that have not failed for long are forgotten, as contacts' are with their contact.
ALTER TABLE address_bounces ADD COLUMN touched_at timestamptz NOT NULL DEFAULT now();   -- when it last failed

-- ── Groups of domains ───────────────────────────────────────────────────────────────────────────────────────────────────────────

-- The operator changes them by the API; what was found out by the old ones is looked up again.
GRANT INSERT, UPDATE, DELETE ON domain_groups TO comm_api;
GRANT SELECT, UPDATE (expires_at) ON recipient_domains TO comm_api;
