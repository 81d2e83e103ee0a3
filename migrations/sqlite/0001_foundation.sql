-- The user's seven tables under their own names and columns (docs/data-model.md), and what a turn needs around them.
-- Ids are UUIDv7 made by the application, 16 bytes; times are UTC, in microseconds. Foreign keys cascade from users: erasing a person is one delete.

CREATE TABLE users (
    id                BLOB PRIMARY KEY,
    telegram_id       INTEGER UNIQUE,
    username          TEXT,
    first_name        TEXT,
    last_name         TEXT,
    gender            TEXT CHECK (gender IN ('male', 'female', 'other')),
    created_at        INTEGER NOT NULL,
    name              TEXT,
    age               INTEGER CHECK (age BETWEEN 1 AND 120),
    age_stated_at     INTEGER,
    language          TEXT,
    time_zone         TEXT,
    companion_name    TEXT,
    companion_gender  TEXT CHECK (companion_gender IN ('male', 'female', 'other')),
    companion_age     INTEGER CHECK (companion_age BETWEEN 1 AND 120),
    blocked_at        INTEGER
) STRICT;

CREATE TABLE admins (
    id            BLOB PRIMARY KEY,
    user_id       BLOB NOT NULL UNIQUE REFERENCES users (id) ON DELETE CASCADE,
    role          TEXT NOT NULL CHECK (role IN ('owner', 'admin', 'moderator')),
    created_at    INTEGER NOT NULL,
    appointed_by  BLOB REFERENCES users (id) ON DELETE SET NULL
) STRICT;
CREATE INDEX admins_appointed_by ON admins (appointed_by) WHERE appointed_by IS NOT NULL;

-- One row a signed-in device; its refresh tokens are one family, revoked together.
CREATE TABLE devices (
    id            BLOB PRIMARY KEY,
    user_id       BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name          TEXT,
    created_at    INTEGER NOT NULL,
    last_seen_at  INTEGER NOT NULL,
    revoked_at    INTEGER
) STRICT;
CREATE INDEX devices_user ON devices (user_id, id);

-- Tokens are stored as SHA-256 only.
CREATE TABLE access_tokens (
    token_hash  BLOB PRIMARY KEY,
    user_id     BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    device_id   BLOB NOT NULL REFERENCES devices (id) ON DELETE CASCADE,
    expires_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX access_tokens_user ON access_tokens (user_id);
CREATE INDEX access_tokens_device ON access_tokens (device_id);
CREATE INDEX access_tokens_expiry ON access_tokens (expires_at);

CREATE TABLE refresh_tokens (
    token_hash  BLOB PRIMARY KEY,
    user_id     BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    device_id   BLOB NOT NULL REFERENCES devices (id) ON DELETE CASCADE,
    parent      BLOB,
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    rotated_at  INTEGER
) STRICT;
CREATE INDEX refresh_tokens_user ON refresh_tokens (user_id);
CREATE INDEX refresh_tokens_device ON refresh_tokens (device_id);
CREATE INDEX refresh_tokens_parent ON refresh_tokens (parent) WHERE parent IS NOT NULL;
CREATE INDEX refresh_tokens_expiry ON refresh_tokens (expires_at);

CREATE TABLE plans (
    name         TEXT PRIMARY KEY,
    unit         TEXT NOT NULL CHECK (unit IN ('requests', 'tokens')),
    usage_limit  INTEGER NOT NULL CHECK (usage_limit >= 0),
    period       TEXT NOT NULL CHECK (period IN ('day', 'week', 'month', 'year', 'none')),
    price_stars  INTEGER CHECK (price_stars > 0),
    model        TEXT,
    auto_renew   INTEGER NOT NULL,
    created_at   INTEGER NOT NULL
) STRICT;

CREATE TABLE subscriptions (
    id             BLOB PRIMARY KEY,
    user_id        BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    plan_name      TEXT NOT NULL REFERENCES plans (name),
    is_active      INTEGER NOT NULL,
    start_date     INTEGER NOT NULL,
    end_date       INTEGER,
    usage_limit    INTEGER NOT NULL,
    used_requests  INTEGER NOT NULL DEFAULT 0 CHECK (used_requests >= 0),
    auto_renew     INTEGER NOT NULL,
    unit           TEXT NOT NULL CHECK (unit IN ('requests', 'tokens')),
    used_tokens    INTEGER NOT NULL DEFAULT 0 CHECK (used_tokens >= 0),
    reserved       INTEGER NOT NULL DEFAULT 0 CHECK (reserved >= 0),
    -- The start of the first of an unbroken row of periods: calendar months are counted from it.
    anchor_date    INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX subscriptions_one_active ON subscriptions (user_id) WHERE is_active;
CREATE INDEX subscriptions_user ON subscriptions (user_id, start_date);

CREATE TABLE chat_sessions (
    id                BLOB PRIMARY KEY,
    user_id           BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    started_at        INTEGER NOT NULL,
    ended_at          INTEGER,
    is_active         INTEGER NOT NULL CHECK (is_active = (ended_at IS NULL)),
    title             TEXT,
    channel           TEXT NOT NULL,
    last_activity_at  INTEGER NOT NULL,
    -- The number of the newest turn begun here; it orders turns, messages and windows.
    last_seq          INTEGER NOT NULL DEFAULT 0,
    companion_name    TEXT,
    companion_gender  TEXT CHECK (companion_gender IN ('male', 'female', 'other')),
    companion_age     INTEGER CHECK (companion_age BETWEEN 1 AND 120)
) STRICT;
CREATE INDEX chat_sessions_user ON chat_sessions (user_id, last_activity_at, id);

CREATE TABLE messages (
    id             BLOB PRIMARY KEY,
    session_id     BLOB NOT NULL REFERENCES chat_sessions (id) ON DELETE CASCADE,
    user_id        BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    sender         TEXT NOT NULL CHECK (sender IN ('user', 'ai')),
    message_text   TEXT NOT NULL,
    created_at     INTEGER NOT NULL,
    token_usage    INTEGER,
    -- The turn that brought the message: a question carries its first turn, an answer its own.
    turn_id        BLOB NOT NULL,
    seq            INTEGER NOT NULL,
    answers_id     BLOB REFERENCES messages (id) ON DELETE CASCADE DEFERRABLE INITIALLY IMMEDIATE,
    status         TEXT NOT NULL CHECK (status IN ('complete', 'partial')),
    finish_reason  TEXT,
    CHECK ((sender = 'ai') = (answers_id IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX messages_order ON messages (session_id, seq, sender);
CREATE UNIQUE INDEX messages_answers ON messages (answers_id, seq) WHERE answers_id IS NOT NULL;
CREATE INDEX messages_user ON messages (user_id, id);

-- The state of an answer in progress, and afterwards its content-free record: it outlives a deleted dialogue.
CREATE TABLE turns (
    id               BLOB PRIMARY KEY,
    user_id          BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    session_id       BLOB NOT NULL,
    message_id       BLOB NOT NULL,
    seq              INTEGER NOT NULL,
    channel          TEXT NOT NULL,
    idempotency_key  TEXT,
    request_hash     BLOB NOT NULL,
    subscription_id  BLOB NOT NULL,
    reserved         INTEGER NOT NULL,
    day              TEXT NOT NULL,
    state            TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'complete', 'stopped', 'interrupted', 'failed')),
    node_id          BLOB NOT NULL,
    created_at       INTEGER NOT NULL,
    ended_at         INTEGER,
    stop_requested   INTEGER NOT NULL DEFAULT 0,
    partial_text     TEXT,
    ai_message_id    BLOB,
    answered         INTEGER NOT NULL DEFAULT 0,
    tokens           INTEGER NOT NULL DEFAULT 0,
    problem          TEXT,
    time_to_first_token_ms INTEGER,
    CHECK ((ended_at IS NULL) = (state IN ('waiting', 'running')))
) STRICT;
CREATE UNIQUE INDEX turns_key ON turns (user_id, idempotency_key);
CREATE INDEX turns_session ON turns (session_id, seq);
CREATE INDEX turns_message ON turns (message_id, seq);
CREATE INDEX turns_user ON turns (user_id, id);
CREATE INDEX turns_open ON turns (node_id) WHERE ended_at IS NULL;

-- The journal: one row an attempt at a model. Payloads are references into messages and ai_texts; readers see them rebuilt.
CREATE TABLE ai_requests (
    id                      BLOB PRIMARY KEY,
    message_id              BLOB NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    request_payload         TEXT,
    response_payload        TEXT,
    response_time_ms        INTEGER,
    status_code             INTEGER,
    error_message           TEXT,
    created_at              INTEGER NOT NULL,
    user_id                 BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    turn_id                 BLOB NOT NULL,
    provider                TEXT NOT NULL,
    model                   TEXT NOT NULL,
    time_to_first_token_ms  INTEGER,
    prompt_tokens           INTEGER,
    completion_tokens       INTEGER,
    tokens_estimated        INTEGER NOT NULL DEFAULT 0,
    request_sha256          BLOB
) STRICT;
CREATE INDEX ai_requests_message ON ai_requests (message_id);
CREATE INDEX ai_requests_user ON ai_requests (user_id, id);
CREATE INDEX ai_requests_created ON ai_requests (created_at) WHERE request_payload IS NOT NULL OR response_payload IS NOT NULL;

-- System texts and request parameters, once a person and content (the profile stands in the system text).
CREATE TABLE ai_texts (
    user_id  BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    hash     TEXT NOT NULL,
    body     TEXT NOT NULL,
    -- When a request last referred to it, to the day.
    used_at  INTEGER NOT NULL,
    PRIMARY KEY (user_id, hash)
) STRICT;

CREATE INDEX ai_texts_used ON ai_texts (used_at);

CREATE TABLE usage_logs (
    id              BLOB PRIMARY KEY,
    user_id         BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    date            TEXT NOT NULL,
    requests_count  INTEGER NOT NULL DEFAULT 0,
    tokens_used     INTEGER NOT NULL DEFAULT 0,
    session_count   INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX usage_logs_day ON usage_logs (user_id, date);

-- Running processes. A turn belongs to the node that runs it; the node's lease is the lease of all its turns.
CREATE TABLE nodes (
    id            BLOB PRIMARY KEY,
    internal_url  TEXT,
    started_at    INTEGER NOT NULL,
    lease_until   INTEGER NOT NULL
) STRICT;
