//! The journeys of a turn that cross tables: each is several statements sent at once.

use sqlx::{FromRow, SqliteConnection};
use uuid::Uuid;

use super::{
    Conn, Result,
    ai_requests::AiRequest,
    fetch_batch,
    messages::Message,
    sessions::Session,
    subscriptions::Subscription,
    turns::{Ended, NewTurn, Turn},
};

/// Adds a question and the turn that answers it, running unless the dialogue has an open one. None: the key is taken.
///
/// The dialogue's row must be locked (`sessions::next_seq`), or two turns could both find it free.
pub async fn ask(conn: &mut Conn<'_>, m: &Message, t: &NewTurn<'_>) -> Result<Option<Turn>> {
    fetch_batch!(
        conn,
        Turn,
        [question = "INSERT INTO messages (id, session_id, user_id, sender, message_text, created_at, turn_id, seq, \
                     status) VALUES ($4, $3, $2, 'user', $15, $13, $1, $5, 'complete')"],
        "INSERT INTO turns (id, user_id, session_id, message_id, seq, channel, idempotency_key, request_hash, \
         subscription_id, reserved, day, node_id, created_at, deliver_to, state) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, \
         CASE WHEN EXISTS (SELECT 1 FROM turns o WHERE o.session_id = $3 AND o.ended_at IS NULL) \
         THEN 'waiting' ELSE 'running' END) ON CONFLICT (user_id, idempotency_key) DO NOTHING RETURNING *",
        t.id,
        t.user_id,
        t.session_id,
        t.message_id,
        t.seq,
        t.channel,
        t.idempotency_key,
        t.request_hash,
        t.subscription_id,
        t.reserved,
        t.day,
        t.node_id,
        t.created_at,
        t.deliver_to,
        &m.message_text,
    )
}

/// Transaction one in the usual case, in one journey: reserves a request, takes the dialogue's next number, adds the
/// question and its turn. None: some condition does not hold, and nothing was done.
///
/// SQLite's alone: it has one writer, and each statement sees what the one before has done. PostgreSQL must lock first
/// and look then.
pub async fn admit(
    conn: &mut SqliteConnection,
    text: &str,
    title: Option<&str>,
    t: &NewTurn<'_>,
) -> Result<Option<(Subscription, Session, Turn)>> {
    let sql = "UPDATE subscriptions SET reserved = reserved + 1 WHERE user_id = $2 AND is_active \
               AND unit = 'requests' AND (end_date IS NULL OR end_date > $10) \
               AND (yields_at IS NULL OR yields_at > $10) \
               AND used_requests + reserved < usage_limit \
               AND EXISTS (SELECT 1 FROM chat_sessions WHERE user_id = $2 AND id = $3 AND is_active) \
               AND NOT EXISTS (SELECT 1 FROM turns WHERE user_id = $2 AND idempotency_key = $6) RETURNING *;\n\
               UPDATE chat_sessions SET last_seq = last_seq + 1, last_activity_at = $10, title = COALESCE(title, $12) \
               WHERE id = $3 AND changes() = 1 RETURNING *;\n\
               INSERT INTO messages (id, session_id, user_id, sender, message_text, created_at, turn_id, seq, status) \
               SELECT $4, $3, $2, 'user', $11, $10, $1, last_seq, 'complete' FROM chat_sessions \
               WHERE id = $3 AND changes() = 1;\n\
               INSERT INTO turns (id, user_id, session_id, message_id, seq, channel, idempotency_key, request_hash, \
               subscription_id, reserved, day, node_id, created_at, deliver_to, state) \
               SELECT $1, $2, $3, $4, s.last_seq, $5, $6, $7, b.id, 1, $8, $9, $10, $13, \
               CASE WHEN EXISTS (SELECT 1 FROM turns o WHERE o.session_id = $3 AND o.ended_at IS NULL) \
               THEN 'waiting' ELSE 'running' END FROM chat_sessions s, subscriptions b \
               WHERE s.id = $3 AND b.user_id = $2 AND b.is_active AND changes() = 1 RETURNING *";
    let query = sqlx::query(sql).bind(t.id).bind(t.user_id).bind(t.session_id).bind(t.message_id).bind(t.channel);
    let query = query.bind(t.idempotency_key).bind(t.request_hash).bind(t.day).bind(t.node_id).bind(t.created_at);
    let rows = query.bind(text).bind(title).bind(t.deliver_to).fetch_all(conn).await?;
    match rows.as_slice() {
        [] => Ok(None),
        [subscription, session, turn] => {
            let rows = (FromRow::from_row(subscription)?, FromRow::from_row(session)?, FromRow::from_row(turn)?);
            Ok(Some(rows))
        }
        _ => Err(sqlx::Error::Protocol("a turn was begun by half".into())),
    }
}

/// Ends an open turn with its answer and counts it: the answer, the day's usage, the journal's row of the attempt that
/// gave it, the turn, and on the subscription the use in place of what was reserved.
///
/// None: the turn had been ended by somebody else, and all of this must be rolled back. `owner` as in [`super::turns::end`].
///
/// The subscription is locked before the turn, as it is by whoever sends the same message again: that waits for the
/// turn's row (its key) with the subscription locked.
pub async fn answer(
    conn: &mut Conn<'_>,
    m: &Message,
    r: &AiRequest,
    t: &Turn,
    owner: Option<Uuid>,
    e: &Ended<'_>,
    usage_id: Uuid,
) -> Result<Option<Subscription>> {
    fetch_batch!(
        conn,
        Subscription,
        [
            answer = "INSERT INTO messages (id, session_id, user_id, sender, message_text, created_at, token_usage, \
                      turn_id, seq, answers_id, status, finish_reason) \
                      VALUES ($1, $2, $3, 'ai', $4, $5, $6, $7, $8, $9, $10, $11)",
            usage = "INSERT INTO usage_logs (id, user_id, date, requests_count, tokens_used, session_count) \
                     VALUES ($12, $3, $13, 1, $6, 0) ON CONFLICT (user_id, date) DO UPDATE SET \
                     requests_count = usage_logs.requests_count + 1, \
                     tokens_used = usage_logs.tokens_used + excluded.tokens_used",
            attempt = "INSERT INTO ai_requests (id, message_id, request_payload, response_payload, response_time_ms, \
                       status_code, error_message, created_at, user_id, turn_id, provider, model, \
                       time_to_first_token_ms, prompt_tokens, completion_tokens, tokens_estimated, request_sha256) \
                       VALUES ($16, $9, $17, $18, $19, $20, $21, $22, $3, $7, $23, $24, $25, $26, $27, $28, $29)";
            ended = "UPDATE turns SET state = $30, ended_at = $5, ai_message_id = $1, answered = TRUE, tokens = $6, \
                     time_to_first_token_ms = $31, partial_text = NULL WHERE id = $7 AND ended_at IS NULL \
                     AND (node_id = $32 OR ($32 IS NULL AND NOT EXISTS \
                     (SELECT 1 FROM nodes n WHERE n.id = turns.node_id AND n.lease_until > $5)))",
            once "SELECT id FROM subscriptions WHERE id = $15" locked
        ],
        "UPDATE subscriptions SET reserved = reserved - $14, used_requests = used_requests + 1, \
         used_tokens = used_tokens + $6 WHERE id = $15 AND" if_changed, "RETURNING *",
        m.id,
        m.session_id,
        m.user_id,
        &m.message_text,
        m.created_at,
        e.tokens,
        t.id,
        m.seq,
        t.message_id,
        m.status,
        &m.finish_reason,
        usage_id,
        t.day,
        t.reserved,
        t.subscription_id,
        r.id,
        &r.request_payload,
        &r.response_payload,
        r.response_time_ms,
        r.status_code,
        &r.error_message,
        r.created_at,
        &r.provider,
        &r.model,
        r.time_to_first_token_ms,
        r.prompt_tokens,
        r.completion_tokens,
        r.tokens_estimated,
        &r.request_sha256,
        e.state,
        e.time_to_first_token_ms,
        owner,
    )
}
