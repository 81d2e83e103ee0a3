//! `admin_sessions`: who is signed in to the panel, and where; only hashes of tokens are stored.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Conn, Result, Ts, execute, fetch_all, fetch_optional};
use crate::staff::role::Role;

/// A row of `admin_sessions`, without its tokens.
#[derive(Clone, Debug, FromRow, serde::Serialize)]
pub struct AdminSession {
    /// Id.
    pub id: Uuid,
    /// When it began.
    pub created_at: Ts,
    /// When it was last used, to the minute.
    pub last_seen_at: Ts,
    /// When it ends at the latest.
    pub expires_at: Ts,
    /// From where, at first.
    pub address: String,
    /// With what, as it says.
    pub user_agent: Option<String>,
    /// When it was ended early.
    pub revoked_at: Option<Ts>,
}

/// What a token stands for: the session, the person and what they are, all as they are now.
#[derive(Clone, Debug, FromRow)]
pub struct Found {
    /// The session.
    pub id: Uuid,
    /// Whose.
    pub user_id: Uuid,
    /// Whether this is the newest token, not the one before.
    pub is_newest: bool,
    /// When the token before was exchanged for the newest.
    pub rotated_at: Ts,
    /// When the session was last used, to the minute.
    pub last_seen_at: Ts,
    /// When it ends at the latest.
    pub expires_at: Ts,
    /// When it was ended early.
    pub revoked_at: Option<Ts>,
    /// As what.
    pub role: Role,
    /// The person's name, or what Telegram calls them.
    pub name: Option<String>,
    /// Their language.
    pub language: Option<String>,
    /// When an operator blocked them.
    pub blocked_at: Option<Ts>,
}

/// A session to be added.
#[derive(Clone, Debug)]
pub struct New {
    /// Id.
    pub id: Uuid,
    /// Whose.
    pub user_id: Uuid,
    /// Of its token.
    pub token_hash: [u8; 32],
    /// Now.
    pub now: Ts,
    /// When it ends at the latest.
    pub expires_at: Ts,
    /// From where.
    pub address: String,
    /// With what, as it says.
    pub user_agent: Option<String>,
}

/// Begins a session.
pub async fn insert(conn: &mut Conn<'_>, new: &New) -> Result<()> {
    let sql = "INSERT INTO admin_sessions \
               (id, user_id, token_hash, created_at, rotated_at, last_seen_at, expires_at, address, user_agent) \
               VALUES ($1, $2, $3, $4, $4, $4, $5, $6, $7)";
    let hash = &new.token_hash[..];
    execute!(conn, sql, new.id, new.user_id, hash, new.now, new.expires_at, &new.address, &new.user_agent).map(drop)
}

/// What a token stands for, ended or not; none for who has no role any more.
pub async fn by_token(conn: &mut Conn<'_>, hash: &[u8]) -> Result<Option<Found>> {
    let sql = "SELECT s.id, s.user_id, s.token_hash = $1 AS is_newest, s.rotated_at, s.last_seen_at, s.expires_at, \
               s.revoked_at, a.role, COALESCE(u.name, u.first_name, u.username) AS name, u.language, u.blocked_at \
               FROM admin_sessions s JOIN users u ON u.id = s.user_id JOIN admins a ON a.user_id = s.user_id \
               WHERE s.token_hash = $1 OR s.previous_hash = $1";
    fetch_optional!(conn, Found, sql, hash)
}

/// Exchanges the newest token for another, once; false when somebody has just done so.
pub async fn rotate(conn: &mut Conn<'_>, id: Uuid, old: &[u8], new: &[u8], now: Ts) -> Result<bool> {
    let sql = "UPDATE admin_sessions SET previous_hash = token_hash, token_hash = $3, rotated_at = $4, last_seen_at = $4 \
               WHERE id = $1 AND token_hash = $2 AND revoked_at IS NULL";
    Ok(execute!(conn, sql, id, old, new, now)? == 1)
}

/// Exchanges the newest token, which nobody has come with, for another; `old` is the one before. False when somebody has
/// just done so.
pub async fn rotate_again(conn: &mut Conn<'_>, id: Uuid, old: &[u8], new: &[u8], now: Ts) -> Result<bool> {
    let sql = "UPDATE admin_sessions SET token_hash = $3, rotated_at = $4, last_seen_at = $4 \
               WHERE id = $1 AND previous_hash = $2 AND last_seen_at = rotated_at AND rotated_at < $4 \
               AND revoked_at IS NULL";
    Ok(execute!(conn, sql, id, old, new, now)? == 1)
}

/// Notes that the session is in use.
pub async fn touch(conn: &mut Conn<'_>, id: Uuid, now: Ts) -> Result<()> {
    execute!(conn, "UPDATE admin_sessions SET last_seen_at = $2 WHERE id = $1", id, now).map(drop)
}

/// The person's sessions that have not ended, the newest first. `idle_since` ends those that were not used since.
pub async fn list(conn: &mut Conn<'_>, user_id: Uuid, now: Ts, idle_since: Ts) -> Result<Vec<AdminSession>> {
    let sql = "SELECT * FROM admin_sessions WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > $2 \
               AND last_seen_at > $3 ORDER BY id DESC LIMIT 1000";
    fetch_all!(conn, AdminSession, sql, user_id, now, idle_since)
}

/// Ends one of the person's sessions; false when there is no such open one.
pub async fn revoke(conn: &mut Conn<'_>, user_id: Uuid, id: Uuid, now: Ts) -> Result<bool> {
    let sql = "UPDATE admin_sessions SET revoked_at = $3 WHERE user_id = $1 AND id = $2 AND revoked_at IS NULL";
    Ok(execute!(conn, sql, user_id, id, now)? == 1)
}

/// Ends all of the person's sessions but `kept`; gives how many.
pub async fn revoke_all(conn: &mut Conn<'_>, user_id: Uuid, kept: Option<Uuid>, now: Ts) -> Result<u64> {
    let kept = kept.unwrap_or_default();
    let sql = "UPDATE admin_sessions SET revoked_at = $3 WHERE user_id = $1 AND id <> $2 AND revoked_at IS NULL \
               AND expires_at > $3";
    execute!(conn, sql, user_id, kept, now)
}

/// Deletes up to `limit` sessions that ended before `before`.
pub async fn delete_expired(conn: &mut Conn<'_>, before: Ts, limit: i64) -> Result<u64> {
    let sql = "DELETE FROM admin_sessions WHERE id IN (SELECT id FROM admin_sessions WHERE expires_at < $1 LIMIT $2)";
    execute!(conn, sql, before, limit)
}
