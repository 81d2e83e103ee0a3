//! `link_codes`: single-use links that join a Telegram account with the account that made the link; only hashes are
//! stored.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Conn, Result, Ts, execute, fetch_optional};

/// A code, and whose it is.
#[derive(Clone, Debug, FromRow)]
pub struct LinkCode {
    /// Who made it.
    pub user_id: Uuid,
    /// Until when it can be used.
    pub expires_at: Ts,
    /// When it was used.
    pub used_at: Option<Ts>,
    /// Its maker's name.
    pub name: Option<String>,
    /// The Telegram account that its maker has already.
    pub telegram_id: Option<i64>,
    /// How many dialogues its maker has.
    pub sessions: i64,
}

/// Adds a code.
pub async fn insert(conn: &mut Conn<'_>, hash: &[u8], user_id: Uuid, now: Ts, expires_at: Ts) -> Result<()> {
    let sql = "INSERT INTO link_codes (code_hash, user_id, created_at, expires_at) VALUES ($1, $2, $3, $4)";
    execute!(conn, sql, hash, user_id, now, expires_at).map(drop)
}

/// Ends the person's codes that were not used, so that a new one can take their place. The last one stays for a while,
/// to say of itself that it has expired; those before it go.
pub async fn end_unused(conn: &mut Conn<'_>, user_id: Uuid, now: Ts) -> Result<()> {
    let old = "DELETE FROM link_codes WHERE user_id = $1 AND used_at IS NULL AND expires_at <= $2";
    execute!(&mut *conn, old, user_id, now)?;
    let live = "UPDATE link_codes SET expires_at = $2 WHERE user_id = $1 AND used_at IS NULL";
    execute!(conn, live, user_id, now).map(drop)
}

/// Deletes the person's codes that were not used.
pub async fn delete_unused(conn: &mut Conn<'_>, user_id: Uuid) -> Result<()> {
    execute!(conn, "DELETE FROM link_codes WHERE user_id = $1 AND used_at IS NULL", user_id).map(drop)
}

/// The code with this hash, used or expired or neither.
pub async fn find(conn: &mut Conn<'_>, hash: &[u8]) -> Result<Option<LinkCode>> {
    let sql = "SELECT c.user_id, c.expires_at, c.used_at, u.name, u.telegram_id, \
               (SELECT COUNT(*) FROM chat_sessions s WHERE s.user_id = c.user_id) AS sessions \
               FROM link_codes c JOIN users u ON u.id = c.user_id WHERE c.code_hash = $1";
    fetch_optional!(conn, LinkCode, sql, hash)
}

/// Uses a code up, once; false when it is used or expired.
pub async fn take(conn: &mut Conn<'_>, hash: &[u8], now: Ts) -> Result<bool> {
    let sql = "UPDATE link_codes SET used_at = $2 WHERE code_hash = $1 AND used_at IS NULL AND expires_at > $2";
    Ok(execute!(conn, sql, hash, now)? == 1)
}

/// Deletes up to `limit` codes that ended before `before`.
pub async fn delete_expired(conn: &mut Conn<'_>, before: Ts, limit: i64) -> Result<u64> {
    let sql = "DELETE FROM link_codes WHERE code_hash IN \
               (SELECT code_hash FROM link_codes WHERE expires_at < $1 LIMIT $2)";
    execute!(conn, sql, before, limit)
}
