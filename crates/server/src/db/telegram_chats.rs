//! `telegram_chats`: where people talk to the bot.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Conn, Result, Ts, execute, fetch_optional};

/// A row of `telegram_chats`: a person's private chat with the bot, or a group (and topic) where they talk to it.
#[derive(Clone, Debug, FromRow)]
pub struct Chat {
    /// Id.
    pub id: Uuid,
    /// Whose.
    pub user_id: Uuid,
    /// The person in Telegram.
    pub telegram_id: i64,
    /// The chat in Telegram.
    pub chat_id: i64,
    /// The topic, or 0.
    pub thread_id: i64,
    /// The dialogue that goes on here.
    pub session_id: Option<Uuid>,
    /// What the bot has asked and waits to be told, as JSON.
    pub asked: Option<String>,
    /// When it began.
    pub created_at: Ts,
    /// Since when nothing is sent here.
    pub closed_at: Option<Ts>,
}

impl Chat {
    /// Whether it is the person's private chat: Telegram gives it the person's own number.
    pub const fn is_private(&self) -> bool {
        self.chat_id == self.telegram_id
    }
}

/// Adds a place.
pub async fn insert(conn: &mut Conn<'_>, c: &Chat) -> Result<()> {
    let sql = "INSERT INTO telegram_chats (id, user_id, telegram_id, chat_id, thread_id, session_id, asked, created_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING";
    execute!(conn, sql, c.id, c.user_id, c.telegram_id, c.chat_id, c.thread_id, c.session_id, &c.asked, c.created_at)
        .map(drop)
}

/// The person's place.
pub async fn find(conn: &mut Conn<'_>, telegram_id: i64, chat_id: i64, thread_id: i64) -> Result<Option<Chat>> {
    let sql = "SELECT * FROM telegram_chats WHERE telegram_id = $1 AND chat_id = $2 AND thread_id = $3";
    fetch_optional!(conn, Chat, sql, telegram_id, chat_id, thread_id)
}

/// Which dialogue goes on there, if it has not ended.
pub async fn session(conn: &mut Conn<'_>, id: Uuid) -> Result<Option<Uuid>> {
    let sql = "SELECT s.id FROM telegram_chats c JOIN chat_sessions s ON s.id = c.session_id AND s.user_id = c.user_id \
               WHERE c.id = $1 AND s.is_active";
    Ok(fetch_optional!(conn, (Uuid,), sql, id)?.map(|(id,)| id))
}

/// Sets which dialogue goes on there.
pub async fn set_session(conn: &mut Conn<'_>, id: Uuid, session_id: Option<Uuid>) -> Result<()> {
    execute!(conn, "UPDATE telegram_chats SET session_id = $2 WHERE id = $1", id, session_id).map(drop)
}

/// Sets what the bot waits to be told.
pub async fn set_asked(conn: &mut Conn<'_>, id: Uuid, asked: Option<&str>) -> Result<()> {
    execute!(conn, "UPDATE telegram_chats SET asked = $2 WHERE id = $1", id, asked).map(drop)
}

/// Stops or resumes sending to a chat, for everybody in it.
pub async fn set_closed(conn: &mut Conn<'_>, chat_id: i64, closed_at: Option<Ts>) -> Result<()> {
    execute!(conn, "UPDATE telegram_chats SET closed_at = $2 WHERE chat_id = $1", chat_id, closed_at).map(drop)
}

/// A group became a supergroup, under another number.
pub async fn migrate(conn: &mut Conn<'_>, from: i64, to: i64) -> Result<()> {
    execute!(conn, "UPDATE telegram_chats SET chat_id = $2 WHERE chat_id = $1", from, to)?;
    execute!(conn, "UPDATE deliveries SET chat_id = $2 WHERE chat_id = $1 AND ended_at IS NULL", from, to).map(drop)
}

/// Whether nothing is sent to a chat.
pub async fn is_closed(conn: &mut Conn<'_>, chat_id: i64) -> Result<bool> {
    let sql = "SELECT id FROM telegram_chats WHERE chat_id = $1 AND closed_at IS NOT NULL LIMIT 1";
    Ok(fetch_optional!(conn, (Uuid,), sql, chat_id)?.is_some())
}

/// The person's private chat with the bot, if something can be sent there.
pub async fn private(conn: &mut Conn<'_>, user_id: Uuid) -> Result<Option<i64>> {
    let sql = "SELECT chat_id FROM telegram_chats WHERE user_id = $1 AND chat_id = telegram_id AND closed_at IS NULL \
               ORDER BY id DESC LIMIT 1";
    Ok(fetch_optional!(conn, (i64,), sql, user_id)?.map(|(chat,)| chat))
}
