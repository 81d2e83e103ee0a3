//! The two journeys of a turn that cross tables: each is several statements sent at once.

use uuid::Uuid;

use super::{
    Conn, Day, Result, fetch_batch,
    messages::Message,
    subscriptions::Subscription,
    turns::{NewTurn, Turn},
};

/// Adds a question and the turn that answers it, running unless the dialogue has an open one. None: the key is taken.
///
/// The dialogue's row must be locked (`sessions::next_seq`), or two turns could both find it free.
pub async fn ask(conn: &mut Conn<'_>, m: &Message, t: &NewTurn<'_>) -> Result<Option<Turn>> {
    fetch_batch!(
        conn,
        Turn,
        [question = "INSERT INTO messages (id, session_id, user_id, sender, message_text, created_at, turn_id, seq, \
                     status) VALUES ($4, $3, $2, 'user', $14, $13, $1, $5, 'complete')"],
        "INSERT INTO turns (id, user_id, session_id, message_id, seq, channel, idempotency_key, request_hash, \
         subscription_id, reserved, day, node_id, created_at, state) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, \
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
        &m.message_text,
    )
}

/// Adds an answer and counts it: in the day's usage, and on the subscription in place of what was reserved.
pub async fn answer(
    conn: &mut Conn<'_>,
    m: &Message,
    tokens: i64,
    subscription_id: Uuid,
    reserved: i64,
    usage_id: Uuid,
    day: Day,
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
        ],
        "UPDATE subscriptions SET reserved = reserved - $14, used_requests = used_requests + 1, \
         used_tokens = used_tokens + $6 WHERE id = $15 RETURNING *",
        m.id,
        m.session_id,
        m.user_id,
        &m.message_text,
        m.created_at,
        tokens,
        m.turn_id,
        m.seq,
        m.answers_id,
        m.status,
        &m.finish_reason,
        usage_id,
        day,
        reserved,
        subscription_id,
    )
}
