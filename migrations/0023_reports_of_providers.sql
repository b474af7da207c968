-- What providers report of receivers' answers slows gateways down as what they answer at once does. Words of theirs that the first rules do
-- not know: SES "DeliveryDelay" (IPFailure: the receiver blocks or slows down the address that SES sends from; SpamDetected), Mailgun
-- "espblock", Twilio's error codes (30001 queue overflow; 30022, 30023, 30027: limits of the carriers; 30007: filtered by one).
INSERT INTO reply_rules (name, pattern, gateway, domain_group, scope, threshold, window_seconds, action, factor, duration_seconds, position, updated_at)
VALUES
    ('SES: the receiver slows down its addresses', 'IPFailure|SpamDetected', 'ses', NULL, 'group', 5, 600, 'slow_down', 0.5, 1800, 210, now()),
    ('Mailgun: blocked by the receiver', 'espblock', 'mailgun', NULL, 'group', 10, 600, 'pause', 0.25, 1800, 220, now()),
    ('Twilio: faster than it can send', 'twilio 30001|twilio 30022', 'twilio', NULL, 'gateway', 5, 60, 'slow_down', 0.5, 300, 230, now()),
    ('Twilio: the carrier''s limit of the day', 'twilio 30023|twilio 30027', 'twilio', NULL, 'gateway', 3, 600, 'pause', 0.25, 3600, 240, now()),
    ('Twilio: filtered by a carrier', 'twilio 30007', 'twilio', NULL, 'gateway', 10, 600, 'slow_down', 0.5, 1800, 250, now());
