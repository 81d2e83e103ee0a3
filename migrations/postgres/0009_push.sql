-- Telling browsers of finished answers (docs/data-model.md).

-- Keys of the service itself, made at its first start.
CREATE TABLE service_keys (
    name         TEXT PRIMARY KEY,
    private_key  BYTEA NOT NULL,
    created_at   TIMESTAMPTZ NOT NULL
);

-- Where a browser is told, for as long as its device is signed in.
CREATE TABLE push_subscriptions (
    id          UUID PRIMARY KEY,
    user_id     UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    device_id   UUID NOT NULL UNIQUE REFERENCES devices (id) ON DELETE CASCADE,
    -- A secret, like the keys.
    endpoint    TEXT NOT NULL UNIQUE,
    p256dh      BYTEA NOT NULL,
    auth        BYTEA NOT NULL,
    created_at  TIMESTAMPTZ NOT NULL
);
CREATE INDEX push_subscriptions_user ON push_subscriptions (user_id, id);
