-- When another charge's time begins that is worth more, before the end: the row yields to it then (docs/data-model.md).
ALTER TABLE subscriptions ADD COLUMN yields_at INTEGER;
CREATE INDEX subscriptions_yielding ON subscriptions (yields_at) WHERE is_active AND yields_at IS NOT NULL;
-- What runs now is looked at once more, and then has the right moment.
UPDATE subscriptions SET yields_at = start_date WHERE is_active AND purchase_id IS NOT NULL;
