-- Plans as they are sold, what was bought and what became of it, and work that must happen after a commit (docs/data-model.md).

ALTER TABLE plans ADD COLUMN title_ru TEXT;
ALTER TABLE plans ADD COLUMN title_en TEXT;
ALTER TABLE plans ADD COLUMN description_ru TEXT;
ALTER TABLE plans ADD COLUMN description_en TEXT;
-- The providers that its turns may use, in order, with commas between; null: all.
ALTER TABLE plans ADD COLUMN providers TEXT;
ALTER TABLE plans ADD COLUMN max_answer_tokens INTEGER CHECK (max_answer_tokens > 0);
-- Which of two plans is the better one; null: the dearer.
ALTER TABLE plans ADD COLUMN rank INTEGER;
-- Its id in the Play Console, if it is sold there.
ALTER TABLE plans ADD COLUMN google_product_id TEXT;
-- Whether it can be bought now.
ALTER TABLE plans ADD COLUMN is_offered INTEGER NOT NULL DEFAULT 1;
CREATE UNIQUE INDEX plans_google_product ON plans (google_product_id) WHERE google_product_id IS NOT NULL;

-- A series of payments for one thing: an invoice and its renewals, a purchase in Google Play, a grant.
CREATE TABLE purchases (
    id              BLOB PRIMARY KEY,
    user_id         BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    provider        TEXT NOT NULL CHECK (provider IN ('stars', 'google_play', 'grant')),
    -- What was offered (JSON): the plan as it was then.
    terms           TEXT NOT NULL,
    price_stars     INTEGER,
    -- Google Play's, and its SHA-256, by which it is found.
    purchase_token  TEXT,
    token_hash      BLOB UNIQUE,
    created_at      INTEGER NOT NULL
) STRICT;
CREATE INDEX purchases_user ON purchases (user_id, id);

-- Everything that was heard of purchases, each thing once. What a person has is a fold over these rows.
CREATE TABLE payments (
    id             BLOB PRIMARY KEY,
    user_id        BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    purchase_id    BLOB NOT NULL REFERENCES purchases (id) ON DELETE CASCADE,
    provider       TEXT NOT NULL CHECK (provider IN ('stars', 'google_play', 'grant')),
    kind           TEXT NOT NULL CHECK (kind IN ('paid', 'refunded', 'canceled', 'resumed', 'failed', 'observed', 'extended', 'revoked')),
    source         TEXT NOT NULL CHECK (source IN ('provider', 'person', 'operator')),
    -- What makes it the same thing when it is heard again.
    event_key      TEXT NOT NULL,
    charge_id      TEXT,
    -- Millionths of the currency; XTR are Telegram Stars.
    amount_micros  INTEGER,
    currency       TEXT,
    -- When it happened, by the provider's clock, and when it was first heard of.
    occurred_at    INTEGER NOT NULL,
    received_at    INTEGER NOT NULL,
    -- Whose Stars they were: the person in Telegram.
    payer_id       INTEGER,
    -- The provider's own order, where it has one.
    sequence       INTEGER,
    -- Until when it is paid for; null: a period of the plan's calendar.
    paid_until     INTEGER,
    -- What the provider says of the purchase as a whole (kind observed).
    state          TEXT,
    renews         INTEGER,
    -- What the charge bought (JSON): the plan as it was then.
    terms          TEXT,
    note           TEXT,
    -- In the provider's own words.
    payload        TEXT
) STRICT;
CREATE UNIQUE INDEX payments_event ON payments (provider, event_key);
CREATE INDEX payments_user ON payments (user_id, id);
CREATE INDEX payments_purchase ON payments (purchase_id);

-- What a period was given, so that a change of its plan leaves it alone.
ALTER TABLE subscriptions ADD COLUMN model TEXT;
ALTER TABLE subscriptions ADD COLUMN providers TEXT;
ALTER TABLE subscriptions ADD COLUMN max_answer_tokens INTEGER;
-- Who sold it, in which purchase, and the charge that paid for it; null: nobody, as with free.
ALTER TABLE subscriptions ADD COLUMN provider TEXT CHECK (provider IN ('stars', 'google_play', 'grant'));
ALTER TABLE subscriptions ADD COLUMN purchase_id BLOB REFERENCES purchases (id) ON DELETE CASCADE;
ALTER TABLE subscriptions ADD COLUMN charge_id TEXT;
-- The plan that the person wants when this one ends.
ALTER TABLE subscriptions ADD COLUMN next_plan TEXT;
-- When the person was told that most of it is used, and that all of it is.
ALTER TABLE subscriptions ADD COLUMN near_told_at INTEGER;
ALTER TABLE subscriptions ADD COLUMN spent_told_at INTEGER;
UPDATE subscriptions SET model = (SELECT p.model FROM plans p WHERE p.name = subscriptions.plan_name);
CREATE UNIQUE INDEX subscriptions_charge ON subscriptions (purchase_id, charge_id) WHERE purchase_id IS NOT NULL;
CREATE INDEX subscriptions_ending ON subscriptions (end_date) WHERE is_active;

-- What is to be done after a commit, by whichever node claims it first.
CREATE TABLE jobs (
    id           BLOB PRIMARY KEY,
    kind         TEXT NOT NULL,
    payload      TEXT NOT NULL,
    -- Of open jobs with the same key there is one.
    job_key      TEXT,
    created_at   INTEGER NOT NULL,
    -- Not before.
    run_at       INTEGER NOT NULL,
    -- Until when whoever claimed it may work on it.
    lease_until  INTEGER,
    attempts     INTEGER NOT NULL DEFAULT 0,
    error        TEXT,
    ended_at     INTEGER,
    outcome      TEXT CHECK (outcome IN ('done', 'failed', 'cancelled')),
    CHECK ((ended_at IS NULL) = (outcome IS NULL))
) STRICT;
CREATE UNIQUE INDEX jobs_key ON jobs (kind, job_key) WHERE ended_at IS NULL AND job_key IS NOT NULL;
CREATE INDEX jobs_open ON jobs (run_at) WHERE ended_at IS NULL;
CREATE INDEX jobs_ended ON jobs (ended_at) WHERE ended_at IS NOT NULL;

-- How far a list of somebody else's has been read.
CREATE TABLE positions (
    name      TEXT PRIMARY KEY,
    position  INTEGER NOT NULL
) STRICT;

-- The day on which a dialogue counts, and what is left of a deleted one: that it counted.
ALTER TABLE chat_sessions ADD COLUMN day TEXT;
CREATE INDEX chat_sessions_dayless ON chat_sessions (id) WHERE day IS NULL;
CREATE TABLE deleted_sessions (
    id       BLOB PRIMARY KEY,
    user_id  BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    day      TEXT NOT NULL
) STRICT;
CREATE INDEX deleted_sessions_user ON deleted_sessions (user_id, day);
