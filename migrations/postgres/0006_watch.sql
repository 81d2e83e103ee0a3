-- What staff watch (docs/data-model.md): figures by day, and indexes for the journal's, the jobs' and the deliveries' pages.

-- What happened on a day, over all people: counted by a job, a slice of time after the other.
CREATE TABLE day_figures (
    -- In service.timezone, as it was when it was counted.
    day            DATE NOT NULL,
    part           TEXT NOT NULL CHECK (part IN ('plan', 'model', 'first_token', 'model_first_token', 'people')),
    -- The plan, the model; milliseconds; nothing.
    name           TEXT NOT NULL,
    -- The provider of a model; the plan, or the provider and the model, of milliseconds.
    detail         TEXT NOT NULL DEFAULT '',
    -- Turns, attempts, turns, new people.
    amount         BIGINT NOT NULL,
    failed         BIGINT NOT NULL DEFAULT 0,
    tokens         BIGINT NOT NULL DEFAULT 0,
    prompt_tokens  BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (day, part, name, detail)
);

-- Sums of usage_logs over all people, of days that are over.
CREATE TABLE usage_days (
    day       DATE PRIMARY KEY,
    people    BIGINT NOT NULL,
    requests  BIGINT NOT NULL,
    tokens    BIGINT NOT NULL,
    sessions  BIGINT NOT NULL
);

CREATE INDEX usage_logs_date ON usage_logs (date, user_id);

-- Ids are in the order of time. What is the usual case stands in no index: a turn pays for two.
CREATE INDEX ai_requests_model ON ai_requests (model, id);
CREATE INDEX ai_requests_provider ON ai_requests (provider, id);
CREATE INDEX ai_requests_status ON ai_requests (status_code, id) WHERE status_code <> 200;
CREATE INDEX ai_requests_failed ON ai_requests (id) WHERE error_message IS NOT NULL;
CREATE INDEX ai_requests_slow ON ai_requests (id) WHERE response_time_ms >= 10000;

CREATE INDEX jobs_open_id ON jobs (id) WHERE ended_at IS NULL;
CREATE INDEX jobs_failing ON jobs (id) WHERE ended_at IS NULL AND error IS NOT NULL;
CREATE INDEX jobs_failed ON jobs (id) WHERE outcome = 'failed';

CREATE INDEX deliveries_open_id ON deliveries (id) WHERE ended_at IS NULL;
CREATE INDEX deliveries_failing ON deliveries (id) WHERE ended_at IS NULL AND error IS NOT NULL;
CREATE INDEX deliveries_refused ON deliveries (id) WHERE outcome = 'refused';
