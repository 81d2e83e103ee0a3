-- The panel's pages of people and dialogues: what people are looked for by, and which dialogues were opened to be read
-- (docs/data-model.md).

-- Name and username as they are searched, written by the application: the databases lower-case Cyrillic differently, or
-- not at all. Null: written by a version that did not keep them, or no username.
ALTER TABLE users ADD COLUMN name_key TEXT;
ALTER TABLE users ADD COLUMN username_key TEXT;
CREATE INDEX users_name_key ON users (name_key);
CREATE INDEX users_username_key ON users (username_key);
CREATE INDEX users_keyless ON users (id) WHERE name_key IS NULL;
-- The filters of the list, each in its order.
CREATE INDEX users_blocked ON users (id) WHERE blocked_at IS NOT NULL;
CREATE INDEX users_telegram ON users (id) WHERE telegram_id IS NOT NULL;
CREATE INDEX users_app ON users (telegram_id, id) WHERE telegram_id IS NULL;
CREATE INDEX subscriptions_active_plan ON subscriptions (plan_name, user_id) WHERE is_active;
CREATE INDEX usage_logs_recent ON usage_logs (date, user_id);

-- What somebody gave a reason to read (a dialogue, a request to a model), each for one session of the panel and a while.
CREATE TABLE openings (
    admin_session_id  BLOB NOT NULL REFERENCES admin_sessions (id) ON DELETE CASCADE,
    target_id         BLOB NOT NULL,
    opened_at         INTEGER NOT NULL,
    expires_at        INTEGER NOT NULL,
    PRIMARY KEY (admin_session_id, target_id)
) STRICT;
