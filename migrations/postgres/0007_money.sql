-- The panel's pages of subscriptions, payments and broadcasts: indexes that they are read by, and what is written to many
-- people (docs/data-model.md).

-- Subscriptions are shown newest first, by each filter alone and by those together that go together. A turn changes none of
-- these columns.
CREATE INDEX subscriptions_state ON subscriptions (is_active, auto_renew, id);
CREATE INDEX subscriptions_plan ON subscriptions (plan_name, is_active, auto_renew, id);
CREATE INDEX subscriptions_provider ON subscriptions (provider, is_active, auto_renew, id) WHERE provider IS NOT NULL;
CREATE INDEX subscriptions_provider_plan ON subscriptions (provider, plan_name, is_active, auto_renew, id)
    WHERE provider IS NOT NULL;
CREATE INDEX subscriptions_plan_ending ON subscriptions (plan_name, end_date, id) WHERE is_active;
CREATE INDEX subscriptions_provider_ending ON subscriptions (provider, end_date, id) WHERE is_active AND provider IS NOT NULL;

-- Payments are shown by when they happened. That of kinds also holds what the sums of a time need; that of both is one
-- expression, as SQLite would take another index for two columns.
CREATE INDEX payments_occurred ON payments (occurred_at, id);
CREATE INDEX payments_kind ON payments (kind, occurred_at, id, provider, currency, amount_micros);
CREATE INDEX payments_provider ON payments (provider, occurred_at, id);
CREATE INDEX payments_provider_kind ON payments ((provider || '/' || kind), occurred_at, id);
CREATE INDEX payments_person ON payments (user_id, occurred_at, id);
CREATE INDEX payments_charge ON payments (charge_id, occurred_at, id) WHERE charge_id IS NOT NULL;

-- What became of the work on a thing.
CREATE INDEX jobs_about ON jobs (job_key, id) WHERE job_key IS NOT NULL;

-- A text in two languages for many people, through the bot.
CREATE TABLE broadcasts (
    id            UUID PRIMARY KEY,
    created_at    TIMESTAMPTZ NOT NULL,
    -- Markdown.
    text_ru       TEXT NOT NULL,
    text_en       TEXT NOT NULL,
    -- To whom; null: to everybody.
    plan_name     TEXT,
    language      TEXT CHECK (language IN ('ru', 'en')),
    active_since  TIMESTAMPTZ,
    state         TEXT NOT NULL CHECK (state IN ('draft', 'running', 'stopped', 'done')),
    started_at    TIMESTAMPTZ,
    ended_at      TIMESTAMPTZ,
    -- How many it was to reach when it began; null: more than are counted.
    expected      BIGINT,
    -- The last place (telegram_chats) that was looked at, and the last one there was when it began.
    position      UUID,
    last_place    UUID,
    -- What became of it.
    taken         BIGINT NOT NULL DEFAULT 0,
    sent          BIGINT NOT NULL DEFAULT 0,
    closed        BIGINT NOT NULL DEFAULT 0,
    failed        BIGINT NOT NULL DEFAULT 0,
    cancelled     BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX broadcasts_running ON broadcasts (id) WHERE state = 'running';

-- Whom a broadcast has reached, or is just being sent to: everybody once.
CREATE TABLE broadcast_recipients (
    broadcast_id  UUID NOT NULL REFERENCES broadcasts (id) ON DELETE CASCADE,
    user_id       UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    delivery_id   UUID NOT NULL,
    outcome       TEXT CHECK (outcome IN ('sent', 'refused', 'closed', 'cancelled')),
    PRIMARY KEY (broadcast_id, user_id)
);
CREATE INDEX broadcast_recipients_user ON broadcast_recipients (user_id, broadcast_id);
CREATE INDEX broadcast_recipients_open ON broadcast_recipients (broadcast_id) WHERE outcome IS NULL;

-- The broadcast that a delivery is of: it gives way to everything else.
ALTER TABLE deliveries ADD COLUMN broadcast_id UUID;
CREATE INDEX deliveries_broadcast ON deliveries (broadcast_id) WHERE ended_at IS NULL AND broadcast_id IS NOT NULL;
