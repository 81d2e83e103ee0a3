-- Passkeys (WebAuthn) of the people who run the service (docs/data-model.md).

CREATE TABLE passkeys (
    id               UUID PRIMARY KEY,
    user_id          UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- As its owner calls it.
    name             TEXT NOT NULL,
    credential_id    BYTEA NOT NULL UNIQUE,
    -- A COSE_Key (RFC 9052, 7), and COSE's number of its algorithm.
    public_key       BYTEA NOT NULL,
    algorithm        INTEGER NOT NULL,
    -- How often it has signed, as it says itself; 0 when it does not count.
    sign_count       BIGINT NOT NULL,
    -- Whether it may be copied to other devices.
    backup_eligible  BOOLEAN NOT NULL,
    created_at       TIMESTAMPTZ NOT NULL,
    last_used_at     TIMESTAMPTZ
);
CREATE INDEX passkeys_user ON passkeys (user_id, id);

-- What a passkey was asked to sign, for a few minutes and one try; only the hash of what the browser shows is stored.
CREATE TABLE passkey_challenges (
    token_hash        BYTEA PRIMARY KEY,
    -- The session in which a passkey is added. Null: somebody signs in.
    admin_session_id  UUID REFERENCES admin_sessions (id) ON DELETE CASCADE,
    state             JSON NOT NULL,
    created_at        TIMESTAMPTZ NOT NULL,
    expires_at        TIMESTAMPTZ NOT NULL
);
CREATE INDEX passkey_challenges_session ON passkey_challenges (admin_session_id) WHERE admin_session_id IS NOT NULL;
CREATE INDEX passkey_challenges_expires ON passkey_challenges (expires_at);
