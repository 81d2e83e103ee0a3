//! `telegram_updates`: what Telegram has told, until it has been seen to.

use sqlx::FromRow;

use super::{Conn, Result, Ts, execute, fetch_all};

/// A row of `telegram_updates` that has not been seen to.
#[derive(Clone, Debug, FromRow)]
pub struct Pending {
    /// Telegram's number.
    pub update_id: i64,
    /// The chat.
    pub chat_id: Option<i64>,
    /// The message, if it is a new one.
    pub message_id: Option<i64>,
    /// The update in Telegram's own words.
    pub payload: Option<String>,
    /// When it came.
    pub received_at: Ts,
    /// The first part of the long text that this one belongs to.
    pub part_of: Option<i64>,
}

/// What is kept of an update that comes in.
#[derive(Clone, Debug)]
pub struct New {
    /// Telegram's number.
    pub update_id: i64,
    /// The chat in whose order it is seen to.
    pub chat_id: Option<i64>,
    /// Set for a new message.
    pub message_id: Option<i64>,
    /// The update in Telegram's own words.
    pub payload: String,
}

/// Keeps an update; false when it, or its message, has come before.
pub async fn keep(conn: &mut Conn<'_>, update: &New, now: Ts) -> Result<bool> {
    let sql = "INSERT INTO telegram_updates (update_id, chat_id, message_id, payload, received_at) \
               VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
    Ok(execute!(conn, sql, update.update_id, update.chat_id, update.message_id, &update.payload, now)? == 1)
}

/// Chats with updates that have not been seen to, those of no chat as 0.
pub async fn chats(conn: &mut Conn<'_>, limit: i64) -> Result<Vec<i64>> {
    let sql = "SELECT DISTINCT COALESCE(chat_id, 0) FROM telegram_updates WHERE done_at IS NULL LIMIT $1";
    Ok(fetch_all!(conn, (i64,), sql, limit)?.into_iter().map(|(chat,)| chat).collect())
}

/// A chat's updates that have not been seen to, in its order: that of its messages, then of the updates.
pub async fn pending(conn: &mut Conn<'_>, chat_id: i64, limit: i64) -> Result<Vec<Pending>> {
    let sql = "SELECT update_id, chat_id, message_id, payload, received_at, part_of FROM telegram_updates \
               WHERE COALESCE(chat_id, 0) = $1 AND done_at IS NULL ORDER BY update_id LIMIT $2";
    let mut pending = fetch_all!(conn, Pending, sql, chat_id, limit)?;
    // New messages came in the order of their ids, whatever became of their updates on the way.
    let mut messages: Vec<_> = pending.iter().filter(|p| p.message_id.is_some()).cloned().collect();
    messages.sort_by_key(|p| p.message_id);
    let mut messages = messages.into_iter();
    for place in pending.iter_mut().filter(|p| p.message_id.is_some()) {
        if let Some(message) = messages.next() {
            *place = message;
        }
    }
    Ok(pending)
}

/// Notes that an update is a part of the long text that begins with `first`, also for whoever comes after a crash.
pub async fn join(conn: &mut Conn<'_>, update_id: i64, first: i64) -> Result<()> {
    execute!(conn, "UPDATE telegram_updates SET part_of = $2 WHERE update_id = $1", update_id, first).map(drop)
}

/// Notes that an update, and the parts that were joined to it, have been seen to; what they said is forgotten here.
pub async fn done(conn: &mut Conn<'_>, update_id: i64, now: Ts) -> Result<()> {
    let sql = "UPDATE telegram_updates SET done_at = $2, payload = NULL \
               WHERE (update_id = $1 OR part_of = $1) AND done_at IS NULL";
    execute!(conn, sql, update_id, now).map(drop)
}

/// Forgets up to `limit` updates that were seen to before `before`.
pub async fn forget(conn: &mut Conn<'_>, before: Ts, limit: i64) -> Result<u64> {
    let sql = "DELETE FROM telegram_updates WHERE update_id IN \
               (SELECT update_id FROM telegram_updates WHERE done_at < $1 LIMIT $2)";
    execute!(conn, sql, before, limit)
}
