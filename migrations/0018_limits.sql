-- How many messages may go where, and what was learnt from gateways that said "slower".

-- ---- A tenant's own limits: of everything that it sends on a channel, and of single campaigns --------------------------------------

CREATE TABLE rate_limits (
    tenant_id      uuid NOT NULL REFERENCES tenants,
    id             uuid NOT NULL,
    channel        text NOT NULL CHECK (channel IN ('email', 'sms', 'push')),
    campaign_id    uuid,                           -- NULL: the tenant's limit of the channel
    messages       int NOT NULL CHECK (messages BETWEEN 1 AND 10000000),
    period_seconds int NOT NULL CHECK (period_seconds BETWEEN 1 AND 86400),
    burst          int NOT NULL CHECK (burst BETWEEN 1 AND 10000000),       -- at once, after a rest
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaigns ON DELETE CASCADE
);
CREATE UNIQUE INDEX rate_limits_channel ON rate_limits (tenant_id, channel) WHERE campaign_id IS NULL;
CREATE UNIQUE INDEX rate_limits_campaign ON rate_limits (tenant_id, campaign_id) WHERE campaign_id IS NOT NULL;
CALL comm_isolate('rate_limits');
CALL comm_audit('rate_limits', 'rate_limit', 'id');
GRANT SELECT, INSERT, UPDATE, DELETE ON rate_limits TO comm_api;
GRANT SELECT ON rate_limits TO comm_worker;

-- ---- The installation's: they hold nothing of a tenant, and only the platform's token reaches them ----------------------------------

CREATE TABLE gateway_limits (
    gateway        text NOT NULL CHECK (gateway ~ '^[a-z0-9][a-z0-9_-]{0,39}$'),
    domain_group   text NOT NULL CHECK (length(domain_group) <= 253),       -- '': the whole gateway; '*': each group without a row of its own
    messages       int NOT NULL CHECK (messages BETWEEN 1 AND 10000000),
    period_seconds int NOT NULL CHECK (period_seconds BETWEEN 1 AND 86400),
    burst          int NOT NULL CHECK (burst BETWEEN 1 AND 10000000),
    updated_at     timestamptz NOT NULL,
    PRIMARY KEY (gateway, domain_group)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON gateway_limits TO comm_api;
GRANT SELECT ON gateway_limits TO comm_worker;

-- Mail hosts that belong together. The longest suffix of the first mail exchanger decides; domains that everybody knows need no lookup.
CREATE TABLE domain_groups (
    kind         text NOT NULL CHECK (kind IN ('mx', 'domain')),
    pattern      text NOT NULL CHECK (pattern = lower(pattern)),             -- mx: suffix of the host's name; domain: the whole name
    domain_group text NOT NULL,
    PRIMARY KEY (kind, pattern)
);
GRANT SELECT ON domain_groups TO comm_api, comm_worker;
INSERT INTO domain_groups (kind, pattern, domain_group) VALUES
    ('mx', 'google.com', 'google'), ('mx', 'googlemail.com', 'google'), ('mx', 'smtp.goog', 'google'),
    ('mx', 'olc.protection.outlook.com', 'microsoft'), ('mx', 'hotmail.com', 'microsoft'),
    ('mx', 'mail.protection.outlook.com', 'microsoft365'), ('mx', 'mx.microsoft', 'microsoft365'),
    ('mx', 'yahoodns.net', 'yahoo'), ('mx', 'yahoo.com', 'yahoo'), ('mx', 'yahoo.co.jp', 'yahoo-japan'),
    ('mx', 'mail.icloud.com', 'apple'), ('mx', 'comcast.net', 'comcast'), ('mx', 'cox.net', 'cox'), ('mx', 'charter.net', 'charter'),
    ('mx', 'gmx.net', 'gmx'), ('mx', 'web.de', 'gmx'), ('mx', 'kundenserver.de', 'ionos'), ('mx', 'ionos.de', 'ionos'),
    ('mx', 'ionos.com', 'ionos'), ('mx', 't-online.de', 't-online'), ('mx', 'freenet.de', 'freenet'), ('mx', 'orange.fr', 'orange'),
    ('mx', 'laposte.net', 'laposte'), ('mx', 'sfr.fr', 'sfr'), ('mx', 'free.fr', 'free'), ('mx', 'libero.it', 'libero'),
    ('mx', 'mail.ru', 'mailru'), ('mx', 'yandex.ru', 'yandex'), ('mx', 'yandex.net', 'yandex'), ('mx', 'qq.com', 'qq'),
    ('mx', '163.com', 'netease'), ('mx', 'netease.com', 'netease'), ('mx', 'protonmail.ch', 'proton'), ('mx', 'zoho.com', 'zoho'),
    ('mx', 'zoho.eu', 'zoho'), ('mx', 'pphosted.com', 'proofpoint'), ('mx', 'ppe-hosted.com', 'proofpoint'),
    ('mx', 'mimecast.com', 'mimecast'), ('mx', 'barracudanetworks.com', 'barracuda'), ('mx', 'messagingengine.com', 'fastmail'),
    ('mx', 'ovh.net', 'ovh'), ('mx', 'secureserver.net', 'godaddy'), ('mx', 'emailsrvr.com', 'rackspace'),
    ('mx', 'amazonaws.com', 'amazon'),
    ('domain', 'gmail.com', 'google'), ('domain', 'googlemail.com', 'google'),
    ('domain', 'outlook.com', 'microsoft'), ('domain', 'hotmail.com', 'microsoft'), ('domain', 'live.com', 'microsoft'),
    ('domain', 'msn.com', 'microsoft'), ('domain', 'outlook.de', 'microsoft'), ('domain', 'outlook.fr', 'microsoft'),
    ('domain', 'hotmail.de', 'microsoft'), ('domain', 'hotmail.fr', 'microsoft'), ('domain', 'hotmail.co.uk', 'microsoft'),
    ('domain', 'hotmail.it', 'microsoft'), ('domain', 'hotmail.es', 'microsoft'), ('domain', 'live.de', 'microsoft'),
    ('domain', 'live.fr', 'microsoft'), ('domain', 'live.co.uk', 'microsoft'), ('domain', 'live.nl', 'microsoft'),
    ('domain', 'yahoo.com', 'yahoo'), ('domain', 'ymail.com', 'yahoo'), ('domain', 'rocketmail.com', 'yahoo'),
    ('domain', 'yahoo.de', 'yahoo'), ('domain', 'yahoo.fr', 'yahoo'), ('domain', 'yahoo.co.uk', 'yahoo'), ('domain', 'yahoo.it', 'yahoo'),
    ('domain', 'yahoo.es', 'yahoo'), ('domain', 'yahoo.co.in', 'yahoo'), ('domain', 'yahoo.com.br', 'yahoo'), ('domain', 'aol.com', 'yahoo'),
    ('domain', 'aim.com', 'yahoo'), ('domain', 'yahoo.co.jp', 'yahoo-japan'),
    ('domain', 'icloud.com', 'apple'), ('domain', 'me.com', 'apple'), ('domain', 'mac.com', 'apple'),
    ('domain', 'comcast.net', 'comcast'), ('domain', 'cox.net', 'cox'), ('domain', 'charter.net', 'charter'),
    ('domain', 'gmx.de', 'gmx'), ('domain', 'gmx.net', 'gmx'), ('domain', 'gmx.at', 'gmx'), ('domain', 'gmx.ch', 'gmx'),
    ('domain', 'gmx.com', 'gmx'), ('domain', 'web.de', 'gmx'), ('domain', 't-online.de', 't-online'), ('domain', 'freenet.de', 'freenet'),
    ('domain', 'orange.fr', 'orange'), ('domain', 'wanadoo.fr', 'orange'), ('domain', 'laposte.net', 'laposte'), ('domain', 'sfr.fr', 'sfr'),
    ('domain', 'free.fr', 'free'), ('domain', 'libero.it', 'libero'), ('domain', 'mail.ru', 'mailru'), ('domain', 'bk.ru', 'mailru'),
    ('domain', 'inbox.ru', 'mailru'), ('domain', 'list.ru', 'mailru'), ('domain', 'yandex.ru', 'yandex'), ('domain', 'ya.ru', 'yandex'),
    ('domain', 'qq.com', 'qq'), ('domain', '163.com', 'netease'), ('domain', '126.com', 'netease'), ('domain', 'proton.me', 'proton'),
    ('domain', 'protonmail.com', 'proton'), ('domain', 'fastmail.com', 'fastmail');

-- What was found out about other domains. No address is kept, only what follows its @.
CREATE TABLE recipient_domains (
    domain       text PRIMARY KEY CHECK (length(domain) <= 253),
    domain_group text NOT NULL,
    exchanger    text,                              -- first mail exchanger; NULL: none was found
    checked_at   timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL
);
CREATE INDEX recipient_domains_expiry ON recipient_domains (expires_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON recipient_domains TO comm_worker;

-- Which answers slow a gateway down for a group of domains, or stop it.
CREATE TABLE reply_rules (
    id               uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name             text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    pattern          text NOT NULL CHECK (length(pattern) BETWEEN 1 AND 500),  -- alternatives by |, * for any text between; case does not matter
    gateway          text,                          -- NULL: any
    domain_group     text,                          -- NULL: any
    scope            text NOT NULL DEFAULT 'group' CHECK (scope IN ('group', 'gateway')),  -- what is slowed down: only the group, or all
    threshold        int NOT NULL CHECK (threshold BETWEEN 1 AND 10000),       -- answers …
    window_seconds   int NOT NULL CHECK (window_seconds BETWEEN 1 AND 86400),  -- … within so many seconds
    action           text NOT NULL CHECK (action IN ('slow_down', 'pause')),
    factor           double precision NOT NULL CHECK (factor BETWEEN 0.01 AND 0.95),  -- of the rate that goes on, after a pause too
    duration_seconds int NOT NULL CHECK (duration_seconds BETWEEN 10 AND 86400),      -- until the next step: the pause, each doubling of the rate
    enabled          boolean NOT NULL DEFAULT true,
    position         int NOT NULL DEFAULT 1000,     -- the first rule that fits an answer counts it
    updated_at       timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON reply_rules TO comm_api;
GRANT SELECT ON reply_rules TO comm_worker;

-- Where the wording is from: "Gmail SMTP errors and codes" (4.7.28 and its neighbours: unusual rate; 4.2.1 is one mailbox's), Microsoft
-- "NDR codes" and postmaster pages (S3150, S3140: the address is on a block list; 4.7.650 to 652 and RP-001 to 003: too many
-- connections or messages), Yahoo "SMTP error codes" (TSS04, TSS09, TS01 to TS03: volume or complaints; 421 without one: too many at once),
-- Apple "Postmaster information for iCloud Mail" (CS01, HM08, 4.7.1), Amazon SES "Throttling: maximum sending rate", "Daily sending quota exceeded".
INSERT INTO reply_rules (name, pattern, gateway, domain_group, scope, threshold, window_seconds, action, factor, duration_seconds, position, updated_at)
VALUES
    ('Gmail: unusual rate', '4.7.28|unusual rate of*mail', NULL, 'google', 'group', 3, 60, 'slow_down', 0.5, 600, 100, now()),
    ('Gmail: refused for its volume', '5.7.28', NULL, 'google', 'group', 3, 600, 'pause', 0.25, 3600, 110, now()),
    ('Microsoft: block list', 'S3150|S3140', NULL, NULL, 'group', 3, 600, 'pause', 0.1, 3600, 120, now()),
    ('Microsoft: throttled', '4.7.650|4.7.651|4.7.652|RP-001|RP-002|RP-003', NULL, NULL, 'group', 3, 300, 'slow_down', 0.5, 1800, 130, now()),
    ('Microsoft 365: sender throttled', '4.7.500|5.7.508|server busy*S77', NULL, NULL, 'group', 3, 300, 'slow_down', 0.5, 1800, 140, now()),
    ('Yahoo: complaints or volume', '[TSS04]|[TSS09]', NULL, NULL, 'group', 3, 300, 'pause', 0.25, 3600, 150, now()),
    ('Yahoo: reputation', '[TS01]|[TS02]|[TS03]', NULL, NULL, 'group', 3, 300, 'pause', 0.25, 7200, 160, now()),
    ('Yahoo: too many at once', '421*too many|421*resources temporarily', NULL, 'yahoo', 'group', 5, 60, 'slow_down', 0.5, 600, 170, now()),
    ('Apple: rate', '[CS01]|[HM08]|421*4.7.1', NULL, 'apple', 'group', 3, 300, 'slow_down', 0.5, 1800, 180, now()),
    ('SES: faster than allowed', 'maximum sending rate exceeded|TooManyRequests|ThrottlingException', 'ses', NULL, 'gateway', 3, 10, 'slow_down', 0.7, 60, 190, now()),
    ('SES: quota of the day', 'daily*quota exceeded|daily message quota', 'ses', NULL, 'gateway', 1, 60, 'pause', 0.5, 3600, 200, now()),
    ('Any: too many messages', '421*too many messages|450*too many|451*too many|452*too many|4.7.0*too many|rate limit|ratelimit|throttl', NULL, NULL, 'group',
     5, 60, 'slow_down', 0.5, 600, 900, now()),
    ('Any: too many connections', '421*too many*connections|concurrent connections', NULL, NULL, 'group', 5, 60, 'slow_down', 0.7, 300, 910, now()),
    ('Any: listed', 'spamhaus|barracudacentral|spamcop|blocked using|blocklist|block list|blacklist', NULL, NULL, 'group', 10, 600, 'pause', 0.25, 1800, 920, now());

-- What rules have done to a gateway and a group ('': all of it). The state of everybody: Redis has a copy that a loss cannot harm.
CREATE TABLE rate_adjustments (
    gateway       text NOT NULL,
    domain_group  text NOT NULL,
    version       bigint NOT NULL,                  -- microseconds; the newer one counts
    paused_until  timestamptz,
    factor        double precision NOT NULL CHECK (factor > 0 AND factor <= 1),   -- 1: it was taken back
    hold_until    timestamptz NOT NULL,             -- from then on the rate doubles …
    step_seconds  int NOT NULL CHECK (step_seconds > 0),                        -- … every so many seconds, until it is whole again
    base_interval bigint NOT NULL,                  -- microseconds between two messages at the rate that was slowed down
    over_at       timestamptz NOT NULL,             -- when it is whole again
    rule          text NOT NULL,
    changed_at    timestamptz NOT NULL,
    PRIMARY KEY (gateway, domain_group)
);
GRANT SELECT, UPDATE ON rate_adjustments TO comm_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON rate_adjustments TO comm_worker;
