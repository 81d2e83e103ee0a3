-- What an owner changed while the service runs, over the configuration (docs/data-model.md).
CREATE TABLE settings (
    name        TEXT PRIMARY KEY,
    value       TEXT NOT NULL,
    changed_at  TIMESTAMPTZ NOT NULL
);
