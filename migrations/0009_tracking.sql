-- Tracking: who or what clicked and opened, tracking settings, what recipients may choose for themselves.

-- Whether a person is behind a click or an open. The one column of an event that is derived and not told: it is computed from what
-- was observed (payload) by the rules of that version, and again when later evidence or other rules say otherwise.
ALTER TABLE email_events
    ADD COLUMN verdict text CHECK (verdict IN ('human', 'scanner', 'machine', 'unknown')),
    ADD COLUMN verdict_rules smallint;
GRANT UPDATE (verdict, verdict_rules) ON email_events TO comm_worker;

-- "clicked" and "opened" count messages with at least one counted click or open (human or unknown), "clicks" and "opens" those
-- clicks and opens themselves; the rest tells every one of them by its verdict.
ALTER TABLE campaign_delivery_metrics
    ADD COLUMN opens          bigint NOT NULL DEFAULT 0,
    ADD COLUMN clicks_human   bigint NOT NULL DEFAULT 0,
    ADD COLUMN clicks_scanner bigint NOT NULL DEFAULT 0,
    ADD COLUMN clicks_machine bigint NOT NULL DEFAULT 0,
    ADD COLUMN clicks_unknown bigint NOT NULL DEFAULT 0,
    ADD COLUMN opens_human    bigint NOT NULL DEFAULT 0,
    ADD COLUMN opens_scanner  bigint NOT NULL DEFAULT 0,
    ADD COLUMN opens_machine  bigint NOT NULL DEFAULT 0,
    ADD COLUMN opens_unknown  bigint NOT NULL DEFAULT 0;

-- Networks whose requests are not those of readers. Operators keep it up to date; it starts with what the vendors publish.
CREATE TABLE tracking_networks (
    network cidr PRIMARY KEY,
    verdict text NOT NULL CHECK (verdict IN ('scanner', 'machine')),
    label   text NOT NULL
);
GRANT SELECT ON tracking_networks TO comm_worker;
INSERT INTO tracking_networks (network, verdict, label) VALUES
    ('64.235.144.0/20',  'scanner', 'Barracuda Email Gateway Defense'),
    ('209.222.80.0/21',  'scanner', 'Barracuda Email Gateway Defense'),
    ('205.139.110.0/23', 'scanner', 'Mimecast'),
    ('207.211.30.0/23',  'scanner', 'Mimecast'),
    ('63.128.21.0/24',   'scanner', 'Mimecast'),
    ('170.10.128.0/21',  'scanner', 'Mimecast'),
    ('67.231.144.0/20',  'scanner', 'Proofpoint'),
    ('148.163.128.0/19', 'scanner', 'Proofpoint'),
    ('205.220.160.0/19', 'scanner', 'Proofpoint'),
    ('40.92.0.0/15',     'scanner', 'Exchange Online Protection'),
    ('40.107.0.0/16',    'scanner', 'Exchange Online Protection'),
    ('52.100.0.0/14',    'scanner', 'Exchange Online Protection'),
    ('104.47.0.0/17',    'scanner', 'Exchange Online Protection'),
    ('17.0.0.0/8',       'machine', 'Apple');

-- The person's own wish: no open pixel, and clicks are not stored with who clicked.
ALTER TABLE contacts ADD COLUMN tracking_opt_out boolean NOT NULL DEFAULT false;

-- Lists that people may see and leave by themselves in the preference centre.
ALTER TABLE lists
    ADD COLUMN is_public   boolean NOT NULL DEFAULT false,
    ADD COLUMN public_name text;

ALTER TABLE tenant_settings
    ADD COLUMN track_opens                 boolean NOT NULL DEFAULT false,
    ADD COLUMN track_clicks                boolean NOT NULL DEFAULT true,
    ADD COLUMN scanner_trap                boolean NOT NULL DEFAULT true,
    ADD COLUMN tracking_domain             text,
    ADD COLUMN tracking_domain_verified_at timestamptz,
    ADD COLUMN unsubscribe_page            jsonb NOT NULL DEFAULT '{}';   -- brand name, logo, colours, texts

-- NULL: as the tenant has it.
ALTER TABLE campaigns
    ADD COLUMN track_opens  boolean,
    ADD COLUMN track_clicks boolean;

-- The contract's table: one row for each unsubscribe.
CREATE VIEW unsubscribe_events WITH (security_invoker) AS
    SELECT e.id, e.tenant_id, c.email, e.campaign_id, e.contact_id, e.source, coalesce(e.payload->>'scope', 'all') AS scope,
           e.occurred_at AS created_at
    FROM email_events e
    LEFT JOIN contacts c ON c.tenant_id = e.tenant_id AND c.id = e.contact_id
    WHERE e.type = 'unsubscribed';
GRANT SELECT ON unsubscribe_events TO comm_api;

-- What was clicked and opened before there were verdicts counts as it did.
ALTER TABLE email_events NO FORCE ROW LEVEL SECURITY;
UPDATE email_events SET verdict = 'unknown', verdict_rules = 0 WHERE type IN ('opened', 'clicked');
ALTER TABLE email_events FORCE ROW LEVEL SECURITY;
ALTER TABLE campaign_delivery_metrics NO FORCE ROW LEVEL SECURITY;
UPDATE campaign_delivery_metrics SET opens = opened, clicks_unknown = clicks, opens_unknown = opened WHERE clicks > 0 OR opened > 0;
ALTER TABLE campaign_delivery_metrics FORCE ROW LEVEL SECURITY;
