-- The big database: one tenant with so many contacts and the events of 18 campaigns, beside 50 tenants of 2,000.
-- Run by scripts/bigdb.sh as the owner, on an empty migrated database: psql -v contacts=1000000 -f scripts/lib/bigdb.sql
--
-- Everything follows from the number of a contact and of a campaign, so that two builds are the same but for random bits of ids.
-- A quarter of the contacts came yesterday with one import and was never mailed: what is rare among the newest must be found too.
\set ON_ERROR_STOP on
\set tenant '''00000000-0000-7000-8000-000000000001'''
SET synchronous_commit = off;
SET maintenance_work_mem = '256MB';
SET work_mem = '128MB';
SET jit = off;

SELECT count(comm_ensure_partition(p, (now() - n * interval '1 month')::date))
  FROM unnest(ARRAY['delivery_events', 'email_events']) AS p, generate_series(0, 14) AS n;

INSERT INTO tenants (tenant_id, motorical_account_id)
SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, ('00000000-0000-4000-9000-' || lpad(to_hex(n), 12, '0'))::uuid
  FROM generate_series(1, 51) AS n;

CREATE TEMPORARY TABLE plan AS
SELECT t AS tenant_no, ('00000000-0000-7000-8000-' || lpad(to_hex(t), 12, '0'))::uuid AS tenant_id, n,
       CASE WHEN t = 1 THEN :contacts ELSE 2000 END AS total
  FROM generate_series(1, 51) AS t, LATERAL generate_series(1, CASE WHEN t = 1 THEN :contacts ELSE 2000 END) AS n;

\echo contacts
INSERT INTO contacts (tenant_id, id, email, email_norm, name, phone, identity_type, identity_name, attributes, language, source,
                      consent_given_at, consent_source, created_at, updated_at, tags)
SELECT tenant_id, comm_message_id((extract(epoch FROM created) * 1000)::bigint, n), address, address,
       CASE WHEN n % 11 > 0 THEN (ARRAY['Ada','Jonas','Ona','Petras','Ruta','Marius','Emma','Noah','Lukas','Mia','Tomas','Greta'])[1 + n % 12]
            || ' ' || (ARRAY['Kazlauskas','Smith','Petrauskas','Muller','Jones','Novak','Ivanov','Garcia'])[1 + n / 12 % 8] || ' ' || n % 5000 END,
       CASE WHEN n % 3 = 0 THEN '+3706' || lpad((n % 10000000)::text, 7, '0') END,
       CASE WHEN n % 20 = 0 THEN 'company' ELSE 'individual' END, CASE WHEN n % 20 = 0 THEN 'Company ' || n % 3000 END,
       jsonb_build_object('city', (ARRAY['Vilnius','Kaunas','Riga','Tallinn','Berlin','Paris'])[1 + n % 6], 'age', 18 + n % 60,
                          'code', 'K' || n % 100000),
       CASE WHEN n % 1000 = 0 THEN 'lv' WHEN n % 20 = 0 THEN 'de' WHEN n % 4 = 0 THEN 'en' WHEN n % 50 = 1 THEN NULL ELSE 'lt' END,
       CASE WHEN n % 100 = 0 THEN 'form' WHEN n % 25 = 0 THEN 'api' ELSE 'import' END,
       CASE WHEN n % 2 = 0 THEN created END, CASE WHEN n % 2 = 0 THEN 'form' END, created, created,
       CASE WHEN n % 10000 = 0 THEN '{vip,newsletter}' WHEN n % 100 = 0 THEN '{vip}' WHEN n % 5 < 2 THEN '{newsletter}' ELSE '{}' END::text[]
  FROM (SELECT p.*, 'user' || n || CASE WHEN n % 997 = 0 THEN '.rare' ELSE '' END || '@'
               || CASE WHEN n % 10 < 4 THEN 'gmail.example' WHEN n % 10 < 6 THEN 'outlook.example' WHEN n % 10 = 6 THEN 'yahoo.example'
                       ELSE 'company' || n % 20000 || '.example' END AS address,
               CASE WHEN n > total * 3 / 4 THEN date_trunc('minute', now()) - interval '1 day'
                    ELSE date_trunc('minute', now()) - interval '720 days' + n * (interval '700 days' / (total * 3 / 4)) END AS created
          FROM plan p) AS given
 ORDER BY tenant_no, n;

\echo lists
INSERT INTO lists (tenant_id, id, name, type, created_at)
SELECT DISTINCT tenant_id, ('00000000-0000-7000-9000-' || lpad(l::text, 12, '0'))::uuid, 'List ' || l, 'user', now() - interval '700 days'
  FROM plan, generate_series(1, 4) AS l;
-- 1: three quarters, 2: a tenth, 3: one of a thousand, 4: the import of yesterday
INSERT INTO list_contacts (tenant_id, list_id, contact_id, created_at)
SELECT tenant_id, ('00000000-0000-7000-9000-' || lpad(l::text, 12, '0'))::uuid, id, created_at
  FROM (SELECT c.tenant_id, c.id, c.created_at, substring(email FROM 'user([0-9]+)')::int AS n,
               row_number() OVER (PARTITION BY tenant_id ORDER BY id) > count(*) OVER (PARTITION BY tenant_id) * 3 / 4 AS is_new
          FROM contacts c) c
  CROSS JOIN generate_series(1, 4) AS l
 WHERE l = 1 AND NOT is_new OR l = 2 AND n % 10 = 3 OR l = 3 AND n % 1000 = 7 OR l = 4 AND is_new
 ORDER BY 1, 2, 3;
ANALYZE contacts, list_contacts;

\echo campaigns
INSERT INTO templates (tenant_id, id, name, subject, type, body_text, created_at, updated_at)
SELECT tenant_id, '00000000-0000-7000-a000-000000000001', 'Letter', 'Hello', 'text', 'Hello', now(), now() FROM tenants;
-- Every 20 days one, the last three days ago; the small tenants had one each. Number 19 went to a thousand people only.
CREATE TEMPORARY TABLE campaign_plan AS
SELECT t.tenant_id, k, ('00000000-0000-7000-b000-' || lpad(k::text, 12, '0'))::uuid AS campaign_id,
       date_trunc('minute', now()) - interval '3 days' - (18 - least(k, 18)) * interval '20 days' AS at
  FROM tenants t, generate_series(1, 19) AS k
 WHERE t.tenant_id = :tenant OR k = 18;
INSERT INTO campaigns (tenant_id, id, name, template_id, motor_block_id, status, started_at, completed_at, created_at, updated_at)
SELECT tenant_id, campaign_id, 'Campaign ' || k, '00000000-0000-7000-a000-000000000001', '00000000-0000-4000-a000-000000000001',
       'completed', at, at + interval '2 hours', at - interval '1 hour', at FROM campaign_plan;

\echo messages
INSERT INTO delivery_events (tenant_id, id, created_at, campaign_id, contact_id, channel, recipient, outcome, reason, gateway, attempts,
                             occurred_at)
SELECT tenant_id, comm_message_id((extract(epoch FROM at) * 1000)::bigint, seq), at, campaign_id, contact_id, 'email', email,
       CASE WHEN n % 500 = 3 THEN 'suppressed' ELSE 'sent' END, CASE WHEN n % 500 = 3 THEN 'suppressed' END, 'motorical', 1,
       at + seq * interval '5 milliseconds'
  FROM (SELECT p.tenant_id, p.at, p.campaign_id, c.id AS contact_id, c.email, substring(c.email FROM 'user([0-9]+)')::int AS n,
               row_number() OVER (PARTITION BY p.tenant_id, p.k ORDER BY c.id) AS seq
          FROM campaign_plan p JOIN contacts c ON c.tenant_id = p.tenant_id AND c.created_at < p.at
         WHERE CASE WHEN p.k = 19 THEN substring(c.email FROM 'user([0-9]+)')::int % 1000 = 7
                    ELSE (substring(c.email FROM 'user([0-9]+)')::int * 7 + p.k) % 10 < 9 END) AS given
 ORDER BY at, tenant_id, seq;

\echo events
INSERT INTO email_events (tenant_id, id, bucket_at, type, campaign_id, contact_id, message_id, source, payload, occurred_at, received_at)
SELECT d.tenant_id, (left(d.id::text, 26) || lpad(to_hex(e.code), 2, '0') || right(md5(d.id::text), 8))::uuid, d.created_at, e.type, d.campaign_id,
       d.contact_id, d.id, CASE WHEN e.code > 3 THEN 'tracking' ELSE 'motorical' END,
       CASE e.type WHEN 'bounced' THEN '{"bounce":"hard"}' WHEN 'clicked' THEN '{"linkIndex":1,"url":"https://shop.example/"}' ELSE '{}' END::jsonb,
       d.occurred_at + e.code * e.code * interval '7 minutes', d.occurred_at + e.code * e.code * interval '7 minutes'
  FROM (SELECT *, substring(recipient FROM 'user([0-9]+)')::int AS n, ('x' || right(campaign_id::text, 8))::bit(32)::int AS k
          FROM delivery_events WHERE outcome = 'sent') AS d
  CROSS JOIN LATERAL (VALUES (1, 'sent', true), (2, 'delivered', n % 100 <> 14), (3, 'bounced', n % 100 = 14 AND k = 24),
                             (4, 'opened', n % 4 = 1 AND (n + k) % 3 > 0), (5, 'clicked', n % 100 < 12 AND (n / 100 + k) % 4 = 0),
                             (6, 'unsubscribed', n % 250 = 9 AND k = 23), (7, 'complained', n % 2000 = 11 AND k = 22)) AS e (code, type, holds)
 WHERE e.holds
 ORDER BY d.created_at, d.tenant_id, d.id, e.code;

\echo suppressions
INSERT INTO suppressions (tenant_id, id, motorical_account_id, email, email_norm, reason, source, created_at)
SELECT c.tenant_id, gen_random_uuid(), t.motorical_account_id, c.email, c.email_norm,
       CASE f.type WHEN 'bounced' THEN 'bounce' WHEN 'complained' THEN 'complaint' ELSE 'unsubscribe' END, 'webhook', f.at
  FROM (SELECT DISTINCT ON (tenant_id, contact_id) tenant_id, contact_id, type, occurred_at AS at FROM email_events
         WHERE type IN ('bounced', 'complained', 'unsubscribed') ORDER BY tenant_id, contact_id, type = 'complained' DESC) AS f
  JOIN contacts c ON c.tenant_id = f.tenant_id AND c.id = f.contact_id
  JOIN tenants t ON t.tenant_id = c.tenant_id;
UPDATE contacts SET status = CASE suppression_reason WHEN 'bounce' THEN 'bounced' WHEN 'complaint' THEN 'complained' ELSE 'unsubscribed' END
 WHERE suppression_reason IN ('bounce', 'complaint', 'unsubscribe');
INSERT INTO suppressions (tenant_id, id, motorical_account_id, email, email_norm, reason, source, created_at)
SELECT c.tenant_id, gen_random_uuid(), t.motorical_account_id, c.email, c.email_norm, 'manual', 'admin', now()
  FROM contacts c JOIN tenants t USING (tenant_id) WHERE substring(c.email FROM 'user([0-9]+)')::int % 500 = 3;

\echo columns of contacts
CREATE TEMPORARY TABLE sums AS
SELECT tenant_id, contact_id, sum(sent)::int AS sent, max(last_sent) AS last_sent, sum(delivered)::int AS delivered,
       max(last_delivered) AS last_delivered, sum(opened)::int AS opened, max(last_opened) AS last_opened, sum(clicked)::int AS clicked,
       max(last_clicked) AS last_clicked
  FROM (SELECT tenant_id, contact_id, count(*) AS sent, max(occurred_at) AS last_sent, 0 AS delivered, NULL::timestamptz AS last_delivered,
               0 AS opened, NULL::timestamptz AS last_opened, 0 AS clicked, NULL::timestamptz AS last_clicked
          FROM delivery_events WHERE outcome = 'sent' GROUP BY 1, 2
        UNION ALL
        SELECT tenant_id, contact_id, 0, NULL, count(*) FILTER (WHERE type = 'delivered'), max(occurred_at) FILTER (WHERE type = 'delivered'),
               count(*) FILTER (WHERE type = 'opened'), max(occurred_at) FILTER (WHERE type = 'opened'),
               count(*) FILTER (WHERE type = 'clicked'), max(occurred_at) FILTER (WHERE type = 'clicked')
          FROM email_events WHERE type IN ('delivered', 'opened', 'clicked') GROUP BY 1, 2) AS facts
 GROUP BY 1, 2;
UPDATE contacts c
   SET sent_count = s.sent, last_sent_at = s.last_sent, delivered_count = s.delivered, last_delivered_at = s.last_delivered,
       opened_count = s.opened, last_opened_at = s.last_opened, clicked_count = s.clicked, last_clicked_at = s.last_clicked,
       last_engagement_at = greatest(s.last_opened, s.last_clicked),
       last_campaign_id = (SELECT campaign_id FROM campaign_plan p WHERE p.tenant_id = c.tenant_id AND p.at <= s.last_sent
                            ORDER BY p.at DESC, k LIMIT 1),
       engagement_level = comm_engagement_level(s.last_clicked, s.last_delivered, s.last_sent, now())
  FROM sums s WHERE c.tenant_id = s.tenant_id AND c.id = s.contact_id;
INSERT INTO campaign_delivery_metrics (tenant_id, campaign_id, planned, sent, suppressed, updated_at)
SELECT tenant_id, campaign_id, count(*), count(*) FILTER (WHERE outcome = 'sent'), count(*) FILTER (WHERE outcome = 'suppressed'), now()
  FROM delivery_events GROUP BY 1, 2;
VACUUM (ANALYZE);
