//! Reading everything that belongs to a person, a page at a time.

use sqlx::FromRow;
use uuid::Uuid;

use super::{
    Conn, Day, Result, Ts,
    admin_sessions::AdminSession,
    devices::Device,
    fetch_all,
    messages::{Message, Sender},
    passkeys::Passkey,
    payments::Payment,
    purchases::Purchase,
    push_subscriptions::PushSubscription,
    sessions::Session,
    subscriptions::Subscription,
    telegram_chats::Chat,
    turns::Turn,
};

/// A row of `usage_logs`.
#[derive(Clone, Debug, FromRow, serde::Serialize)]
pub struct UsageLog {
    /// Id.
    pub id: Uuid,
    /// The day.
    pub date: Day,
    /// Answered turns.
    pub requests_count: i64,
    /// Their tokens.
    pub tokens_used: i64,
    /// Dialogues begun.
    pub session_count: i64,
}

/// A row of `deleted_sessions`.
#[derive(Clone, Debug, FromRow, serde::Serialize)]
pub struct DeletedSession {
    /// Id.
    pub id: Uuid,
    /// The day on which it counts.
    pub day: Day,
}

/// A row of `admins`.
#[derive(Clone, Debug, FromRow, serde::Serialize)]
pub struct Admin {
    /// Id.
    pub id: Uuid,
    /// `owner`, `admin` or `moderator`.
    pub role: String,
    /// When appointed.
    pub created_at: Ts,
}

/// The person's devices, signed out ones too, after the cursor.
pub async fn devices(conn: &mut Conn<'_>, user_id: Uuid, after: Uuid, limit: i64) -> Result<Vec<Device>> {
    let sql = "SELECT * FROM devices WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3";
    fetch_all!(conn, Device, sql, user_id, after, limit)
}

/// Where the person's browsers are told of answers, after the cursor.
pub async fn push_subscriptions(
    conn: &mut Conn<'_>,
    user_id: Uuid,
    after: Uuid,
    limit: i64,
) -> Result<Vec<PushSubscription>> {
    let sql = "SELECT * FROM push_subscriptions WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3";
    fetch_all!(conn, PushSubscription, sql, user_id, after, limit)
}

/// The person's subscriptions, closed ones too, after the cursor.
pub async fn subscriptions(conn: &mut Conn<'_>, user_id: Uuid, after: Uuid, limit: i64) -> Result<Vec<Subscription>> {
    let sql = "SELECT * FROM subscriptions WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3";
    fetch_all!(conn, Subscription, sql, user_id, after, limit)
}

/// The person's purchases, after the cursor.
pub async fn purchases(conn: &mut Conn<'_>, user_id: Uuid, after: Uuid, limit: i64) -> Result<Vec<Purchase>> {
    let sql = "SELECT * FROM purchases WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3";
    fetch_all!(conn, Purchase, sql, user_id, after, limit)
}

/// What was heard of them, after the cursor.
pub async fn payments(conn: &mut Conn<'_>, user_id: Uuid, after: Uuid, limit: i64) -> Result<Vec<Payment>> {
    let sql = "SELECT * FROM payments WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3";
    fetch_all!(conn, Payment, sql, user_id, after, limit)
}

/// What is left of the person's deleted dialogues, after the cursor.
pub async fn deleted_sessions(
    conn: &mut Conn<'_>,
    user_id: Uuid,
    after: Uuid,
    limit: i64,
) -> Result<Vec<DeletedSession>> {
    let sql = "SELECT id, day FROM deleted_sessions WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3";
    fetch_all!(conn, DeletedSession, sql, user_id, after, limit)
}

/// The person's usage, after the cursor.
pub async fn usage_logs(conn: &mut Conn<'_>, user_id: Uuid, after: Uuid, limit: i64) -> Result<Vec<UsageLog>> {
    let sql = "SELECT * FROM usage_logs WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3";
    fetch_all!(conn, UsageLog, sql, user_id, after, limit)
}

/// The person's roles, after the cursor.
pub async fn admins(conn: &mut Conn<'_>, user_id: Uuid, after: Uuid, limit: i64) -> Result<Vec<Admin>> {
    let sql = "SELECT id, role, created_at FROM admins WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3";
    fetch_all!(conn, Admin, sql, user_id, after, limit)
}

/// Where the person was signed in to the panel, after the cursor.
pub async fn admin_sessions(conn: &mut Conn<'_>, user_id: Uuid, after: Uuid, limit: i64) -> Result<Vec<AdminSession>> {
    let sql = "SELECT * FROM admin_sessions WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3";
    fetch_all!(conn, AdminSession, sql, user_id, after, limit)
}

/// The person's passkeys, after the cursor.
pub async fn passkeys(conn: &mut Conn<'_>, user_id: Uuid, after: Uuid, limit: i64) -> Result<Vec<Passkey>> {
    let sql = "SELECT * FROM passkeys WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3";
    fetch_all!(conn, Passkey, sql, user_id, after, limit)
}

/// Where the person talks to the bot, after the cursor.
pub async fn telegram_chats(conn: &mut Conn<'_>, user_id: Uuid, after: Uuid, limit: i64) -> Result<Vec<Chat>> {
    let sql = "SELECT * FROM telegram_chats WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3";
    fetch_all!(conn, Chat, sql, user_id, after, limit)
}

/// A broadcast that a person was given.
#[derive(Clone, Debug, FromRow, serde::Serialize)]
pub struct Broadcast {
    /// Id.
    pub id: Uuid,
    /// When it began.
    pub started_at: Option<Ts>,
    /// What became of it; none: it is on its way.
    pub outcome: Option<String>,
}

/// The broadcasts that the person was given, after the cursor.
pub async fn broadcasts(conn: &mut Conn<'_>, user_id: Uuid, after: Uuid, limit: i64) -> Result<Vec<Broadcast>> {
    let sql = "SELECT b.id, b.started_at, r.outcome FROM broadcast_recipients r JOIN broadcasts b ON b.id = r.broadcast_id \
               WHERE r.user_id = $1 AND r.broadcast_id > $2 ORDER BY r.broadcast_id LIMIT $3";
    fetch_all!(conn, Broadcast, sql, user_id, after, limit)
}

/// The person's dialogues, after the cursor.
pub async fn sessions(conn: &mut Conn<'_>, user_id: Uuid, after: Uuid, limit: i64) -> Result<Vec<Session>> {
    let sql = "SELECT * FROM chat_sessions WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3";
    fetch_all!(conn, Session, sql, user_id, after, limit)
}

/// The person's messages, after the cursor.
pub async fn messages(conn: &mut Conn<'_>, user_id: Uuid, after: Uuid, limit: i64) -> Result<Vec<Message>> {
    let sql = "SELECT * FROM messages WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3";
    fetch_all!(conn, Message, sql, user_id, after, limit)
}

/// A dialogue's messages in the order in which they were said, after the cursor (seq, sender).
pub async fn dialogue(
    conn: &mut Conn<'_>,
    user_id: Uuid,
    session_id: Uuid,
    after: Option<(i64, Sender)>,
    limit: i64,
) -> Result<Vec<Message>> {
    // Within a turn 'user' comes before 'ai', the other way round than the alphabet has it.
    let sql = "SELECT * FROM messages WHERE session_id = $2 AND user_id = $1 \
               AND (seq > $3 OR (seq = $3 AND sender < $4)) ORDER BY seq ASC, sender DESC LIMIT $5";
    let (seq, sender) = after.map_or((0, "ai"), |(seq, sender)| (seq, sender.as_str()));
    fetch_all!(conn, Message, sql, user_id, session_id, seq, sender, limit)
}

/// The person's turns, after the cursor.
pub async fn turns(conn: &mut Conn<'_>, user_id: Uuid, after: Uuid, limit: i64) -> Result<Vec<Turn>> {
    let sql = "SELECT * FROM turns WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3";
    fetch_all!(conn, Turn, sql, user_id, after, limit)
}
