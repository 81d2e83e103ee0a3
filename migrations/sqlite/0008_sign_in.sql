-- Signing in by what somebody else says of a person (docs/data-model.md): Google, and Telegram to the Mini App.

-- The accounts elsewhere that an account is signed in to with. Telegram's is users.telegram_id.
CREATE TABLE identities (
    id          BLOB PRIMARY KEY,
    user_id     BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    provider    TEXT NOT NULL CHECK (provider IN ('google')),
    -- The provider's own id of the account, which never changes.
    subject     TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    UNIQUE (provider, subject)
) STRICT;
CREATE INDEX identities_user ON identities (user_id);

-- What a device was signed in by, so that it signs in no other. It names nobody, and outlives the account: shown again
-- after an erasure, it would make a new one. Kept until it would be too old anyway.
CREATE TABLE used_proofs (
    proof_hash  BLOB PRIMARY KEY,
    expires_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX used_proofs_expiry ON used_proofs (expires_at);
