-- What delivery services report besides facts about our messages. Both tables belong to the installation, not to a tenant.

-- Reports of an unknown type, or about something that is no message of ours.
CREATE TABLE provider_reports (
    id          uuid PRIMARY KEY,
    source      text NOT NULL,
    type        text NOT NULL,
    payload     jsonb NOT NULL,          -- mail addresses are taken out
    received_at timestamptz NOT NULL
);
CREATE INDEX provider_reports_received ON provider_reports (received_at);
GRANT SELECT, INSERT, DELETE ON provider_reports TO comm_worker;

-- Subscriptions of SNS topics that wait for our confirmation, and those that were confirmed.
CREATE TABLE sns_subscriptions (
    topic_arn     text PRIMARY KEY,
    subscribe_url text NOT NULL,                 -- holds the token; emptied once it was used
    requested_at  timestamptz NOT NULL,
    confirmed_at  timestamptz,
    attempts      integer NOT NULL DEFAULT 0,
    due_at        timestamptz NOT NULL,
    last_error    text
);
GRANT SELECT, INSERT, UPDATE ON sns_subscriptions TO comm_worker;
