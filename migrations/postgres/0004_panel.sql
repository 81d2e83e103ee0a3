-- The panel: signing in, who is signed in, what was done there, and answers that people reported (docs/data-model.md).

-- Links that sign somebody in, once; only hashes are stored.
CREATE TABLE admin_links (
    token_hash  BYTEA PRIMARY KEY,
    -- Null: whoever uses it becomes the first owner.
    user_id     UUID REFERENCES users (id) ON DELETE CASCADE,
    made_by     TEXT NOT NULL CHECK (made_by IN ('cli', 'bot', 'start', 'panel')),
    created_at  TIMESTAMPTZ NOT NULL,
    expires_at  TIMESTAMPTZ NOT NULL,
    used_at     TIMESTAMPTZ,
    CHECK ((user_id IS NULL) = (made_by = 'start'))
);
CREATE INDEX admin_links_user ON admin_links (user_id);
CREATE INDEX admin_links_expires ON admin_links (expires_at);

CREATE TABLE admin_sessions (
    id             UUID PRIMARY KEY,
    user_id        UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    token_hash     BYTEA NOT NULL UNIQUE,
    -- The token before, which is taken for a moment more.
    previous_hash  BYTEA UNIQUE,
    created_at     TIMESTAMPTZ NOT NULL,
    rotated_at     TIMESTAMPTZ NOT NULL,
    last_seen_at   TIMESTAMPTZ NOT NULL,
    expires_at     TIMESTAMPTZ NOT NULL,
    address        TEXT NOT NULL,
    user_agent     TEXT,
    revoked_at     TIMESTAMPTZ
);
CREATE INDEX admin_sessions_user ON admin_sessions (user_id, id);
CREATE INDEX admin_sessions_expires ON admin_sessions (expires_at);

-- Who did what to whom, when, from where and why. Rows are added only. They outlive the people they name, so none of
-- the ids refers to a table.
CREATE TABLE audit_log (
    id          UUID PRIMARY KEY,
    created_at  TIMESTAMPTZ NOT NULL,
    actor_id    UUID,
    actor_name  TEXT,
    actor_role  TEXT,
    via         TEXT NOT NULL CHECK (via IN ('panel', 'cli', 'bot', 'system')),
    address     TEXT,
    session_id  UUID,
    action      TEXT NOT NULL,
    -- The person it was done to.
    subject_id  UUID,
    -- What it was done to: a turn, a plan, a session.
    target      TEXT,
    reason      TEXT,
    details     JSON
);
CREATE INDEX audit_log_actor ON audit_log (actor_id, id);
CREATE INDEX audit_log_subject ON audit_log (subject_id, id);
CREATE INDEX audit_log_action ON audit_log (action, id);

-- Answers that people found wrong or harmful, for the moderators.
CREATE TABLE reports (
    id          UUID PRIMARY KEY,
    user_id     UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- The AI's.
    message_id  UUID NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    category    TEXT NOT NULL,
    comment     TEXT,
    created_at  TIMESTAMPTZ NOT NULL,
    state       TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'accepted', 'dismissed')),
    handled_by  UUID REFERENCES users (id) ON DELETE SET NULL,
    handled_at  TIMESTAMPTZ,
    note        TEXT,
    UNIQUE (user_id, message_id)
);
CREATE INDEX reports_message ON reports (message_id);
CREATE INDEX reports_state ON reports (state, id);
CREATE INDEX reports_handled_by ON reports (handled_by) WHERE handled_by IS NOT NULL;
