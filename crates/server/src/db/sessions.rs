//! `chat_sessions`: dialogues.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Conn, Day, Result, Ts, execute, fetch_all, fetch_optional, text_enum, users::Gender};

text_enum! {
    /// The door through which a dialogue or a turn came.
    Channel {
        /// The HTTP API.
        Api = "api",
        /// The Telegram bot.
        Telegram = "telegram",
    }
}

/// A row of `chat_sessions`.
#[derive(Clone, Debug, FromRow)]
pub struct Session {
    /// Id.
    pub id: Uuid,
    /// Whose.
    pub user_id: Uuid,
    /// When it began.
    pub started_at: Ts,
    /// When it ended.
    pub ended_at: Option<Ts>,
    /// Whether it can be written to: exactly while `ended_at` is null.
    pub is_active: bool,
    /// Set by the person, else the first words.
    pub title: Option<String>,
    /// Where it began.
    pub channel: Channel,
    /// When a turn last began in it.
    pub last_activity_at: Ts,
    /// The number of its newest turn.
    pub last_seq: i64,
    /// Who the AI is here: name.
    pub companion_name: Option<String>,
    /// Who the AI is here: gender.
    pub companion_gender: Option<Gender>,
    /// Who the AI is here: age.
    pub companion_age: Option<i16>,
    /// The day on which it counts; none: it was begun by a version that did not keep it.
    pub day: Option<Day>,
}

/// Adds a dialogue.
pub async fn insert(conn: &mut Conn<'_>, s: &Session) -> Result<()> {
    let sql = "INSERT INTO chat_sessions (id, user_id, started_at, is_active, title, channel, last_activity_at, \
               companion_name, companion_gender, companion_age, day) VALUES ($1, $2, $3, TRUE, $4, $5, $6, $7, $8, $9, $10)";
    execute!(
        conn,
        sql,
        s.id,
        s.user_id,
        s.started_at,
        &s.title,
        s.channel,
        s.last_activity_at,
        &s.companion_name,
        s.companion_gender,
        s.companion_age,
        s.day,
    )
    .map(drop)
}

/// One of the person's dialogues.
pub async fn find(conn: &mut Conn<'_>, user_id: Uuid, id: Uuid) -> Result<Option<Session>> {
    fetch_optional!(conn, Session, "SELECT * FROM chat_sessions WHERE user_id = $1 AND id = $2", user_id, id)
}

/// The person's dialogues, the latest active first, from before the cursor (activity, id).
pub async fn list(conn: &mut Conn<'_>, user_id: Uuid, before: Option<(Ts, Uuid)>, limit: i64) -> Result<Vec<Session>> {
    let sql = "SELECT * FROM chat_sessions WHERE user_id = $1 \
               AND (last_activity_at < $2 OR (last_activity_at = $2 AND id < $3)) \
               ORDER BY last_activity_at DESC, id DESC LIMIT $4";
    let (at, id) = before.unwrap_or((Ts::from_micros(i64::MAX / 4), Uuid::max()));
    fetch_all!(conn, Session, sql, user_id, at, id, limit)
}

/// The person's dialogues that were active after the cursor (activity, id), the one nearest to it first.
pub async fn list_after(conn: &mut Conn<'_>, user_id: Uuid, after: (Ts, Uuid), limit: i64) -> Result<Vec<Session>> {
    let sql = "SELECT * FROM chat_sessions WHERE user_id = $1 \
               AND (last_activity_at > $2 OR (last_activity_at = $2 AND id > $3)) \
               ORDER BY last_activity_at, id LIMIT $4";
    fetch_all!(conn, Session, sql, user_id, after.0, after.1, limit)
}

/// Takes the next turn's number, which also locks the dialogue; `title` is used if there is none yet.
pub async fn next_seq(
    conn: &mut Conn<'_>,
    user_id: Uuid,
    id: Uuid,
    now: Ts,
    title: Option<&str>,
) -> Result<Option<Session>> {
    let sql = "UPDATE chat_sessions SET last_seq = last_seq + 1, last_activity_at = $3, title = COALESCE(title, $4) \
               WHERE user_id = $1 AND id = $2 RETURNING *";
    fetch_optional!(conn, Session, sql, user_id, id, now, title)
}

/// Sets the number of the newest turn, for dialogues that were not written turn by turn.
pub async fn set_last_seq(conn: &mut Conn<'_>, id: Uuid, seq: i64) -> Result<()> {
    execute!(conn, "UPDATE chat_sessions SET last_seq = $2 WHERE id = $1", id, seq).map(drop)
}

/// Renames a dialogue.
pub async fn rename(conn: &mut Conn<'_>, user_id: Uuid, id: Uuid, title: Option<&str>) -> Result<Option<Session>> {
    let sql = "UPDATE chat_sessions SET title = $3 WHERE user_id = $1 AND id = $2 RETURNING *";
    fetch_optional!(conn, Session, sql, user_id, id, title)
}

/// Ends a dialogue; one that has ended stays as it was.
pub async fn end(conn: &mut Conn<'_>, user_id: Uuid, id: Uuid, now: Ts) -> Result<Option<Session>> {
    let sql = "UPDATE chat_sessions SET ended_at = COALESCE(ended_at, $3), is_active = FALSE \
               WHERE user_id = $1 AND id = $2 RETURNING *";
    fetch_optional!(conn, Session, sql, user_id, id, now)
}

/// Deletes a dialogue with its messages and their journal; it stays counted on its day.
pub async fn delete(conn: &mut Conn<'_>, user_id: Uuid, id: Uuid, day: Day) -> Result<bool> {
    execute!(&mut *conn, "INSERT INTO deleted_sessions (id, user_id, day) VALUES ($1, $2, $3)", id, user_id, day)?;
    Ok(execute!(conn, "DELETE FROM chat_sessions WHERE user_id = $1 AND id = $2", user_id, id)? == 1)
}

/// Opens an ended dialogue again; an open one stays as it is.
pub async fn reopen(conn: &mut Conn<'_>, user_id: Uuid, id: Uuid) -> Result<Option<Session>> {
    let sql = "UPDATE chat_sessions SET ended_at = NULL, is_active = TRUE WHERE user_id = $1 AND id = $2 RETURNING *";
    fetch_optional!(conn, Session, sql, user_id, id)
}

/// Up to `limit` dialogues whose day is not kept, and when each began.
pub async fn without_day(conn: &mut Conn<'_>, limit: i64) -> Result<Vec<(Uuid, Ts)>> {
    fetch_all!(conn, (Uuid, Ts), "SELECT id, started_at FROM chat_sessions WHERE day IS NULL LIMIT $1", limit)
}

/// Keeps the day on which a dialogue counts.
pub async fn set_day(conn: &mut Conn<'_>, id: Uuid, day: Day) -> Result<()> {
    execute!(conn, "UPDATE chat_sessions SET day = $2 WHERE id = $1", id, day).map(drop)
}
