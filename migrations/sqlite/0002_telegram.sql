-- The Telegram bot (docs/data-model.md): what came in, where it is talked, what goes out, and how accounts are joined.

-- What Telegram has told, in its own words, until it has been seen to; the numbers stay, so that nothing is seen to twice.
CREATE TABLE telegram_updates (
    update_id    INTEGER PRIMARY KEY,
    -- The chat, in whose order it is seen to; null where it belongs to none.
    chat_id      INTEGER,
    -- Set for new messages: each is taken once, under whatever update_id it comes.
    message_id   INTEGER,
    payload      TEXT,
    received_at  INTEGER NOT NULL,
    -- The first part of the long text that this one belongs to.
    part_of      INTEGER,
    done_at      INTEGER
) STRICT;
CREATE UNIQUE INDEX telegram_updates_message ON telegram_updates (chat_id, message_id) WHERE message_id IS NOT NULL;
CREATE INDEX telegram_updates_open ON telegram_updates (chat_id, message_id, update_id) WHERE done_at IS NULL;
CREATE INDEX telegram_updates_done ON telegram_updates (done_at) WHERE done_at IS NOT NULL;

-- One row a person and place: their private chat with the bot, or one group (and topic) where they talk to it.
CREATE TABLE telegram_chats (
    id           BLOB PRIMARY KEY,
    user_id      BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    telegram_id  INTEGER NOT NULL,
    chat_id      INTEGER NOT NULL,
    thread_id    INTEGER NOT NULL DEFAULT 0,
    -- The dialogue that goes on here.
    session_id   BLOB,
    -- What the bot has asked and waits to be told (a form's state, JSON).
    asked        TEXT,
    created_at   INTEGER NOT NULL,
    -- When the person blocked the bot, or it was removed: nothing is sent any more.
    closed_at    INTEGER
) STRICT;
CREATE UNIQUE INDEX telegram_chats_place ON telegram_chats (chat_id, thread_id, telegram_id);
CREATE INDEX telegram_chats_user ON telegram_chats (user_id);

-- What the bot has to send, within a chat in the order of created_at and id.
CREATE TABLE deliveries (
    id           BLOB PRIMARY KEY,
    user_id      BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    chat_id      INTEGER NOT NULL,
    thread_id    INTEGER NOT NULL DEFAULT 0,
    reply_to     INTEGER,
    -- The turn whose answer it is; else `message` is what to send.
    turn_id      BLOB,
    message      TEXT,
    created_at   INTEGER NOT NULL,
    -- Not before.
    run_at       INTEGER NOT NULL,
    -- How many of its messages have been sent.
    part         INTEGER NOT NULL DEFAULT 0,
    -- Whether one is on its way: after a crash nobody knows whether it arrived.
    sending      INTEGER NOT NULL DEFAULT 0,
    attempts     INTEGER NOT NULL DEFAULT 0,
    -- How often it was not known whether a call had acted.
    doubts       INTEGER NOT NULL DEFAULT 0,
    error        TEXT,
    ended_at     INTEGER,
    outcome      TEXT CHECK (outcome IN ('sent', 'refused', 'closed', 'cancelled')),
    CHECK ((ended_at IS NULL) = (outcome IS NULL))
) STRICT;
CREATE INDEX deliveries_open ON deliveries (chat_id, created_at, id) WHERE ended_at IS NULL;
CREATE INDEX deliveries_user ON deliveries (user_id, id);
CREATE INDEX deliveries_ended ON deliveries (ended_at) WHERE ended_at IS NOT NULL;

-- Work that one node does for all; it is free when that node's lease has run out.
CREATE TABLE roles (
    name     TEXT PRIMARY KEY,
    node_id  BLOB NOT NULL,
    since    INTEGER NOT NULL
) STRICT;

-- Single-use links that join a Telegram account with the one that made the link. Stored as SHA-256 only.
CREATE TABLE link_codes (
    code_hash   BLOB PRIMARY KEY,
    user_id     BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    used_at     INTEGER
) STRICT;
CREATE INDEX link_codes_user ON link_codes (user_id);
CREATE INDEX link_codes_expiry ON link_codes (expires_at);

-- Where the answer of a turn goes, beside its readers: {"chat_id", "thread_id", "message_id"}.
ALTER TABLE turns ADD COLUMN deliver_to TEXT;
-- The message in which the answer is shown while it comes, where Telegram has no drafts.
ALTER TABLE turns ADD COLUMN live_message_id INTEGER;
