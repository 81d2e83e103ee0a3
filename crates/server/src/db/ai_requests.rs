//! `ai_requests`, the journal, and `ai_texts`, what its references point to.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Conn, JsonText, Result, Ts, execute, fetch_all, fetch_optional, figures::first_id};

/// A row of `ai_requests`.
#[derive(Clone, Debug, FromRow)]
pub struct AiRequest {
    /// Id.
    pub id: Uuid,
    /// The person's message.
    pub message_id: Uuid,
    /// What was sent, by reference; none when unknown or past its retention.
    pub request_payload: Option<JsonText>,
    /// What came back, its text by reference.
    pub response_payload: Option<JsonText>,
    /// Milliseconds from the request to the end of the answer.
    pub response_time_ms: Option<i64>,
    /// HTTP status, if the model answered with one.
    pub status_code: Option<i32>,
    /// What went wrong.
    pub error_message: Option<String>,
    /// When the attempt began.
    pub created_at: Ts,
    /// Whose.
    pub user_id: Uuid,
    /// The turn.
    pub turn_id: Uuid,
    /// The provider's name in the configuration.
    pub provider: String,
    /// The model.
    pub model: String,
    /// Milliseconds from the request to the first text.
    pub time_to_first_token_ms: Option<i64>,
    /// Tokens of the prompt.
    pub prompt_tokens: Option<i64>,
    /// Tokens of the answer.
    pub completion_tokens: Option<i64>,
    /// Whether the tokens were counted here, the provider having said nothing.
    pub tokens_estimated: bool,
    /// SHA-256 of the body that was sent.
    pub request_sha256: Option<Vec<u8>>,
}

/// Adds an attempt.
pub async fn insert(conn: &mut Conn<'_>, r: &AiRequest) -> Result<()> {
    let sql = "INSERT INTO ai_requests (id, message_id, request_payload, response_payload, response_time_ms, \
               status_code, error_message, created_at, user_id, turn_id, provider, model, time_to_first_token_ms, \
               prompt_tokens, completion_tokens, tokens_estimated, request_sha256) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";
    execute!(
        conn,
        sql,
        r.id,
        r.message_id,
        &r.request_payload,
        &r.response_payload,
        r.response_time_ms,
        r.status_code,
        &r.error_message,
        r.created_at,
        r.user_id,
        r.turn_id,
        &r.provider,
        &r.model,
        r.time_to_first_token_ms,
        r.prompt_tokens,
        r.completion_tokens,
        r.tokens_estimated,
        &r.request_sha256,
    )
    .map(drop)
}

/// The person's attempts in the order of their making, after the cursor.
pub async fn page(conn: &mut Conn<'_>, user_id: Uuid, after: Uuid, limit: i64) -> Result<Vec<AiRequest>> {
    let sql = "SELECT * FROM ai_requests WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3";
    fetch_all!(conn, AiRequest, sql, user_id, after, limit)
}

/// An attempt without what was said.
#[derive(Clone, Debug, FromRow)]
pub struct Attempt {
    /// Id.
    pub id: Uuid,
    /// The turn.
    pub turn_id: Uuid,
    /// The provider's name in the configuration.
    pub provider: String,
    /// The model.
    pub model: String,
    /// HTTP status, if the model answered with one.
    pub status_code: Option<i32>,
    /// Milliseconds from the request to the end of the answer.
    pub response_time_ms: Option<i64>,
    /// Whether something went wrong.
    pub is_failed: bool,
}

/// The attempts of a dialogue's turns from number `first` to `last`, up to `limit`, in the order of their making.
pub async fn attempts(
    conn: &mut Conn<'_>,
    user_id: Uuid,
    session_id: Uuid,
    first: i64,
    last: i64,
    limit: i64,
) -> Result<Vec<Attempt>> {
    let sql = "SELECT id, turn_id, provider, model, status_code, response_time_ms, \
               error_message IS NOT NULL AS is_failed FROM ai_requests \
               WHERE user_id = $1 AND message_id IN (SELECT t.message_id FROM turns t \
               WHERE t.session_id = $2 AND t.seq >= $3 AND t.seq <= $4) ORDER BY id LIMIT $5";
    fetch_all!(conn, Attempt, sql, user_id, session_id, first, last, limit)
}

/// Keeps a text under its hash, once a person, and notes that it is used.
pub async fn keep_text(conn: &mut Conn<'_>, user_id: Uuid, hash: &str, body: &str, now: Ts) -> Result<()> {
    let sql = "INSERT INTO ai_texts (user_id, hash, body, used_at) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (user_id, hash) DO UPDATE SET used_at = excluded.used_at";
    execute!(conn, sql, user_id, hash, body, now).map(drop)
}

/// Deletes up to `limit` texts that no request has used since `before`.
pub async fn delete_unused_texts(conn: &mut Conn<'_>, before: Ts, limit: i64) -> Result<u64> {
    let sql = "DELETE FROM ai_texts WHERE (user_id, hash) IN \
               (SELECT user_id, hash FROM ai_texts WHERE used_at < $1 LIMIT $2)";
    execute!(conn, sql, before, limit)
}

/// The text with this hash.
pub async fn find_text(conn: &mut Conn<'_>, user_id: Uuid, hash: &str) -> Result<Option<String>> {
    let sql = "SELECT body FROM ai_texts WHERE user_id = $1 AND hash = $2";
    Ok(fetch_optional!(conn, (String,), sql, user_id, hash)?.map(|(body,)| body))
}

/// Drops up to `limit` payloads older than `before`; the rows stay for the figures.
pub async fn drop_payloads(conn: &mut Conn<'_>, before: Ts, limit: i64) -> Result<u64> {
    let sql = "UPDATE ai_requests SET request_payload = NULL, response_payload = NULL WHERE id IN \
               (SELECT id FROM ai_requests WHERE created_at < $1 \
               AND (request_payload IS NOT NULL OR response_payload IS NOT NULL) ORDER BY created_at LIMIT $2)";
    execute!(conn, sql, before, limit)
}

/// The attempt with this id.
pub async fn find(conn: &mut Conn<'_>, id: Uuid) -> Result<Option<AiRequest>> {
    fetch_optional!(conn, AiRequest, "SELECT * FROM ai_requests WHERE id = $1", id)
}

/// The newest attempts since `since`, no more than `most`, by provider: how many, and how many failed.
pub async fn lately(conn: &mut Conn<'_>, since: Ts, most: i64) -> Result<Vec<(String, i64, i64)>> {
    let sql = "SELECT provider, COUNT(*), CAST(SUM(CASE WHEN error_message IS NOT NULL THEN 1 ELSE 0 END) AS BIGINT) \
               FROM (SELECT provider, error_message FROM ai_requests WHERE id >= $1 ORDER BY id DESC LIMIT $2) a \
               GROUP BY provider ORDER BY provider";
    fetch_all!(conn, (String, i64, i64), sql, first_id(since), most)
}
