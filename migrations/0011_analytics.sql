-- Analytics: what the reports read. Roll-ups are projections of email_events and delivery_events, written in the transaction that
-- stores the facts, and can be made again from them at any time (docs/analytics.md).

-- ---- What a fact is counted under ------------------------------------------------------------------------------------------

-- Every offset of a time zone is a multiple of 15 minutes, so a day of any zone is a whole number of these.
CREATE FUNCTION comm_quarter(moment timestamptz) RETURNS timestamptz
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT date_bin('15 minutes', moment, '2000-01-01 00:00:00+00') $$;

-- The day (UTC) in the time part of a version 7 id; NULL for other ids.
CREATE FUNCTION comm_id_day(id uuid) RETURNS date
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT CASE WHEN substr(id::text, 15, 1) = '7' THEN
              '1970-01-01'::date + (('x' || left(id::text, 8) || substr(id::text, 10, 4))::bit(48)::bigint / 86400000)::int END $$;

CREATE FUNCTION comm_domain(address text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT CASE WHEN strpos(address, '@') > 0 THEN lower(split_part(address, '@', -1)) END $$;

-- Soft when the report says so, or its code is of class 4; hard otherwise (the rule of the event pipeline).
CREATE FUNCTION comm_is_soft_bounce(report jsonb) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT CASE
              WHEN report ->> 'bounce_type' IS NOT NULL THEN lower(report ->> 'bounce_type') LIKE '%soft%'
              WHEN lower(report ->> 'type') LIKE '%soft%' THEN true
              ELSE coalesce(report ->> 'smtp_code', '') LIKE '4__%' END $$;

-- The program that opened or clicked, by the words of its user agent in small letters. The order matters: many name their ancestors.
CREATE FUNCTION comm_mail_client(agent text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT CASE
              WHEN coalesce(agent, '') = '' THEN 'unknown'
              WHEN agent = 'mozilla/5.0' THEN 'apple_privacy_proxy'
              WHEN agent LIKE '%googleimageproxy%' THEN 'gmail'
              WHEN agent LIKE ANY ('{%yahoomailproxy%,%yahoocachesystem%}') THEN 'yahoo'
              WHEN agent LIKE ANY ('{%microsoft outlook%,%ms-office%,%msoffice%}') THEN 'outlook'
              WHEN agent LIKE '%thunderbird%' THEN 'thunderbird'
              WHEN agent LIKE ANY ('{%airmail%,%superhuman%,%sparkmail%,%readdle%}') THEN 'other_mail'
              WHEN agent LIKE ANY ('{%bot%,%crawl%,%spider%,curl%,wget%,%python%,java/%,%go-http%,%headless%,%scan%}') THEN 'program'
              WHEN agent LIKE ANY ('{%fban/%,%fbav/%,%instagram%}') THEN 'facebook'
              WHEN agent LIKE '%samsungbrowser%' THEN 'samsung_internet'
              WHEN agent LIKE ANY ('{%edg/%,%edge/%,%edga/%,%edgios/%}') THEN 'edge'
              WHEN agent LIKE ANY ('{%opr/%,%opera%}') THEN 'opera'
              WHEN agent LIKE ANY ('{%firefox%,%fxios%}') THEN 'firefox'
              WHEN agent LIKE ANY ('{%chrome%,%crios%,%chromium%}') THEN 'chrome'
              WHEN agent LIKE '%safari%' THEN 'safari'
              WHEN agent LIKE '%applewebkit%' THEN 'apple_mail'
              ELSE 'other' END $$;

CREATE FUNCTION comm_device(agent text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT CASE
              WHEN coalesce(agent, '') = '' OR agent = 'mozilla/5.0' THEN 'unknown'
              WHEN agent LIKE ANY ('{%proxy%,%yahoocachesystem%}') THEN 'proxy'
              WHEN agent LIKE ANY ('{%bot%,%crawl%,%spider%,curl%,wget%,%python%,java/%,%go-http%,%headless%,%scan%}') THEN 'program'
              WHEN agent LIKE ANY ('{%ipad%,%tablet%,%kindle%,%silk/%}') THEN 'tablet'
              WHEN agent LIKE ANY ('{%iphone%,%ipod%,%windows phone%,%mobile%}') THEN 'phone'
              WHEN agent LIKE '%android%' THEN 'tablet'
              WHEN agent LIKE ANY ('{%windows%,%macintosh%,%mac os%,%linux%,%x11%,%cros%}') THEN 'desktop'
              ELSE 'unknown' END $$;

-- Domains of the large mailbox providers. Series by provider stay small, however many domains the recipients have.
CREATE TABLE mailbox_providers (
    domain   text PRIMARY KEY,
    provider text NOT NULL
);
GRANT SELECT ON mailbox_providers TO comm_api, comm_worker;
INSERT INTO mailbox_providers (provider, domain)
SELECT provider, unnest(domains) FROM (VALUES
    ('gmail', ARRAY['gmail.com', 'googlemail.com']),
    ('microsoft', ARRAY['outlook.com', 'hotmail.com', 'live.com', 'msn.com', 'outlook.de', 'outlook.fr', 'outlook.es', 'outlook.it',
                        'hotmail.co.uk', 'hotmail.de', 'hotmail.fr', 'hotmail.es', 'hotmail.it', 'live.co.uk', 'live.de', 'live.fr',
                        'live.nl', 'live.it', 'passport.com', 'windowslive.com']),
    ('yahoo', ARRAY['yahoo.com', 'ymail.com', 'rocketmail.com', 'yahoo.co.uk', 'yahoo.de', 'yahoo.fr', 'yahoo.es', 'yahoo.it',
                    'yahoo.ca', 'yahoo.in', 'yahoo.co.in', 'yahoo.com.br', 'yahoo.co.jp', 'yahoo.pl', 'aol.com', 'aim.com', 'aol.de',
                    'aol.co.uk', 'aol.fr']),
    ('apple', ARRAY['icloud.com', 'me.com', 'mac.com', 'privaterelay.appleid.com']),
    ('proton', ARRAY['proton.me', 'protonmail.com', 'pm.me', 'protonmail.ch']),
    ('gmx', ARRAY['gmx.de', 'gmx.net', 'gmx.com', 'gmx.at', 'gmx.ch', 'gmx.fr', 'gmx.co.uk']),
    ('web.de', ARRAY['web.de']),
    ('t-online', ARRAY['t-online.de', 'magenta.de']),
    ('freenet', ARRAY['freenet.de']),
    ('orange', ARRAY['orange.fr', 'wanadoo.fr']),
    ('free.fr', ARRAY['free.fr']),
    ('laposte', ARRAY['laposte.net']),
    ('sfr', ARRAY['sfr.fr', 'neuf.fr']),
    ('libero', ARRAY['libero.it', 'virgilio.it', 'inwind.it', 'iol.it']),
    ('tiscali', ARRAY['tiscali.it', 'tiscali.co.uk']),
    ('wp', ARRAY['wp.pl', 'o2.pl', 'tlen.pl']),
    ('onet', ARRAY['onet.pl', 'op.pl', 'vp.pl', 'onet.eu', 'poczta.onet.pl']),
    ('interia', ARRAY['interia.pl', 'interia.eu', 'poczta.fm']),
    ('seznam', ARRAY['seznam.cz', 'email.cz', 'post.cz']),
    ('ziggo', ARRAY['ziggo.nl', 'home.nl', 'upcmail.nl']),
    ('kpn', ARRAY['kpnmail.nl', 'planet.nl', 'hetnet.nl', 'xs4all.nl']),
    ('bt', ARRAY['btinternet.com', 'btopenworld.com']),
    ('sky', ARRAY['sky.com']),
    ('virgin', ARRAY['virginmedia.com', 'blueyonder.co.uk', 'ntlworld.com']),
    ('comcast', ARRAY['comcast.net']),
    ('att', ARRAY['att.net', 'sbcglobal.net', 'bellsouth.net']),
    ('verizon', ARRAY['verizon.net']),
    ('charter', ARRAY['charter.net', 'spectrum.net', 'rr.com']),
    ('cox', ARRAY['cox.net']),
    ('fastmail', ARRAY['fastmail.com', 'fastmail.fm']),
    ('zoho', ARRAY['zoho.com', 'zohomail.com', 'zoho.eu']),
    ('mail.com', ARRAY['mail.com', 'email.com']),
    ('mail.ru', ARRAY['mail.ru', 'bk.ru', 'inbox.ru', 'list.ru']),
    ('yandex', ARRAY['yandex.ru', 'yandex.com', 'ya.ru']),
    ('uol', ARRAY['uol.com.br', 'bol.com.br']),
    ('terra', ARRAY['terra.com.br']),
    ('qq', ARRAY['qq.com', 'foxmail.com']),
    ('netease', ARRAY['163.com', '126.com', 'yeah.net']),
    ('naver', ARRAY['naver.com']),
    ('inbox.lt', ARRAY['inbox.lt', 'inbox.lv', 'one.lt'])
) AS known(provider, domains);

-- ---- Roll-ups --------------------------------------------------------------------------------------------------------------

-- Counts by quarter of an hour. Each fact is counted under its tenant, its campaign and the campaign's lists; for tenant and campaign
-- once under all providers ('') and once under the recipient's. "opened" and "clicked" count a message once, in the quarter of its first
-- counted open or click; what has a verdict behind its name counts each. A campaign's whole is one row, at '-infinity'.
CREATE TABLE event_rollups (
    tenant_id      uuid NOT NULL,
    scope          smallint NOT NULL CHECK (scope BETWEEN 0 AND 3),  -- 0 tenant, 1 campaign (nil: of none), 2 list, 3 campaign whole
    scope_id       uuid NOT NULL,
    provider       text NOT NULL,
    bucket_at      timestamptz NOT NULL,
    sent           int NOT NULL DEFAULT 0,        -- outcomes of the delivery log
    suppressed     int NOT NULL DEFAULT 0,
    skipped        int NOT NULL DEFAULT 0,
    failed         int NOT NULL DEFAULT 0,
    unknown        int NOT NULL DEFAULT 0,
    accepted       int NOT NULL DEFAULT 0,        -- the platform said "sent"
    delivered      int NOT NULL DEFAULT 0,
    deferred       int NOT NULL DEFAULT 0,
    hard_bounced   int NOT NULL DEFAULT 0,
    soft_bounced   int NOT NULL DEFAULT 0,
    complained     int NOT NULL DEFAULT 0,
    rejected       int NOT NULL DEFAULT 0,        -- the platform said "failed"
    blocked        int NOT NULL DEFAULT 0,
    opens_human    int NOT NULL DEFAULT 0,
    opens_unknown  int NOT NULL DEFAULT 0,
    opens_scanner  int NOT NULL DEFAULT 0,
    opens_machine  int NOT NULL DEFAULT 0,
    opened         int NOT NULL DEFAULT 0,
    clicks_human   int NOT NULL DEFAULT 0,
    clicks_unknown int NOT NULL DEFAULT 0,
    clicks_scanner int NOT NULL DEFAULT 0,
    clicks_machine int NOT NULL DEFAULT 0,
    clicked        int NOT NULL DEFAULT 0,
    unsubscribed   int NOT NULL DEFAULT 0,
    resubscribed   int NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, scope, scope_id, provider, bucket_at)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
CALL comm_isolate('event_rollups');

-- By recipient's domain, of one campaign; what is not among the largest is the rest to the campaign's own counts. Only what is handed
-- over moves the index, so what comes back is updated in place.
CREATE TABLE domain_rollups (
    tenant_id      uuid NOT NULL,
    campaign_id    uuid NOT NULL,
    domain         text NOT NULL,
    sent           int NOT NULL DEFAULT 0,
    accepted       int NOT NULL DEFAULT 0,
    delivered      int NOT NULL DEFAULT 0,
    deferred       int NOT NULL DEFAULT 0,
    hard_bounced   int NOT NULL DEFAULT 0,
    soft_bounced   int NOT NULL DEFAULT 0,
    complained     int NOT NULL DEFAULT 0,
    rejected       int NOT NULL DEFAULT 0,
    blocked        int NOT NULL DEFAULT 0,
    opened         int NOT NULL DEFAULT 0,
    clicked        int NOT NULL DEFAULT 0,
    unsubscribed   int NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, campaign_id, domain)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX domain_rollups_largest ON domain_rollups (tenant_id, campaign_id, sent DESC, domain);
CALL comm_isolate('domain_rollups');

-- By day (UTC) on which the recipient became a contact, as the contact's id says it; 1970-01-01 where it does not.
CREATE TABLE cohort_rollups (
    tenant_id      uuid NOT NULL,
    campaign_id    uuid NOT NULL,
    joined_on      date NOT NULL,
    sent           int NOT NULL DEFAULT 0,
    delivered      int NOT NULL DEFAULT 0,
    hard_bounced   int NOT NULL DEFAULT 0,
    complained     int NOT NULL DEFAULT 0,
    opened         int NOT NULL DEFAULT 0,
    clicked        int NOT NULL DEFAULT 0,
    unsubscribed   int NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, campaign_id, joined_on)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
CALL comm_isolate('cohort_rollups');

-- By link. "clicked" counts a message once for the link.
CREATE TABLE link_rollups (
    tenant_id      uuid NOT NULL,
    campaign_id    uuid NOT NULL,
    link_index     int NOT NULL,
    clicks_human   int NOT NULL DEFAULT 0,
    clicks_unknown int NOT NULL DEFAULT 0,
    clicks_scanner int NOT NULL DEFAULT 0,
    clicks_machine int NOT NULL DEFAULT 0,
    link_clicked   int NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, campaign_id, link_index)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
CALL comm_isolate('link_rollups');

-- By whole hours between the hand-over of a message and what its recipient did; 720 stands for later.
CREATE TABLE timeline_rollups (
    tenant_id      uuid NOT NULL,
    campaign_id    uuid NOT NULL,
    hour           int NOT NULL,
    opens_human    int NOT NULL DEFAULT 0,
    opens_unknown  int NOT NULL DEFAULT 0,
    opened         int NOT NULL DEFAULT 0,
    clicks_human   int NOT NULL DEFAULT 0,
    clicks_unknown int NOT NULL DEFAULT 0,
    clicked        int NOT NULL DEFAULT 0,
    unsubscribed   int NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, campaign_id, hour)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
CALL comm_isolate('timeline_rollups');

-- By program and device.
CREATE TABLE client_rollups (
    tenant_id      uuid NOT NULL,
    campaign_id    uuid NOT NULL,
    client         text NOT NULL,
    device         text NOT NULL,
    opens_human    int NOT NULL DEFAULT 0,
    opens_unknown  int NOT NULL DEFAULT 0,
    opened         int NOT NULL DEFAULT 0,
    clicks_human   int NOT NULL DEFAULT 0,
    clicks_unknown int NOT NULL DEFAULT 0,
    clicked        int NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, campaign_id, client, device)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
CALL comm_isolate('client_rollups');

GRANT SELECT, INSERT, UPDATE ON event_rollups, domain_rollups, cohort_rollups, link_rollups, timeline_rollups, client_rollups TO comm_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON event_rollups, domain_rollups, cohort_rollups, link_rollups, timeline_rollups, client_rollups
    TO comm_worker;

-- Campaigns whose facts were changed after they had been counted (an outcome that became known, a verdict that was revised): comm-stats
-- makes their roll-ups again.
CREATE TABLE rollup_marks (
    tenant_id   uuid NOT NULL,
    campaign_id uuid NOT NULL,
    marked_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, campaign_id, marked_at)   -- a new mark does not wait for the rebuild that takes an older one away
);
CALL comm_isolate('rollup_marks');
GRANT SELECT, INSERT ON rollup_marks TO comm_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON rollup_marks TO comm_worker;

-- ---- Counts of the audience, made anew now and then by comm-stats -----------------------------------------------------------

-- How many joined, were suppressed, or met their latest event of a kind, by quarter of an hour; totals, and what no report reaches,
-- are at 1970-01-01.
CREATE TABLE audience_rollups (
    tenant_id  uuid NOT NULL,
    subject    text NOT NULL,                     -- contacts, list, suppressions (each also with _total), or reach
    subject_id uuid NOT NULL,                     -- the list; nil otherwise
    kind       text NOT NULL,                     -- the suppression's reason, the event's type; '' otherwise
    bucket_at  timestamptz NOT NULL,
    total      int NOT NULL,
    PRIMARY KEY (tenant_id, subject, subject_id, kind, bucket_at)
);
CALL comm_isolate('audience_rollups');
GRANT SELECT ON audience_rollups TO comm_api;
GRANT SELECT, INSERT, DELETE ON audience_rollups TO comm_worker;

CREATE TABLE audience_refreshes (
    tenant_id    uuid PRIMARY KEY REFERENCES tenants,
    refreshed_at timestamptz NOT NULL
);
CALL comm_isolate('audience_refreshes');
GRANT SELECT ON audience_refreshes TO comm_api;
GRANT SELECT, INSERT, UPDATE ON audience_refreshes TO comm_worker;

-- Up to when everything that was received is in the roll-ups. One row; kept by comm-stats.
CREATE TABLE projection_progress (
    only_row     boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    projected_to timestamptz NOT NULL,
    measured_at  timestamptz NOT NULL
);
GRANT SELECT ON projection_progress TO comm_api;
GRANT SELECT, INSERT, UPDATE ON projection_progress TO comm_worker;

-- ---- The explorer's ways into the events ---------------------------------------------------------------------------------------

CREATE INDEX email_events_newest ON email_events (tenant_id, occurred_at DESC, id DESC);
CREATE INDEX email_events_contact ON email_events (tenant_id, contact_id, occurred_at DESC);
CREATE INDEX email_events_clicks ON email_events (tenant_id, campaign_id, occurred_at DESC, id DESC) INCLUDE (contact_id, verdict)
    WHERE type = 'clicked';
CREATE INDEX email_events_rare ON email_events (tenant_id, type, occurred_at DESC)
    WHERE type IN ('bounced', 'complained', 'unsubscribed', 'resubscribed', 'failed', 'blocked', 'deferred');

-- Counting asks for these; they are there already where the campaigns' own migration made them.
ALTER TABLE delivery_events ADD COLUMN IF NOT EXISTS is_test boolean NOT NULL DEFAULT false;
ALTER TABLE tenant_settings ADD COLUMN IF NOT EXISTS timezone text;
